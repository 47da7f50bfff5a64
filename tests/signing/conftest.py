"""A publisher, reviewers without a stake in it, a release key, and submissions on their way to it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.canonical import canonical
from marketplace.difypkg import generate_keys
from marketplace.models import Decision, Release, SigningKey, Submission, User
from marketplace.signing import keys, sign_approved, sign_decision
from tests import listing

State = Submission.State


@cache
def pair(number: int = 1) -> tuple[bytes, bytes]:
    """RSA keys, shorter than real ones so that they are made soon."""
    return generate_keys(bits=2048)


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": kept}


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """owner is of the organization acme; ada, bob and eve review; staff govern; stranger is nobody."""
    names = ("owner", "ada", "bob", "eve", "staff", "stranger")
    found = {name: User.objects.create_user(f"{name}@example.org", "open sesame", name=name.title()) for name in names}
    User.objects.filter(name__in=("Ada", "Bob", "Eve")).update(is_reviewer=True)
    User.objects.filter(name="Staff").update(is_staff=True)
    for user in found.values():
        user.refresh_from_db()
    acme = listing.organization("acme", owner=found["owner"])
    return SimpleNamespace(**found, acme=acme)


@pytest.fixture
def release_key(db: None) -> SigningKey:
    return keys.take_in(pair()[0], role="release", name="First", by=None, categories=keys.CATEGORIES)


def statement(submission: Submission, reviewer: User | None, **said: Any) -> str:
    """What the desk lets a reviewer sign."""
    about = {
        "id": str(submission.pk),
        "round": submission.round,
        "package_sha256": submission.package,
        "unique_identifier": submission.unique_identifier,
    }
    by = {"id": str(reviewer.pk)} if reviewer else {"rules": "automatic approval"}
    said = {"verdict": "approve", "category": "community"} | said
    return canonical({"type": "patchbay/decision/1", "by": by, "submission": about, **said})


def approve(submission: Submission, reviewer: User | None, *, category: str = "community", **more: Any) -> Decision:
    """A signed approval, as the desk writes it."""
    text = statement(submission, reviewer, category=category)
    signature, fingerprint = sign_decision(reviewer, text)
    columns = {"statement": text, "signature": signature, "key_fingerprint": fingerprint, "automatic": reviewer is None}
    start = {"verdict": "approve", "category": category, "round": submission.round}
    return Decision.objects.create(submission=submission, reviewer=reviewer, **(start | columns | more))


@pytest.fixture
def approved(people: SimpleNamespace) -> Callable[..., Submission]:
    """A submission that has been approved by some, and so waits for its signature."""

    def make(*by: User, category: str = "community", source: Any = None, **columns: Any) -> Submission:
        made = listing.submitted(source, state=State.APPROVED, **({"organization": people.acme} | columns))
        for reviewer in by or (people.ada,):
            approve(made, reviewer, category=category)
        return made

    return make


@pytest.fixture
def released(approved: Callable[..., Submission], release_key: SigningKey) -> Callable[..., Release]:
    def make(*by: User, **columns: Any) -> Release:
        submission = approved(*by, **columns)
        found = sign_approved(submission)
        assert found is not None, submission.signing_request.problem
        return found

    return make
