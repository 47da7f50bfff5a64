"""Folders of plugins in one batch: what is recorded, who may, and what is refused without harm to the others."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from marketplace.difypkg import open_package
from marketplace.importing import import_all, open_batch, sources_in
from marketplace.keeping import read
from marketplace.models import AutomaticVerdict, Decision, Organization, Release, ScreeningSection, Submission, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import access
from tests.listing import package_bytes

pytestmark = pytest.mark.django_db
Committing = Callable[..., AbstractContextManager[list[Any]]]


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.org", "open sesame")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two packages, a plugin's folder, one that is none, and things that nobody means."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "one.difypkg").write_bytes(package_bytes(author="langgenius"))
    (tmp_path / "tools" / "two.difypkg").write_bytes(package_bytes({"README.md": ...}, name="two"))
    (tmp_path / "tools" / "bad.difypkg").write_bytes(b"nothing")
    (tmp_path / "node_modules" / "x").mkdir(parents=True)
    (tmp_path / "node_modules" / "x" / "manifest.yaml").write_text("no: plugin")
    made = io.StringIO()
    arguments = ("--quick", "--author", "acme", "--name", "weather", "--category", "tool", "--description", "Weather")
    call_command("plugin", "init", str(tmp_path / "weather"), *arguments, stdout=made)
    return tmp_path


@pytest.fixture
def run(django_capture_on_commit_callbacks: Committing) -> Iterator[Callable[..., str]]:
    def command(*arguments: str) -> str:
        out = io.StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            try:
                call_command("import_plugins", *arguments, stdout=out)
            except CommandError as error:
                out.write(str(error))
        return out.getvalue()

    yield command


def test_plugins_are_found_wherever_they_are(folder: Path) -> None:
    assert [path.name for path in sources_in(folder)] == ["bad.difypkg", "one.difypkg", "two.difypkg", "weather"]


def test_a_folder_is_listed_in_one_command(operator: User, folder: Path, run: Callable[..., str]) -> None:
    said = run(str(folder))
    assert "1/4" in said
    assert "REFUSED: The package is refused" in said
    assert "1 were refused" in said
    assert "ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES" in said
    found = Release.objects.order_by("plugin__plugin_id")
    assert [one.plugin.plugin_id for one in found] == ["acme/two", "acme/weather", "langgenius/demo"]
    for one in found:
        one.plugin.refresh_from_db()
        assert one.plugin.latest == one
        with open_package(read(one.package)) as package:
            assert package.verification == {"authorized_category": "community", "reviewed": False}
            assert package.unique_identifier == one.unique_identifier


def test_that_nobody_has_looked_at_it_is_written_down(operator: User, folder: Path, run: Callable[..., str]) -> None:
    run(str(folder), "--category", "partner")
    one = Release.objects.get(plugin__name="two")
    assert one.category == "partner"
    assert one.lineage["unreviewed"] is True
    assert "README.md" in one.lineage["missing"][0]
    decisions = Decision.objects.all()
    assert {found.reviewer for found in decisions} == {operator}
    assert all(
        "Unreviewed: part of import" in found.reason and '"unreviewed":true' in found.statement for found in decisions
    )
    assert one.submission is not None
    assert one.submission.made_with.startswith("import ")
    assert [event.note for event in one.submission.events.order_by("pk")][1] == "Not screened."
    assert not AutomaticVerdict.objects.exists(), "rules do not judge what was decided on as a whole"


@pytest.mark.django_db(transaction=True)
def test_what_was_not_screened_is_never_shown_as_clean(operator: User, tmp_path: Path) -> None:
    (tmp_path / "demo.difypkg").write_bytes(package_bytes())
    found = list(import_all(sources_in(tmp_path), open_batch(by=operator)))
    assert [one.word for one in found] == ["released"]
    assert set(ScreeningSection.objects.values_list("state", flat=True)) == {"not_scanned"}
    assert '"result":"not_scanned"' in Release.objects.get().record.body


def test_a_second_run_takes_only_what_is_new(operator: User, folder: Path, run: Callable[..., str]) -> None:
    run(str(folder))
    (folder / "tools" / "one.difypkg").write_bytes(package_bytes(author="langgenius", version="0.0.2"))
    said = run(str(folder))
    assert "2 was there already, 1 refused" in said
    assert Submission.objects.count() == 4


def test_new_organizations_are_for_staff_until_somebody_owns_them(
    operator: User, folder: Path, run: Callable[..., str]
) -> None:
    run(str(folder))
    made = Organization.objects.get(handle="langgenius")
    assert not made.people.exists()
    assert access(operator, "langgenius").governs


def test_an_owner_of_them_can_be_named(operator: User, folder: Path, run: Callable[..., str]) -> None:
    owner = User.objects.create_user("owner@example.org")
    run(str(folder), "--owner", owner.email)
    assert [found.email for found in Organization.objects.get(handle="langgenius").people.all()] == [owner.email]
    assert "cannot decide" in run(str(folder), "--owner", operator.email)


def test_only_who_governs_and_reviews_decides_for_all(people: SimpleNamespace) -> None:
    for name in ("owner", "member", "stranger", "staff", "reviewer"):
        with pytest.raises(NotAllowed):
            open_batch(by=getattr(people, name))
    people.staff.is_reviewer = True
    assert open_batch(by=people.staff).category == "community"
    with pytest.raises(Refused):
        open_batch(by=people.staff, category="langgenius")


def test_nobody_decides_on_their_own_plugins(people: SimpleNamespace, tmp_path: Path) -> None:
    people.owner.is_staff = people.owner.is_reviewer = True
    people.owner.save()
    (tmp_path / "demo.difypkg").write_bytes(package_bytes())
    found = list(import_all(sources_in(tmp_path), open_batch(by=people.owner)))
    assert [one.word for one in found] == ["refused"]
    assert not Decision.objects.exists()
    assert not Release.objects.exists()


def test_what_cannot_be_imported_is_a_sentence(operator: User, tmp_path: Path, run: Callable[..., str]) -> None:
    assert "is no folder" in run(str(tmp_path / "nowhere"))
    assert "neither a .difypkg nor" in run(str(tmp_path))
    (tmp_path / "demo.difypkg").write_bytes(package_bytes())
    assert "Nobody with the address" in run(str(tmp_path), "--by", "nobody@example.org")
