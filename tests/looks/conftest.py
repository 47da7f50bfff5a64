"""Something to be seen on every page: a listed plugin, submissions in all states, a workspace with the echo plugin."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from debugging.keys import issue
from marketplace.models import Collection, CollectionItem, Comment, Finding, ScreeningSection, Submission, User
from marketplace.workspaces import create_workspace
from runtime.models import Installation
from runtime.uploading import upload_package
from tests.catalogue import rows
from tests.catalogue.live import browser, site, window
from tests.pages.conftest import cluster, loop
from tests.review.conftest import one, people, ready, storage, submitted

__all__ = ["browser", "cluster", "loop", "one", "people", "ready", "site", "storage", "submitted", "window"]
ECHO = "patchbay/echo"


@pytest.fixture
def scene(
    site: object,
    people: SimpleNamespace,
    one: Submission,
    submitted: Callable[..., Submission],
    echo_package: Path,
    settings: Any,
) -> SimpleNamespace:
    """owner publishes and has a workspace; ada reviews and is staff; `paths` fills in addresses."""
    settings.FORCE_VERIFYING_SIGNATURE = False
    User.objects.filter(email="ada@example.org").update(is_staff=True, is_superuser=True)
    people.ada.refresh_from_db()
    listed(people)
    waiting(one, submitted)
    workspace = create_workspace(name="Support", owner=people.owner)
    package = upload_package(echo_package.read_bytes())
    Installation.objects.create(workspace_id=str(workspace.pk), plugin_id=ECHO, package=package, source="package")
    issue(str(workspace.pk))
    return SimpleNamespace(**vars(people), one=one.pk, slug=workspace.slug)


def listed(people: SimpleNamespace) -> None:
    mail = rows.plugin("acme/mail", tags=["social"], install_count=1234, release_hosts=["api.example.com"])
    rows.release(mail, "0.9.0", notes="The first one.")
    rows.installed(mail.latest, 3, 0, 5)  # type: ignore[arg-type]
    shelf = Collection.objects.create(name="start", label={"en_US": "Start here"}, priority=1)
    CollectionItem.objects.create(collection=shelf, plugin=mail)
    for number in range(34):
        rows.plugin(f"acme/tool_{number}", install_count=number)


def waiting(one: Submission, submitted: Callable[..., Submission]) -> None:
    now = timezone.now()
    Submission.objects.filter(pk=one.pk).update(due_at=now + timedelta(days=1), queued_at=now)
    section = ScreeningSection.objects.create(
        submission=one,
        check_name="network",
        state="findings",
        required=True,
        enforced=True,
        evidence={},
    )
    text = "api.example.net is contacted, and neither the listing nor the privacy statement names it"
    about = {"rule": "network.undeclared-host", "path": "main.py", "line": 1, "severity": "error", "blocking": True}
    Finding.objects.create(section=section, message=text, evidence="requests.post(...)", **about)
    Comment.objects.create(submission=one, by=one.made_by, text="What is this for?", path="main.py", line=1)
    for number, state in enumerate(("needs_info", "rejected", "released", "seconding")):
        submitted(state, version=f"0.{number}.0", fix_by=now + timedelta(days=7))
