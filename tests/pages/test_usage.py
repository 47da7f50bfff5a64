"""What the usage page tells of a plugin that calls back, made by the functions that count, keep and refuse."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from runtime import accounting, audit, policy, reverse, storage
from runtime.accounting import Spent
from runtime.host.faults import HostFault
from runtime.models import Installation, Package, Refusal, Restriction
from runtime.pages.spending import CALLS, DAYS, in_money
from runtime.pages.usage import number
from runtime.uploading import upload_package
from tests.reverse.plugins import session_of

pytestmark = pytest.mark.django_db
PLUGIN = "patchbay/caller"
USAGE = f"/w/support/plugins/{PLUGIN}/-/usage"
BAR = re.compile(r'<rect class="(calm|more|wrong)" x="(\d+)"')


@pytest.fixture
def caller(package_of: Callable[[str], Path], install: Callable[[Package], Installation]) -> Installation:
    """A plugin that may call back whatever there is, and keep a mebibyte."""
    return install(upload_package(package_of("caller").read_bytes()))


@pytest.fixture
def spend(caller: Installation) -> Callable[..., None]:
    """Counts calls of some days ago, as the node does."""

    def count(kind: str, *, ago: int = 0, currency: str = "", plugin_id: str = PLUGIN, **spent: Any) -> None:
        day = accounting.today() - timedelta(days=ago)
        accounting.add((caller.workspace_id, plugin_id, day, kind, currency), Spent(**spent))
        accounting.flush()

    return count


def shown(browser: Client, address: str = USAGE) -> str:
    """The page's text; what is between tags is told apart by a bar."""
    page = re.sub(r"[ \n]+", " ", browser.get(address).text)
    return re.sub(r"[| ]*\|[| ]*", "|", re.sub(r"<[^>]+>", "|", page))


def test_a_plugin_that_never_called_back_is_told_what_it_could(
    visit: Callable[..., Client], caller: Installation
) -> None:
    page = visit("member").get(USAGE).text
    for expected in ("Nothing called back in the last 30 days", "reverse call", "Call other tools", "0 bytes of 1 MB"):
        assert expected in page
    assert "<figure" not in page
    assert "usage/file" not in page


def test_a_plugin_without_permissions_is_shown_how_to_ask(
    visit: Callable[..., Client], installed: Installation
) -> None:
    page = visit().get("/w/support/plugins/patchbay/echo/-/usage").text
    assert "storage: {enabled: true, size: 1048576}" in page
    assert "this version may keep none" in page
    assert "<progress" not in page


def test_calls_are_added_up_and_drawn(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    spend("llm", calls=30, errors=2, prompt_tokens=1200, completion_tokens=300, price=Decimal("0.5"), currency="USD")
    spend("tool", ago=DAYS - 1, calls=9, errors=0, seconds=4.5)
    page = visit().get(USAGE).text
    assert "39 calls, 2 ended with an error · 1\u202f500 tokens · 0.50 USD" in page
    assert BAR.findall(page) == [
        *(("calm", "3"), ("calm", "583"), ("wrong", "583")),  # calls: the first day and the last
        *(("calm", "583"), ("more", "583")),  # tokens
        ("calm", "583"),  # price
    ]
    text = shown(visit())
    assert "|Language model|llm|30|2|0 ms|1\u202f500|0.50 USD|" in text
    assert "|Tool|tool|9|0|500 ms|" in text


def test_a_chart_is_also_told_in_words(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    spend("tool", ago=3, calls=5, errors=1)
    spend("tool", calls=2)
    page = visit().get(USAGE).text
    day = accounting.today() - timedelta(days=3)
    busiest = f"{day.day} {day:%B}: 4 answered, 1 error"
    assert f"In all 6 answered, 1 error. The most on {busiest}." in page
    assert f"<title>{busiest}</title>" in page
    for named in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert all(f'id="{one}"' in page for one in named.split())


def test_the_table_has_the_days_with_calls_newest_first(
    visit: Callable[..., Client], spend: Callable[..., None]
) -> None:
    for ago in (2, 0, 1):
        spend("tool", ago=ago, calls=ago + 1)
    page = visit().get(USAGE).text
    days = re.findall(r'<th scope="row"><time datetime="([^"]+)">[^<]+</time></th><td[^>]*>(\d+)<', page)
    assert days == [(str(accounting.today() - timedelta(days=ago)), str(ago + 1)) for ago in range(3)]


def test_tokens_and_prices_are_only_where_there_are_any(
    visit: Callable[..., Client], spend: Callable[..., None]
) -> None:
    spend("storage", calls=1)
    text = shown(visit())
    assert "1 call, 0 ended" in text
    assert text.count(" a day|") == 1
    assert "Price" not in text
    assert "tokens|" not in text


def test_each_currency_has_a_sum_of_its_own(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    for place, currency in enumerate(("", "USD", "EUR", "CNY"), 1):
        spend("llm", calls=1, price=Decimal(place), currency=currency)
    page = visit().get(USAGE).text
    assert "4.00 CNY, 3.00 EUR, 2.00 USD, 1 more" in page
    assert re.findall(r"<h3>(Price[^<]*)</h3>", page) == ["Price in CNY", "Price in EUR"]


def test_only_its_own_calls_of_these_days_are_counted(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    spend("tool", ago=DAYS, calls=5)
    spend("tool", plugin_id="patchbay/other", calls=5)
    assert "Nothing called back" in visit().get(USAGE).text
    assert len(visit().get(f"{USAGE}/file").text.splitlines()) == 1


def test_the_numbers_as_a_file(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    spend("llm", calls=2, errors=1, prompt_tokens=7, price=Decimal("0.00000123"), currency="USD", seconds=1.5)
    answer = visit("member").get(f"{USAGE}/file")
    assert answer["Content-Disposition"] == 'attachment; filename="patchbay-caller-usage.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row.pop("day") == str(accounting.today())
    assert list(row.values()) == ["llm", "USD", "2", "1", "7", "0", "0.00000123", "1.500"]


@pytest.mark.parametrize(
    ("size", "words"),
    [(512, "512 bytes of 1 MB"), (950 * 1024, "Nearly full"), (1024 * 1024, "Full")],
    ids=["little", "nearly", "full"],
)
def test_what_it_keeps_of_its_quota(visit: Callable[..., Client], caller: Installation, size: int, words: str) -> None:
    storage.write((caller.workspace_id, PLUGIN), "key", b"x" * size, quota=1024 * 1024)
    page = visit().get(USAGE).text
    assert words in page
    assert re.search(r'<progress class="\w+" max="100" value="(\d+)"', page)


def test_what_the_server_allows_is_the_quota_where_it_is_less(
    visit: Callable[..., Client], caller: Installation, house: Any
) -> None:
    house.PERSISTENCE_STORAGE_MAX_SIZE = 2048
    storage.write((caller.workspace_id, PLUGIN), "key", b"x" * 4096, quota=4096)
    page = visit().get(USAGE).text
    assert "4 KB of 2 KB" in page
    assert 'value="100"' in page


def test_a_workspace_that_denies_storage_says_so(visit: Callable[..., Client], caller: Installation) -> None:
    policy.deny(caller.workspace_id, "storage", plugin_id=PLUGIN)
    assert Restriction.objects.count() == 1
    assert "This workspace does not let it keep data" in visit().get(USAGE).text


def test_refusals_are_listed_latest_first_with_their_reason(visit: Callable[..., Client], caller: Installation) -> None:
    version = caller.package.unique_identifier
    assert "Nothing was refused" in visit().get(USAGE).text
    audit.record((caller.workspace_id, version, "tool"), "permission <denied>")
    audit.record((caller.workspace_id, version, "app"), "nested too deep")
    audit.record(("another workspace", version, "llm"), "not ours")
    Refusal.objects.filter(call="app").update(times=3)
    text = shown(visit("member"))
    assert "|app|3 times|nested too deep|0.0.1|" in text
    assert "|tool|permission &lt;denied&gt;|0.0.1|" in text
    assert text.index("nested too deep") < text.index("&lt;denied&gt;")
    assert "not ours" not in text


def test_strangers_find_nothing(visit: Callable[..., Client], caller: Installation) -> None:
    for address in (USAGE, f"{USAGE}/file"):
        assert visit("stranger").get(address).status_code == 404
        assert visit("stranger").get(address.replace("support", "elsewhere")).status_code == 404


def test_a_page_of_a_month_full_of_calls_is_light(visit: Callable[..., Client], spend: Callable[..., None]) -> None:
    for ago in range(DAYS):
        spend("llm", ago=ago, calls=10**6, errors=10**5, prompt_tokens=10**9, completion_tokens=10**9)
        spend("llm", ago=ago, calls=1, price=Decimal("1234.5678"), currency="USD")
    page = visit().get(USAGE)
    assert len(page.content) < 50_000
    assert "style=" not in page.text


def test_storage_that_is_full_is_not_written(caller: Installation) -> None:
    """The bar and the refusal go by the same quota."""
    with pytest.raises(HostFault, match="allocated size"):
        storage.write((caller.workspace_id, PLUGIN), "key", b"xx", quota=1)
    assert storage.used(caller.workspace_id, PLUGIN) == 0


def test_every_kind_of_call_has_a_name() -> None:
    assert set(CALLS) - {"agent_strategy"} == set(reverse.BY_KIND)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.0312345", "0.031 EUR"),
        ("0.03", "0.03 EUR"),
        ("12.5", "12.50 EUR"),
        ("1234567.891", "1\u202f234\u202f567.89 EUR"),
    ],
)
def test_prices_in_words(amount: str, words: str) -> None:
    assert in_money(Decimal(amount), "EUR") == words


def test_the_version_of_an_identifier() -> None:
    assert number("a/b:0.0.1@abc") == "0.0.1"
    assert number("odd") == "odd"


def test_the_latest_sessions_with_what_each_took(visit: Callable[..., Client], caller: Installation) -> None:
    session = session_of("caller", "x", workspace=caller.workspace_id)
    session.trace = "the-door"
    for kind in ("tool", "storage"):
        with accounting.counted(session, kind):
            pass
    accounting.flush()
    page = visit().get(USAGE).text
    row = re.search(rf"<tr>(?:(?!</tr>).)*{session.id}.*?</tr>", page, re.S)
    assert row is not None
    assert 'title="works for the-door"' in row[0]
    assert re.findall(r'data-label="(Calls|Errors)">(\d+)<', row[0]) == [("Calls", "2"), ("Errors", "0")]
