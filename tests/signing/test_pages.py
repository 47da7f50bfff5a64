"""Pages of keys, recalls and the log, as publisher, reviewer, staff and stranger see them."""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from marketplace import auditing, recalling
from marketplace.models import Recall, Release, SigningKey
from marketplace.signing import Locked, asks, keys, proven, releases, sign_approved, sign_decision
from marketplace.signing.decisions import make_key
from marketplace.transparency import log
from runtime import lookup
from tests.signing.conftest import pair, statement
from tests.signing.test_releases import by_hand

pytestmark = pytest.mark.django_db
STAFF = ("/desk/keys", "/desk/recalls", "/desk/audit/export")
PUBLIC = ("/transparency/", "/transparency/recalls", "/api/v1/keys", "/api/v1/recalls")


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    recalling.signed.clear()
    lookup.forget()
    yield
    lookup.forget()


@pytest.fixture
def visit(people: SimpleNamespace) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(getattr(people, name))
        return client

    return signed_in


@pytest.mark.parametrize(
    ("name", "status"), [("", 302), ("owner", 404), ("stranger", 404), ("ada", 403), ("staff", 200)]
)
@pytest.mark.parametrize("path", STAFF)
def test_who_governs(visit: Any, name: str, status: int, path: str) -> None:
    assert visit(name).get(path).status_code == status


@pytest.mark.parametrize("name", ["", "owner", "stranger", "ada", "staff"])
@pytest.mark.parametrize("path", PUBLIC)
def test_what_everybody_may_see(visit: Any, name: str, path: str) -> None:
    assert visit(name).get(path).status_code == 200


@pytest.mark.parametrize("name", ["", "owner", "stranger", "ada"])
def test_nobody_else_acts(visit: Any, release_key: SigningKey, name: str) -> None:
    client = visit(name)
    for path in (
        f"/desk/keys/{release_key.pk}/retire",
        f"/desk/keys/{release_key.pk}/revoke",
        "/desk/recalls",
        "/desk/keys",
    ):
        assert client.post(path, {"reason": "x", "kind": "plugin", "subject": "acme/demo"}).status_code in (
            302,
            403,
            404,
        )
    release_key.refresh_from_db()
    assert release_key.state == "active"
    assert not Recall.objects.exists()


def test_the_log_page_shows_keys_leaves_and_a_proof(visit: Any, released: Callable[..., Release]) -> None:
    release = released()
    log.sequence()
    page = visit("").get("/transparency/", {"q": release.unique_identifier}).content.decode()
    assert "First" in page
    assert ">Release</td>" in page
    leaf = visit("").get("/transparency/leaf/2")
    assert leaf.status_code == 302
    shown = visit("").get(leaf.url).content.decode()
    assert "Its path to the root" in shown
    assert visit("").get("/transparency/", {"leaf": "x"}).status_code == 200
    assert visit("").get("/transparency/", {"leaf": "99999"}).status_code == 200


def test_the_record_page_names_nobody(visit: Any, released: Callable[..., Release], people: SimpleNamespace) -> None:
    release = released(people.ada)
    page = visit("").get("/transparency/records", {"of": release.unique_identifier}).content.decode()
    assert "1 reviewer" in page
    assert not re.search(r"\bAda\b", page), "digests and signatures may hold any three letters"
    assert visit("").get("/transparency/records", {"of": "acme/none:1.0@0"}).status_code == 404


def test_a_key_file_is_what_dify_asks_for(visit: Any, release_key: SigningKey) -> None:
    answer = visit("").get(f"/api/v1/keys/{release_key.fingerprint}.pem")
    assert answer.content.decode() == release_key.public
    assert visit("").get(f"/api/v1/keys/{'0' * 64}.pem").status_code == 404


def test_the_block_list_has_an_etag(visit: Any, people: SimpleNamespace) -> None:
    recalling.recall("plugin", "acme/demo", strength="hard", reason="Bad.", by=people.staff)
    first = visit("").get("/api/v1/recalls")
    assert visit("").get("/api/v1/recalls", headers={"If-None-Match": first["ETag"]}).status_code == 304
    recalling.recall("plugin", "acme/other", strength="soft", reason="Bad.", by=people.staff)
    assert visit("").get("/api/v1/recalls", headers={"If-None-Match": first["ETag"]}).status_code == 200


# Keys.


def test_staff_make_retire_and_revoke(visit: Any, release_key: SigningKey) -> None:
    staff = visit("staff")
    given = {"way": "offline", "name": "Safe", "categories": ["community"], "pem": pair(2)[1].decode()}
    assert staff.post("/desk/keys", given).status_code == 302
    safe = SigningKey.objects.get(name="Safe")
    assert staff.post("/desk/keys", given).status_code == 422  # it is here already
    assert staff.post("/desk/keys", given | {"pem": "nonsense"}).status_code == 422
    staff.post(f"/desk/keys/{release_key.pk}/retire")
    assert "has signed 0 releases" in staff.get(f"/desk/keys/{safe.pk}/revoke").content.decode()
    assert staff.post(f"/desk/keys/{safe.pk}/revoke", {"reason": ""}).status_code == 422
    assert staff.post(f"/desk/keys/{safe.pk}/revoke", {"reason": "Lost"}).status_code == 302
    assert set(SigningKey.objects.filter(role="release").values_list("state", flat=True)) == {"retired", "revoked"}


def test_an_offline_signature_is_handed_in_by_page(visit: Any, approved: Any, release_key: SigningKey) -> None:
    keys.register(pair(2)[1], role="release", name="Safe", by=None, categories=["community"])
    sign_approved(approved())
    request = releases.waiting()[0]
    staff = visit("staff")
    assert request.digest in staff.get("/desk/keys").content.decode()
    staff.post(f"/desk/signing/{request.pk}", {"signature": "00"})
    assert not Release.objects.exists()
    staff.post(f"/desk/signing/{request.pk}", {"signature": by_hand(request).hex()})
    assert Release.objects.count() == 1


def test_a_reviewer_makes_a_key_of_their_own(visit: Any, people: SimpleNamespace, settings: Any) -> None:
    phrase = "correct horse battery staple"
    ada = visit("ada")
    assert ada.post("/desk/key", {"passphrase": phrase, "again": "another"}).status_code == 422
    assert ada.post("/desk/key", {"passphrase": "short", "again": "short"}).status_code == 422
    settings.REVIEWER_KEYS_OWN = True
    assert asks(people.ada) == "key"
    assert ada.post("/desk/key", {"passphrase": phrase, "again": phrase}).status_code == 302
    assert asks(people.ada) == "passphrase"


def test_only_the_passphrase_signs(people: SimpleNamespace, approved: Any) -> None:
    phrase = "correct horse battery staple"
    submission = approved(people.bob)
    make_key(people.ada, secret=phrase)
    text = statement(submission, people.ada)
    with pytest.raises(Locked, match="Give the passphrase"):
        sign_decision(people.ada, text)
    with proven("something else entirely"), pytest.raises(Locked, match="does not open"):
        sign_decision(people.ada, text)
    with proven(phrase):
        assert sign_decision(people.ada, text)[1] == SigningKey.objects.get(owner=people.ada).fingerprint


# Recalls.


def test_impact_comes_before_the_recall(visit: Any, released: Callable[..., Release]) -> None:
    released()
    staff = visit("staff")
    given = {"kind": "plugin", "subject": "acme/demo", "strength": "hard", "reason": "It sends keys away."}
    page = staff.post("/desk/recalls", given).content.decode()
    assert "1 release leaves the catalogue" in page
    assert not Recall.objects.exists()
    other = staff.post("/desk/recalls", given | {"act": "recall", "seen": "plugin acme/other"})
    assert "1 release leaves the catalogue" in other.content.decode(), "what was looked at is what is recalled"
    assert not Recall.objects.exists()
    assert 'value="plugin acme/demo"' in page
    assert staff.post("/desk/recalls", given | {"act": "recall", "seen": "plugin acme/demo"}).status_code == 302
    assert "It sends keys away." in visit("").get("/transparency/recalls").content.decode()
    staff.post("/desk/recalls/1/lift", {"reason": "All clear."})
    assert "Nothing is recalled" in visit("").get("/transparency/recalls").content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"subject": "no plugin"}, "Name the plugin as organization/name"),
        ({"subject": "/"}, "Name the plugin as organization/name"),
        ({"subject": "Acme/Demo"}, "Name the plugin as organization/name"),
        ({"kind": "version"}, "Write it like acme/weather:1.2.0"),
        ({"kind": "dependency", "subject": "requests <<2"}, "Write it like requests&lt;2.32"),
        ({"successor": "https://evil.example"}, "is a plugin id, such as acme/climate"),
    ],
)
def test_a_recall_of_nothing_says_how_it_is_written(visit: Any, wrong: dict[str, str], said: str) -> None:
    given = {"kind": "plugin", "subject": "acme/demo", "strength": "hard", "reason": "It sends keys away."} | wrong
    seen = f"{given['kind']} {given['subject']}"
    answer = visit("staff").post("/desk/recalls", given | {"act": "recall", "seen": seen})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Recall.objects.exists()


def test_a_recall_of_what_nobody_has_is_shown_to_hit_nobody(visit: Any, people: SimpleNamespace) -> None:
    given = {"kind": "plugin", "subject": "acme/demon", "strength": "hard", "reason": "It sends keys away."}
    assert "Nothing here is called so." in visit("staff").post("/desk/recalls", given).content.decode()


def test_its_publisher_is_told(visit: Any, released: Callable[..., Release], people: SimpleNamespace) -> None:
    release = released()
    kind, subject = "version", f"{release.plugin.plugin_id}:{release.version}"
    made = recalling.recall(kind, subject, strength="hard", reason="It sends keys away.", by=people.staff)
    told = f"{release.plugin.plugin_id} {release.version} was recalled"
    page = visit("owner").get("/inbox").content.decode()
    assert told in page
    assert "It sends keys away." in page
    assert told not in visit("stranger").get("/inbox").content.decode()
    stands = visit("owner").get(f"/publish/submissions/{release.submission_id}").content.decode()
    assert "It was recalled." in stands
    assert "It is signed and listed." not in stands
    recalling.lift(made.number, by=people.staff, reason="Looked at again.")
    assert told not in visit("owner").get("/inbox").content.decode()


def test_the_trail_is_a_file(visit: Any, people: SimpleNamespace) -> None:
    auditing.record("x", "y", by=people.staff)
    answer = visit("staff").get("/desk/audit/export")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 1
    assert list(auditing.faults(iter(lines))) == []
