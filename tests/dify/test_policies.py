"""What a catalogue lets its installation see and have, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking, digest
from marketplace.dify.fetching import refuse
from marketplace.dify.offers import Offered
from marketplace.dify.policies import BadPolicy, checked, schema
from marketplace.dify.terms import LATEST, RELEASES, share_of, terms_of
from marketplace.models import Catalogue, CatalogueRequest, Plugin, Release
from tests.dify.client import Console, content
from tests.listing import listed, package_bytes

type Make = Callable[..., Catalogue]
MINE = Console("/c/tester")


@pytest.fixture
def market(each_database: str) -> None:
    """Two publishers, three categories, three levels of trust."""
    listed(package_bytes(name="search"))
    listed(package_bytes(name="image"), category="partner")
    Plugin.objects.filter(name="image").update(category="model", rating_count=2, rating_sum=9)
    listed(package_bytes(author="other", name="mail"), category="langgenius")
    Plugin.objects.filter(name="mail").update(category="extension", rating_count=4, rating_sum=8)


SEARCH, IMAGE, MAIL = "acme/search", "acme/image", "other/mail"
ALL = {SEARCH, IMAGE, MAIL}


RULES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, ALL),
    ({"otherwise": "deny"}, set()),
    ({"deny": {"publishers": ["acme"]}}, {MAIL}),
    ({"deny": {"publishers": ["acme"]}, "allow": {"plugins": [IMAGE]}}, {IMAGE, MAIL}),
    ({"otherwise": "deny", "allow": {"publishers": ["acme"]}}, {SEARCH, IMAGE}),
    ({"otherwise": "deny", "allow": {"publishers": ["acme"]}, "deny": {"plugins": [IMAGE]}}, {SEARCH}),
    ({"deny": {"categories": ["tool", "model"]}}, {MAIL}),
    ({"otherwise": "deny", "allow": {"categories": ["tool"]}}, {SEARCH}),
    ({"deny": {"trust": ["community"]}}, {IMAGE, MAIL}),
    ({"otherwise": "deny", "allow": {"trust": ["langgenius", "partner"]}}, {IMAGE, MAIL}),
    ({"otherwise": "deny", "allow": {"trust": ["partner"], "categories": ["tool"]}}, {SEARCH, IMAGE}),
    ({"otherwise": "deny", "allow": {"trust": ["partner"]}, "deny": {"categories": ["model"]}}, set()),
    ({"deny": {"categories": ["model"]}, "allow": {"publishers": ["acme"]}}, ALL),
    ({"minimum_rating": 4.5}, {IMAGE}),
    ({"minimum_rating": 1, "allow": {"plugins": [SEARCH]}}, ALL),
]


def test_the_most_specific_rule_decides(market: None, catalogue: Make) -> None:
    for number, (policy, seen) in enumerate(RULES):
        catalogue(f"c-{number}", **policy)
        mine = Console(f"/c/c-{number}")
        found = mine.post("plugins/search/advanced", {"page": 1})
        assert {plugin["plugin_id"] for plugin in found["plugins"]} == seen, policy
        assert found["total"] == len(seen)
        assert set(mine.latest(*ALL)) == seen
        names = {one["name"] for one in mine.ask("GET", "dist/plugins/manifest.json").json()["plugins"]}
        assert names == {one.partition("/")[2] for one in seen}
        for plugin_id in ALL:
            answers_all_or_nothing(mine, plugin_id, may=plugin_id in seen)


def answers_all_or_nothing(mine: Console, plugin_id: str, *, may: bool) -> None:
    for path in (
        "plugins/{}",
        "plugins/{}/icon",
        "plugins/{}/versions",
        "plugins/{}/0.0.1",
        "plugins/{}/0.0.1/download",
    ):
        response = mine.ask("GET", path.format(plugin_id))
        assert response.status_code == (200 if may else 404), (mine.prefix, path, plugin_id)
        if response.streaming:
            assert content(response)
    org, _, name = plugin_id.partition("/")
    asked = {"plugin_tuples": [{"org": org, "name": name, "version": "0.0.1"}]}
    [element] = mine.post("plugins/versions/batch", asked)["list"]
    assert bool(element["version"]["unique_identifier"]) is may


PINS: dict[str, tuple[str | None, set[str]]] = {
    "1.0.0": ("1.0.0", {"1.1.0", "2.0.0"}),
    "^1.0.0": ("1.1.0", {"2.0.0"}),
    "1.0.x": ("1.0.0", {"1.1.0", "2.0.0"}),
    "1.0.0-2.0.0": ("2.0.0", set()),
    "7.0.0": (None, {"1.0.0", "1.1.0", "2.0.0"}),
}


def test_pins(each_database: str, catalogue: Make) -> None:
    versions = ("1.0.0", "1.1.0", "2.0.0")
    for version in versions:
        listed(package_bytes(version=version))
    row = catalogue()
    for pin, (offered, refused) in PINS.items():
        row.policy = {"pins": {"acme/demo": pin}}
        row.save()
        assert MINE.latest("acme/demo") == ({"acme/demo": offered} if offered else {})
        assert MINE.search() == (["acme/demo"] if offered else [])
        for version in versions:
            response = MINE.ask("GET", f"plugins/acme/demo/{version}/download")
            assert (response.status_code == 404) is (version in refused)
            if response.streaming:
                content(response)


def test_a_single_pinned_version_is_offered_whatever_else_holds_for_it(each_database: str, catalogue: Make) -> None:
    for version in ("1.0.0", "1.1.0"):
        listed(package_bytes(version=version))
    Release.objects.filter(version="1.0.0").update(status="yanked", rollout=0)
    catalogue(pins={"acme/demo": "1.0.0"}, cool_down_days=30)
    assert MINE.latest("acme/demo") == {"acme/demo": "1.0.0"}
    content(MINE.download("acme/demo:1.0.0"))
    Release.objects.filter(version="1.0.0").update(status="recalled")
    assert MINE.latest("acme/demo") == {}


def test_a_rollout_reaches_the_same_installations_and_then_more(each_database: str, catalogue: Make) -> None:
    listed(package_bytes(version="1.0.0"))
    listed(package_bytes(version="1.1.0"), rollout=30)
    tokens = [f"dify-{number}" for number in range(12)]
    for token in tokens:
        catalogue(token)
    reached: set[str] = set()
    for percent in (0, 30, 60, 100):
        Release.objects.filter(version="1.1.0").update(rollout=percent)
        now = {token for token in tokens if Console(f"/c/{token}").latest("acme/demo")["acme/demo"] == "1.1.0"}
        salt = Release.objects.get(version="1.1.0").salt
        assert now == {token for token in tokens if (salt + share_of(token)) % 100 < percent}
        assert reached <= now
        reached = now
    assert reached == set(tokens)


def test_an_installation_may_want_to_be_first_or_last(each_database: str, catalogue: Make) -> None:
    listed(package_bytes(version="1.0.0"))
    listed(package_bytes(version="1.1.0"), rollout=99)
    catalogue("first", rollout="first")
    catalogue("last", rollout="last")
    assert Console("/c/first").latest("acme/demo") == {"acme/demo": "1.1.0"}
    assert Console("/c/last").latest("acme/demo") == {"acme/demo": "1.0.0"}
    assert Console().latest("acme/demo") == {
        "acme/demo": "1.0.0"
    }  # cannot be told from others, so it is among the last


def test_beta_releases_are_for_who_follows_them(each_database: str, catalogue: Make) -> None:
    listed(package_bytes(version="1.0.0"))
    beta = listed(package_bytes(version="1.1.0-rc1"), channel="beta")
    catalogue()
    catalogue("early", channels=["stable", "beta"])
    assert MINE.latest("acme/demo") == {"acme/demo": "1.0.0"}
    assert Console("/c/early").latest("acme/demo") == {"acme/demo": "1.1.0-rc1"}
    assert "beta release" in MINE.fails("GET", "plugins/acme/demo/1.1.0-rc1/download")[1]
    content(Console("/c/early").download(beta.unique_identifier))
    content(Console().download(beta.unique_identifier))


def test_what_was_asked_for_and_granted_is_allowed_until_its_day(market: None, catalogue: Make) -> None:
    row = catalogue(otherwise="deny", requests=True)
    plugin = Plugin.objects.get(plugin_id=SEARCH)
    asked = CatalogueRequest.objects.create(catalogue=row, plugin=plugin, asked_by="Bo", reason="For work")
    assert MINE.search() == []
    assert f"/c/tester/ask/{SEARCH}" in MINE.fails("GET", f"plugins/{SEARCH}/0.0.1/download")[1]
    today = timezone.now().date()
    for until, seen in ((None, [SEARCH]), (today, [SEARCH]), (today - timedelta(days=1), [])):
        asked.state, asked.until = "granted", until
        asked.save()
        assert MINE.search() == seen


def test_private_downloads_are_at_the_secret_address(market: None, catalogue: Make) -> None:
    row = catalogue(private_downloads=True)
    assert "secret address" in MINE.fails("GET", f"plugins/{SEARCH}/0.0.1/download")[1]
    assert Console("/c/tester/s/guess").fails("GET", f"plugins/{SEARCH}")[0] == 404
    row.secret_digest = digest("open-sesame")
    row.save()
    opened = Console("/c/tester/s/open-sesame")
    content(opened.ask("GET", f"plugins/{SEARCH}/0.0.1/download"))
    address = opened.ask("GET", "dist/plugins/manifest.json").json()["plugins"][0]["latest_package_url"]
    content(opened.follow(address))
    assert sorted(MINE.search()) == sorted(ALL)


@pytest.mark.parametrize("prefix", ["/c/unknown", "/c/unknown/s/secret", "/c/tester/s/secret"])
def test_there_is_nothing_where_no_catalogue_is(market: None, catalogue: Make, prefix: str) -> None:
    catalogue()
    status, said = Console(prefix).fails("POST", "plugins/batch", {"plugin_ids": [SEARCH]})
    assert (status, said[:35]) == (404, "There is no catalogue at this addre")


def test_a_policy_that_no_longer_reads_denies_everything(market: None, catalogue: Make) -> None:
    catalogue(pins={"acme/search": "whatever"})
    assert MINE.search() == []
    assert MINE.fails("GET", f"plugins/{SEARCH}/0.0.1/download")[0] == 404


def test_what_lists_decide_in_sql_and_downloads_in_sentences_is_the_same(market: None, catalogue: Make) -> None:
    old = timezone.now() - timedelta(days=20)
    for version, channel, status in (
        ("1.0.0", "stable", "listed"),
        ("1.1.0", "beta", "listed"),
        ("1.2.0", "stable", "yanked"),
    ):
        release = listed(package_bytes(version=version), channel=channel)
        Release.objects.filter(pk=release.pk).update(status=status, created_at=old)
    listed(package_bytes(version="1.3.0"))
    listed(package_bytes(name="evil"))
    Release.objects.filter(plugin__name="evil").update(status="recalled")
    policies: list[dict[str, Any]] = [
        {"cool_down_days": 10},
        {"channels": ["stable", "beta"], "deny": {"trust": ["partner"]}},
        {"pins": {"acme/demo": "~1.1.0"}, "channels": ["stable", "beta"]},
        {"pins": {"acme/demo": "1.3.0"}, "cool_down_days": 10},
        {"otherwise": "deny", "allow": {"plugins": ["acme/demo"]}},
    ]
    for number, policy in enumerate(policies):
        asking = Asking(catalogue=catalogue(f"c-{number}", **policy))
        terms = terms_of(asking)
        handed = set(Release.objects.filter(terms.fetches(RELEASES)).values_list("pk", flat=True))
        for release in Release.objects.select_related("plugin"):
            assert (release.pk in handed) is not_refused(release, asking, terms), (policy, release)
        offered = Release.objects.filter(terms.offers(RELEASES))
        assert set(offered.values_list("pk", flat=True)) <= handed
        newest = Plugin.objects.filter(terms.offers(LATEST)).values_list("pk", flat=True)
        assert set(newest) <= set(offered.values_list("plugin", flat=True))


def not_refused(release: Release, asking: Asking, terms: Any) -> bool:
    try:
        refuse(Offered(release), asking, terms)
    except Declined:
        return False
    return True


# Documents.


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "Input should be a valid dictionary"),
        ({"nothing": 1}, "nothing: there is no such setting."),
        ({"pins": {"acme/demo": "latest"}}, "version 'latest' is none of 1.2.3, ^1.2.3"),
        ({"pins": {"demo": "1.0.0"}}, "pins.demo"),
        ({"cool_down_days": -1}, "cool_down_days:"),
        ({"allow": {"plugins": ["a/b"]}, "deny": {"plugins": ["a/b"]}}, "A/b is both allowed and denied in plugins"),
        ({"deny": {"trust": ["friends"]}}, "deny.trust.0:"),
        ({"channels": []}, "channels:"),
        ({"edition": {"python": "2.7", "platform": "x"}}, "edition.python:"),
    ],
)
def test_a_wrong_document_is_told_in_sentences(document: Any, said: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        checked(document)
    assert said in str(refused.value)


def test_every_setting_is_described() -> None:
    described = schema()
    assert set(described["properties"]) >= {"allow", "deny", "pins", "cool_down_days", "rollout", "edition"}
    undescribed = [
        name
        for part in [described, *described["$defs"].values()]
        for name, value in part["properties"].items()
        if "description" not in value and "$ref" not in value
    ]
    assert undescribed == []


# How much is asked of the database.


NAMES = [f"demo-{number}" for number in range(9)]
QUESTIONS: list[tuple[str, str, Any]] = [
    ("POST", "plugins/batch", {"plugin_ids": [f"acme/{name}" for name in NAMES]}),
    ("POST", "plugins/search/advanced", {"page": 1, "page_size": 1000}),
    ("POST", "plugins/search/advanced", {"page": 1, "page_size": 1000, "query": "demo", "tags": ["search"]}),
    ("GET", "dist/plugins/manifest.json", None),
    ("GET", "plugins/acme/demo-0/versions", None),
    (
        "POST",
        "plugins/versions/batch",
        {"plugin_tuples": [{"org": "acme", "name": name, "version": "0.0.1"} for name in NAMES]},
    ),
    ("GET", "plugins/publisher/acme?page_size=100", None),
]


def test_the_number_of_queries_does_not_grow(each_database: str, catalogue: Make) -> None:
    catalogue(pins={"acme/demo-0": "^0.0.1"}, requests=True, edition={"python": "3.12", "platform": "linux"})
    counts: list[dict[str, int]] = []
    for names in (NAMES[:2], NAMES[2:]):
        for name, version in product(names, ("0.0.1", "0.0.2")):
            listed(package_bytes(name=name, version=version, tags=["search"]))
        counts.append({})
        for asker, (method, path, payload) in product((MINE, Console()), QUESTIONS):
            with CaptureQueriesContext(connection) as queries:
                assert asker.ask(method, path, payload).status_code == 200
            counts[-1][f"{asker.prefix} {path} {payload}"] = len(queries)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 14, counts[0]
