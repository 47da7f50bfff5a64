"""Something to be seen on every page: a listed plugin, submissions in all states, a workspace with the echo plugin."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from debugging.keys import issue
from endpoints import services
from endpoints.models import Delivery, Endpoint, Seen
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
    package_of: Callable[[str], Path],
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
    delivery = called(str(workspace.pk), package_of("hooks"))
    more = {"one": one.pk, "slug": workspace.slug, "delivery": delivery.pk, "endpoint": delivery.endpoint_id}
    return SimpleNamespace(**vars(people), **more)


def called(workspace_id: str, package: Path) -> Delivery:
    """An endpoint that has been called and has queued, beside one without its plugin; a delivery that has failed."""
    hooks = upload_package(package.read_bytes())
    Installation.objects.create(workspace_id=workspace_id, plugin_id=hooks.plugin_id, package=hooks, source="package")
    row = services.setup(workspace_id, hooks.unique_identifier, name="Shop orders", settings={"secret": "hush"})
    left = services.setup(workspace_id, hooks.unique_identifier, name="Left behind", settings={"secret": "hush"})
    Endpoint.objects.filter(pk=left.pk).update(plugin_id="acme/gone")
    now = timezone.now()
    Seen.objects.create(endpoint=row, at=now, method="POST", target="/in?a=1", status=500, body="{}", size=2)
    request = b"POST /in HTTP/1.1\r\nHost: shop.example.org\r\nContent-Length: 2\r\n\r\n{}"
    plain = {"endpoint": row, "method": "POST", "target": "/in", "request": request, "next_at": now}
    Delivery.objects.create(**plain, state="running")
    Delivery.objects.create(**plain, state="done", duplicates=2, unique_id="order-1")
    failed = Delivery.objects.create(**plain, state="failed", unique_id="order-2")
    failed.tries.create(at=now, status=500, answer="no room")
    return failed


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
