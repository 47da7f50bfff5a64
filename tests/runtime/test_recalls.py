"""Block lists followed: what they stop, whom an administrator's override helps, and lists that are not believed."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.models import AuditEntry
from runtime import lookup, process, recalls
from runtime.errors import Refused, StartFailed
from runtime.installing import install
from runtime.models import App, Contents, Installation, Package, RecallEntry, RecallList, RecallOverride
from runtime.preparing import note
from runtime.recalls import Recalled
from runtime.recalls.document import BadList, public_keys, read
from runtime.recalls.following import follow_address, take_over
from runtime.recalls.matching import hits, holds
from tests.serving import Served

pytestmark = pytest.mark.django_db(transaction=True)  # as processes see it: they close connections
PLUGIN = "acme/weather:1.0.0@" + "a" * 64
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cold(settings: Any) -> Iterator[None]:
    settings.RUNTIME_RECALLS = ""
    lookup.forget()
    yield
    lookup.forget()


@pytest.fixture
def package() -> Package:
    return Package.objects.create(
        unique_identifier=PLUGIN, plugin_id="acme/weather", version="1.0.0", checksum="a" * 64, size=1, declaration={}
    )


@pytest.fixture
def installed(package: Package) -> Installation:
    return Installation.objects.create(workspace_id="w", plugin_id="acme/weather", package=package, source="package")


def entry(subject: str = "acme/weather", **more: Any) -> dict[str, Any]:
    plain = {"number": 1, "kind": "plugin", "strength": "hard", "reason": "It sends keys away", "successor": ""}
    return {**plain, "subject": subject, "at": NOW.isoformat(), **more}


def listed(*entries: dict[str, Any], number: int = 1, made_at: datetime | None = None) -> dict[str, str]:
    said = {"type": "patchbay/recalls/1", "number": number, "entries": entries}
    return {
        "list": json.dumps(said | {"made_at": (made_at or datetime.now(UTC)).isoformat()}),
        "signature": "",
        "key": "",
    }


def recall(*entries: dict[str, Any], number: int = 1) -> None:
    take_over("", read(listed(*entries, number=number), None))
    lookup.forget()


# What is hit.


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        ("plugin", "acme/weather", True),
        ("plugin", "acme/weather2", False),
        ("version", "acme/weather:1.0.0", True),
        ("version", PLUGIN, True),
        ("version", "acme/weather:1.0.0@" + "b" * 64, False),
        ("version", "acme/weather:1.0", False),
        ("dependency", "Requests<2.32", True),
        ("dependency", "requests==2.31.0", True),
        ("dependency", "requests>=2.32", False),
        ("dependency", "request", False),
        ("dependency", "typing.extensions", True),
        ("dependency", "nonsense and more", False),
    ],
)
def test_what_an_entry_is_about(kind: str, subject: str, expected: bool) -> None:
    packages = {"requests": "2.31.0", "typing_extensions": "4.0.0"}
    assert hits(kind, subject, plugin=PLUGIN, packages=packages) is expected


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_no_text_breaks_it(requirement: str, packages: dict[str, str]) -> None:
    assert holds(requirement, packages) in (True, False)


# What it does.


def test_a_hard_recall_stops_starts_calls_and_installs(installed: Installation) -> None:
    assert set(process.wished()) == {PLUGIN}
    recall(entry(successor="acme/climate"))
    assert set(process.wished()) == set()
    for act in (lambda: lookup.read("w", "acme/weather"), lambda: lookup.read_package(PLUGIN), lambda: fetch("other")):
        with pytest.raises(Recalled, match=r"It sends keys away\. Use acme/climate instead"):
            act()
    with pytest.raises(StartFailed, match="It sends keys away"):
        note(installed.package, {})
    with pytest.raises(Refused, match="cannot be overridden"):
        recalls.override("w", PLUGIN, by="Ada", reason="I need it")


def fetch(workspace: str) -> object:
    return install(workspace, identifiers=[PLUGIN], source="package")


def test_lifting_it_lets_everything_go_on(installed: Installation) -> None:
    recall(entry())
    recall(number=2)
    assert set(process.wished()) == {PLUGIN}
    assert lookup.read("w", "acme/weather").plugin == PLUGIN
    note(installed.package, {})


def test_a_soft_recall_stops_until_an_administrator_overrides_it(installed: Installation) -> None:
    recall(entry(strength="soft"))
    assert set(process.wished()) == set()
    with pytest.raises(Recalled, match="An administrator of the workspace can allow it"):
        lookup.read("w", "acme/weather")
    with pytest.raises(Refused, match="Say why"):
        recalls.override("w", PLUGIN, by="Ada", reason=" ")
    recalls.override("w", PLUGIN, by="Ada <ada@example.org>", reason="We have no keys in it")
    assert set(process.wished()) == {PLUGIN}
    assert lookup.read("w", "acme/weather").plugin == PLUGIN
    said = RecallOverride.objects.get()
    assert (said.by, said.reason) == ("Ada <ada@example.org>", "We have no keys in it")


def test_an_override_is_of_one_workspace(installed: Installation) -> None:
    Installation.objects.create(workspace_id="v", plugin_id="acme/weather", package=installed.package, source="package")
    recall(entry(strength="soft"))
    recalls.override("w", PLUGIN, by="Ada", reason="Known")
    assert set(process.wished()) == {PLUGIN}
    with pytest.raises(Recalled):
        lookup.read("v", "acme/weather")
    recalls.withdraw("w", "acme/weather", by="Ada")
    assert set(process.wished()) == set()
    trail = AuditEntry.objects.order_by("at").values_list("act", "by", "after__reason")
    assert list(trail) == [("recall.override", "Ada", "Known"), ("recall.withdraw_override", "Ada", None)]


def test_an_override_is_of_one_recall(installed: Installation) -> None:
    recall(entry(strength="soft"))
    recalls.override("w", PLUGIN, by="Ada", reason="Known")
    recall(entry(strength="soft"), entry(number=2, strength="soft", reason="Something else"), number=2)
    with pytest.raises(Recalled, match="Something else"):
        lookup.read("w", "acme/weather")
    recall(entry(strength="soft"), entry(number=3), number=3)
    with pytest.raises(Recalled, match="It sends keys away"):
        lookup.read("w", "acme/weather")


def test_a_dependency_is_looked_for_in_the_environment(installed: Installation) -> None:
    note(installed.package, {"requests": "2.31.0"})
    assert Contents.objects.get().packages == {"requests": "2.31.0"}
    recall(entry("requests<2.32", kind="dependency"))
    assert set(process.wished()) == set()
    with pytest.raises(Recalled, match=r"because of requests<2\.32"):
        lookup.read("w", "acme/weather")
    with pytest.raises(StartFailed):
        note(installed.package, {"requests": "2.31.0"})
    lookup.forget()
    note(installed.package, {"requests": "2.32.1"})
    assert set(process.wished()) == {PLUGIN}


def test_impact_counts_before_anything_is_done(installed: Installation) -> None:
    Installation.objects.update(endpoints_active=3)
    App.objects.create(workspace_id="w", name="Uses it", settings={"tools": [{"provider": "acme/weather/weather"}]})
    App.objects.create(workspace_id="w", name="Does not", settings={"tools": [{"provider": "acme/weather2/weather"}]})
    App.objects.create(workspace_id="v", name="Elsewhere", settings={"tools": [{"provider": "acme/weather/weather"}]})
    found = recalls.impact("plugin", "acme/weather")
    assert (found.plugins, found.installations, found.workspaces, found.endpoints, found.apps) == (1, 1, 1, 3, 1)
    assert recalls.impact("plugin", "acme/other").installations == 0


# Lists from elsewhere.


@pytest.fixture
def key(settings: Any, tmp_path: Path) -> Ed25519PrivateKey:
    made = Ed25519PrivateKey.generate()
    path = tmp_path / "recalls.pem"
    path.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    settings.RECALL_KEYS = [str(path)]
    return made


def signed(key: Ed25519PrivateKey, document: dict[str, str]) -> dict[str, str]:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (fingerprint,) = public_keys([pem])
    signature = base64.b64encode(key.sign(document["list"].encode())).decode()
    return document | {"signature": signature, "key": fingerprint}


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[Served]:
    with Served() as served:
        settings.RECALL_URLS = [served.url]
        yield served


def again() -> None:
    RecallList.objects.update(read_at=timezone.now() - timedelta(minutes=1))


def test_a_list_at_an_address_is_followed(installed: Installation, key: Any, elsewhere: Served) -> None:
    elsewhere.answer = signed(key, listed(entry()))
    assert recalls.follow() == 1
    assert set(process.wished()) == set()
    elsewhere.answer = signed(key, listed(number=2))
    assert recalls.follow() == 0  # not due yet
    again()
    assert recalls.follow() == 1
    assert set(process.wished()) == {PLUGIN}
    assert elsewhere.asked == 2
    again()
    assert recalls.follow() == 0
    assert elsewhere.unchanged == 1


def test_when_it_cannot_be_read_what_was_known_stays(installed: Installation, key: Any, elsewhere: Served) -> None:
    elsewhere.answer = signed(key, listed(entry()))
    recalls.follow()
    documents: list[Any] = [{}, [], signed(key, {"list": "{}"}), signed(Ed25519PrivateKey.generate(), listed(number=9))]
    for broken in documents:
        elsewhere.answer = broken
        again()
        assert recalls.follow() == 0
        assert RecallList.objects.get().problem != ""
        assert set(process.wished()) == set()


def test_an_old_copy_does_not_take_a_recall_back(installed: Installation, key: Any, elsewhere: Served) -> None:
    before = signed(key, listed(number=1))
    elsewhere.answer = signed(key, listed(entry(number=2), number=2))
    recalls.follow()
    elsewhere.answer = before
    again()
    assert recalls.follow() == 0
    assert "gone back from number 2 to 1" in RecallList.objects.get().problem
    assert set(process.wished()) == set()


def test_a_changed_list_is_not_followed(key: Any, elsewhere: Served) -> None:
    document = signed(key, listed(entry()))
    elsewhere.answer = document | {"list": document["list"].replace("acme/weather", "acme/climate")}
    assert recalls.follow() == 0
    assert "changed after it was signed" in RecallList.objects.get().problem


def test_a_list_that_is_held_back_is_told_of(key: Any, elsewhere: Served) -> None:
    elsewhere.answer = signed(key, listed(entry(), made_at=datetime.now(UTC) - timedelta(days=3)))
    assert recalls.follow() == 1
    assert "holding back" in RecallList.objects.get().problem


def test_a_list_that_is_named_no_more_holds_no_more(
    installed: Installation, key: Any, elsewhere: Served, settings: Any
) -> None:
    elsewhere.answer = signed(key, listed(entry()))
    recalls.follow()
    settings.RECALL_URLS = []
    assert recalls.follow() == 1
    assert not RecallEntry.objects.exists()
    assert set(process.wished()) == {PLUGIN}


def test_two_nodes_that_come_at_once_read_it_once(key: Any, elsewhere: Served) -> None:
    elsewhere.answer = signed(key, listed(entry()))
    assert [follow_address(elsewhere.url) for _ in range(2)] == [1, 0]
    assert elsewhere.asked == 1


@pytest.mark.parametrize(
    "change", [{"kind": "all"}, {"strength": "weak"}, {"number": "x"}, {"at": "soon"}, {"reason": None}]
)
def test_entries_that_are_none(change: dict[str, Any]) -> None:
    broken = {name: value for name, value in (entry() | change).items() if value is not None}
    with pytest.raises(BadList):
        read(listed(broken), None)
