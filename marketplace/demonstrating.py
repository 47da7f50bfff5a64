"""A first look: the example plugins of this repository, published as anybody's are, so that no page is empty.

Handed in by a demonstration publisher, screened, reviewed by two demonstration reviewers, signed, listed. Nobody can sign in
as these people: they have no password. What a reviewer would refuse is not forced; it stays in the queue and says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from marketplace import submitting
from marketplace.difypkg import build_package, open_package
from marketplace.models import Organization, PrivacyStatement, Publisher, Release, Submission, User
from marketplace.publishers.sending import changes
from marketplace.review import ReviewError, assessing, deciding, evidence, privacy_review, settling
from marketplace.screening.running import screen_submission

State = Submission.State
HANDLE = "patchbay-examples"
NAME = "Patchbay examples"
LOOKED = "An example of this repository, read line by line."


@dataclass(frozen=True)
class Cast:
    """Who plays: the publisher owns the organization, the reviewers have no stake in it."""

    organization: Organization
    publisher: User
    reviewers: tuple[User, User]


@dataclass(frozen=True)
class Shown:
    """What became of one example; `problem` says why it is not listed."""

    plugin_id: str
    version: str
    state: str
    problem: str = ""


@transaction.atomic
def assemble() -> Cast:
    """The people and their organization, made where they are not there yet."""
    publisher = person("demo-publisher@localhost.localdomain", "Mira (demonstration)")
    first = person("demo-reviewer-1@localhost.localdomain", "Robin (demonstration)", reviews=True)
    second = person("demo-reviewer-2@localhost.localdomain", "Sasha (demonstration)", reviews=True)
    organization, _ = Organization.objects.get_or_create(
        handle=HANDLE, defaults={"name": NAME, "about": "Small plugins that come with Patchbay."}
    )
    Publisher.objects.get_or_create(organization=organization, user=publisher, defaults={"role": Publisher.Role.OWNER})
    return Cast(organization, publisher, (first, second))


def person(email: str, name: str, *, reviews: bool = False) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, None, name=name, is_reviewer=reviews)


def demonstrate(folder: Path) -> Iterator[Shown]:
    """Publish each plugin below the folder whose version is not listed yet."""
    cast = assemble()
    for path in sorted(one.parent for one in folder.glob("*/manifest.yaml")):
        data = build_package(path)
        with open_package(data) as package:
            plugin_id, version, notes = package.plugin_id, package.version, changes(package)
        if Release.objects.filter(plugin__plugin_id=plugin_id, version=version).exists():
            yield Shown(plugin_id, version, "listed already")
            continue
        made = submitting.submit(data, organization=cast.organization, by=cast.publisher, notes=notes or "An example.")
        problem = walk(made, cast)
        made.refresh_from_db()
        yield Shown(plugin_id, version, made.get_state_display().lower(), problem)


def walk(submission: Submission, cast: Cast) -> str:
    """From screening to the signature, as far as it goes; returns why it stopped."""
    screen_submission(submission.pk)
    for reviewer in cast.reviewers:
        submission.refresh_from_db()
        if submission.state not in (State.QUEUED, State.SECONDING):
            break
        try:
            look_at(submission, reviewer)
            approve(submission, reviewer)
        except ReviewError as error:
            return str(error)
    submission.refresh_from_db()
    return "" if submission.state == State.RELEASED else f"It is {submission.get_state_display().lower()}."


def look_at(submission: Submission, reviewer: User) -> None:
    """What a reviewer answers before they decide: findings that block, and the points of the privacy review."""
    for finding in assessing.blocking(submission):
        settling.settle(finding, by=reviewer, reason=LOOKED)
    statement = PrivacyStatement.objects.filter(submission=submission).first()
    if statement is None or statement.reviewed_at is not None:
        return
    for point in statement.checklist:
        privacy_review.answer(submission, point["key"], by=reviewer, answer=privacy_review.EXPLAINED, reason=LOOKED)
    privacy_review.complete(submission, by=reviewer)


def approve(submission: Submission, reviewer: User) -> None:
    ticks = dict.fromkeys(evidence.difference(submission).ticks, LOOKED)
    approval = deciding.Approval(category=submission.organization.standing, reason=LOOKED, ticks=ticks)
    deciding.approve(submission.pk, approval, by=reviewer, serial=submission.serial)
