"""A publisher with an owner and a team mate, reviewers, staff and a stranger; submissions as they are handed in."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from marketplace import keeping
from marketplace.models import (
    Decision,
    Organization,
    Plugin,
    PrivacyStatement,
    Publisher,
    Release,
    ScreeningSection,
    Submission,
    User,
)

State = Submission.State


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    """A place of its own for what the marketplace keeps."""
    there = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": there}


def kept(**files: str | bytes) -> str:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_py", ".py"), content)
    return keeping.keep(data.getvalue())


@pytest.fixture
def one(ready: Callable[..., Submission]) -> Submission:
    """A submission with a package that holds a little of everything."""
    return ready(package=kept(main_py="import os\nprint('<b>')\n", tools__a_py="x = 1\n", logo=b"\0\1"))


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """owner and mate are of the organization `acme`; ada, bob and eve review; staff govern; stranger is nobody."""
    names = ("owner", "mate", "ada", "bob", "eve", "staff", "stranger")
    found = {name: User.objects.create_user(f"{name}@example.org", "open sesame", name=name.title()) for name in names}
    for name in ("ada", "bob", "eve"):
        found[name].is_reviewer = True
    found["staff"].is_staff = True
    User.objects.bulk_update(found.values(), ["is_reviewer", "is_staff"])
    acme = Organization.objects.create(handle="acme", name="Acme")
    Publisher.objects.create(organization=acme, user=found["owner"], role=Publisher.Role.OWNER)
    Publisher.objects.create(organization=acme, user=found["mate"])
    return SimpleNamespace(**found, acme=acme)


@pytest.fixture
def submitted(people: SimpleNamespace) -> Callable[..., Submission]:
    """Makes a submission of acme's in any state, as if it had come there."""

    def make(state: str = State.QUEUED, *, version: str = "1.0.0", **values: Any) -> Submission:
        plain = {
            "plugin_id": "acme/weather",
            "unique_identifier": f"acme/weather:{version}@{'0' * 64}",
            "package": "0" * 64,
            "size": 1000,
            "notes": "First version.",
            "made_by": people.owner,
        }
        return Submission.objects.create(organization=people.acme, version=version, state=state, **plain | values)

    return make


def approve(submission: Submission, reviewer: User | None, **values: Any) -> Decision:
    """A decision as it lies in the database, past the desk."""
    plain = {"verdict": "approve", "category": "community", "round": submission.round, "statement": "{}"}
    return Decision.objects.create(submission=submission, reviewer=reviewer, **plain | values)


@pytest.fixture
def ready(submitted: Callable[..., Submission], people: SimpleNamespace) -> Callable[..., Submission]:
    """A submission with nothing left to be settled: screened, its privacy statement confirmed and reviewed."""

    def make(state: str = State.QUEUED, *, version: str = "1.0.0", **values: Any) -> Submission:
        submission = submitted(state, version=version, **values)
        section = {"state": "passed", "required": True, "enforced": True, "evidence": {}}
        ScreeningSection.objects.create(submission=submission, check_name="secrets", **section)
        PrivacyStatement.objects.create(
            submission=submission,
            source="form",
            confirmed_by=people.owner,
            confirmed_at=timezone.now(),
            reviewed_by=people.eve,
            reviewed_at=timezone.now(),
        )
        return submission

    return make


def released(submission: Submission, **values: Any) -> Release:
    """The release of an approved submission, as signing would have written it."""
    plugin = Plugin.objects.get_or_create(
        plugin_id=submission.plugin_id,
        defaults={"organization": submission.organization, "name": "weather", "category": "tool"},
    )[0]
    plain = {
        "version": submission.version,
        "order": submission.version,
        "unique_identifier": submission.unique_identifier,
        "checksum": "0" * 64,
        "package": submission.package,
        "package_size": submission.size,
        "original": submission.package,
        "notes": submission.notes,
        "category": "community",
        "declaration": submission.declaration,
        "submission": submission,
        "signed_at": timezone.now(),
    }
    Submission.objects.filter(pk=submission.pk).update(state=State.RELEASED)
    return Release.objects.create(plugin=plugin, **plain | values)
