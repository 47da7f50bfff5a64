"""The marketplace's block list: numbered, signed, followed by the runtime beside it, and what it does to the catalogue."""

import base64
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from marketplace import inbox, keeping, recalling
from marketplace.models import AuditEntry, LogLeaf, Member, Plugin, Recall, Release, SigningKey
from marketplace.recalling import CannotRecall, lift, recall
from marketplace.signing import sign_approved
from marketplace.workspaces import create_workspace
from runtime import lookup, recalls
from runtime.models import Installation, RecallList
from runtime.pages.trust import trust
from runtime.recalls import Recalled
from runtime.uploading import upload_package
from tests import listing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    recalling.signed.clear()
    lookup.forget()
    yield
    lookup.forget()


@pytest.fixture
def release(released: Callable[..., Release]) -> Release:
    return released()


def hard(kind: str, subject: str, people: SimpleNamespace, **more: Any) -> Recall:
    return recall(kind, subject, strength="hard", reason="It sends keys away.", by=people.staff, **more)


def standing(release: Release) -> tuple[str, str, bool]:
    """How release and plugin stand, and whether anybody is offered it."""
    release.refresh_from_db()
    release.plugin.refresh_from_db()
    return release.status, release.plugin.status, release.plugin.latest_id == release.pk


def test_a_version(release: Release, people: SimpleNamespace) -> None:
    assert standing(release) == ("listed", "active", True)
    made = hard("version", "acme/demo:0.0.1", people)
    assert standing(release) == ("recalled", "active", False)
    assert release.status_reason == "It sends keys away."
    lift(made.number, by=people.staff, reason="Looked at again.")
    assert standing(release) == ("listed", "active", True)


def test_a_plugin_with_a_successor(release: Release, people: SimpleNamespace) -> None:
    made = hard("plugin", "acme/demo", people, successor="acme/other")
    assert standing(release) == ("recalled", "recalled", False)
    assert (release.plugin.successor, release.plugin.deprecation_note) == ("acme/other", "It sends keys away.")
    lift(made.number, by=people.staff, reason="Wrong plugin.")
    assert standing(release) == ("listed", "active", True)


def test_a_dependency_takes_out_what_pins_it(released: Callable[..., Release], people: SimpleNamespace) -> None:
    pinned = released(source=listing.package_bytes({"requirements.txt": "dify_plugin\nrequests==2.31.0\n"}))
    free = released(source=listing.package_bytes({"requirements.txt": "requests>=2\n"}, name="other"))
    assert recalling.impact("dependency", "requests<2.32").releases == 1
    hard("dependency", "requests<2.32", people)
    assert (standing(pinned)[0], standing(free)[0]) == ("recalled", "listed")


def test_what_another_recall_holds_stays(release: Release, people: SimpleNamespace) -> None:
    first = hard("version", "acme/demo:0.0.1", people)
    second = hard("plugin", "acme/demo", people)
    lift(first.number, by=people.staff, reason="One is enough.")
    assert standing(release)[0] == "recalled"
    lift(second.number, by=people.staff, reason="All clear.")
    assert standing(release) == ("listed", "active", True)  # also what the first one had taken out


def test_what_was_yanked_comes_back_yanked(release: Release, people: SimpleNamespace) -> None:
    Release.objects.update(status="yanked")
    made = hard("version", "acme/demo:0.0.1", people)
    lift(made.number, by=people.staff, reason="All clear.")
    assert standing(release)[0] == "yanked"


def test_a_recalled_version_is_not_signed(approved: Any, people: SimpleNamespace, release_key: SigningKey) -> None:
    submission = approved()
    hard("plugin", "acme/demo", people)
    assert sign_approved(submission) is None
    assert "is recalled" in submission.signing_request.problem


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("version", "demo"), ("version", ""), ("plugin", "demo"), ("plugin", "acme/demo:1.0"), ("dependency", "a b c")],
)
def test_a_subject_that_is_none(people: SimpleNamespace, kind: str, subject: str) -> None:
    with pytest.raises(CannotRecall):
        hard(kind, subject, people)


def test_a_reason_is_asked_for_and_twice_is_once(release: Release, people: SimpleNamespace) -> None:
    with pytest.raises(CannotRecall, match="Say why"):
        recall("plugin", "acme/demo", strength="soft", reason=" ", by=people.staff)
    made = hard("plugin", "acme/demo", people)
    with pytest.raises(CannotRecall, match="already"):
        hard("plugin", "acme/demo", people)
    lift(made.number, by=people.staff, reason="All clear.")
    with pytest.raises(CannotRecall, match="not in force"):
        lift(made.number, by=people.staff, reason="Again.")
    hard("plugin", "acme/demo", people)
    assert list(Recall.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_it_is_told_and_written_down(release: Release, people: SimpleNamespace) -> None:
    hard("plugin", "acme/demo", people, successor="acme/other")
    leaf = json.loads(LogLeaf.objects.get(kind="recall").body)
    assert (leaf["subject"], leaf["number"], leaf["successor"]) == ("acme/demo", 1, "acme/other")
    assert AuditEntry.objects.get(act="recall.make").by_id == people.staff.pk


def test_the_list_is_signed_by_its_own_key(release: Release, people: SimpleNamespace) -> None:
    assert recalling.document(after=0) is None
    hard("plugin", "acme/demo", people)
    document = recalling.document(after=0)
    assert document is not None
    key = SigningKey.objects.get(fingerprint=document["key"], role="recall")
    public: Any = load_pem_public_key(key.public.encode())
    public.verify(base64.b64decode(document["signature"]), document["list"].encode())
    said = json.loads(document["list"])
    assert (said["number"], [one["subject"] for one in said["entries"]]) == (1, ["acme/demo"])
    assert recalling.document(after=1) is None


def test_the_runtime_beside_follows_and_shows_it(
    release: Release, people: SimpleNamespace, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "runtime"}}
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    package = upload_package(keeping.read(release.package))
    Installation.objects.create(workspace_id="w", plugin_id="acme/demo", package=package, source="marketplace")
    support = create_workspace(name="Support", owner=people.ada)
    Member.objects.create(workspace=support, user=people.stranger, role="member")
    Installation.objects.create(
        workspace_id=str(support.pk), plugin_id="acme/demo", package=package, source="marketplace"
    )
    here = recalling.impact("plugin", "acme/demo").here
    assert (here.installations, here.workspaces) == (2, 2)
    assert not [one for one in inbox.waiting(people.ada) if one.word == "Recalled"]
    with django_capture_on_commit_callbacks(execute=True):
        made = hard("version", release.unique_identifier, people)
    assert RecallList.objects.get().number == made.number
    with pytest.raises(Recalled):
        recalls.refuse(package.unique_identifier, "w")
    shown = trust(package)
    assert (shown.word, shown.tone) == ("Recalled", "bad")
    assert "It sends keys away" in shown.means
    [told] = [one for one in inbox.waiting(people.ada) if one.word == "Recalled"]
    assert (told.title, told.href) == ("acme/demo stands still in Support", "/w/support/plugins/acme/demo")
    assert "It sends keys away" in told.about
    assert not [one for one in inbox.waiting(people.stranger) if one.word == "Recalled"], "members govern nothing"
    with django_capture_on_commit_callbacks(execute=True):
        lift(made.number, by=people.staff, reason="All clear.")
    assert trust(package).word == "Certified"
    assert not [one for one in inbox.waiting(people.ada) if one.word == "Recalled"]
    assert Plugin.objects.get().latest == release
