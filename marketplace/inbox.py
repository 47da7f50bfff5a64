"""What waits for a person, and what became of what they handed in: worked out from the records, kept nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from marketplace import recalling
from marketplace.models import (
    AbuseReport,
    CatalogueRequest,
    NamespaceClaim,
    PluginTransfer,
    Publisher,
    Recall,
    Release,
    Submission,
    User,
    Workspace,
)
from marketplace.review.parties import reviews
from marketplace.review.placing import CLAIMABLE
from marketplace.workspaces import GOVERNING
from runtime import recalls

RECENT = timedelta(days=14)
MOST = 50  # of each kind
State = Submission.State
# How the ends of a submission are told: icon, tone, and the words behind its name.
ENDS = {
    State.RELEASED: ("badge-check", "ok", "is released"),
    State.REJECTED: ("octagon-alert", "bad", "was rejected"),
    State.APPROVED: ("circle-check", "info", "is approved and waits for its signature"),
    State.SECONDING: ("circle-check", "info", "was approved by one; a second reviewer looks at it"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is about, what is to be done or was done, and where."""

    icon: str
    tone: str
    title: str
    about: str
    href: str
    at: datetime | None
    word: str = ""  # on its pill, where that is not the one of its tone


def waiting(user: User) -> list[Item]:
    """What somebody else cannot go on without; who is asked for nothing finds an empty list."""
    found = [*for_workspaces(user), *for_publisher(user)]
    if reviews(user):
        found += for_reviewer(user)
    if user.is_staff:
        found += for_staff()
    return found


def news(user: User) -> list[Item]:
    """What became of what the person's organizations handed in within two weeks, newest first: also what was recalled."""
    since = timezone.now() - RECENT
    rows = submissions_of(user).filter(state__in=ENDS, moved_at__gte=since).order_by("-moved_at")
    found = [(one.moved_at or since, told(one)) for one in rows[:MOST]]
    found += [
        (one.at, item) for one in recalling.in_force().filter(at__gte=since)[:MOST] for item in recalled(one, user)
    ]
    return [item for _, item in sorted(found, key=lambda pair: pair[0], reverse=True)]


def recalled(recall: Recall, user: User) -> Iterator[Item]:
    """What a recall took of the person's organizations, a line a release."""
    taken = [name.removeprefix("release ") for name in recall.effects if name.startswith("release ")]
    rows = Release.objects.filter(pk__in=taken, plugin__organization__in=organizations(user)).select_related("plugin")
    for one in rows.order_by("plugin__plugin_id", "order")[:MOST]:
        plugin = one.plugin.plugin_id
        href = reverse("publish-plugin", args=plugin.split("/"))
        yield Item(
            "octagon-alert", "bad", f"{plugin} {one.version} was recalled", recall.reason, href, recall.at, "Recalled"
        )


def organizations(user: User) -> QuerySet[Any]:
    return Publisher.objects.filter(user=user).values("organization")


def submissions_of(user: User) -> QuerySet[Submission]:
    return Submission.objects.filter(organization__in=organizations(user)).select_related("organization")


def told(one: Submission) -> Item:
    icon, tone, words = ENDS[State(one.state)]
    return Item(icon, tone, f"{one} {words}", one.organization.name, address(one), one.moved_at)


def address(one: Submission) -> str:
    return reverse("publish-submission", args=[one.pk])


def for_workspaces(user: User) -> Iterator[Item]:
    """What was recalled and stands still in the workspaces that the person governs."""
    rows = Workspace.objects.filter(members__user=user, members__role__in=GOVERNING)
    mine = {str(one.pk): one for one in rows}
    for workspace_id, plugin_id, recall in list(recalls.kept_from(mine))[:MOST]:
        workspace = mine[workspace_id]
        href = reverse("plugin", args=[workspace.slug, plugin_id])
        title = f"{plugin_id} stands still in {workspace.name}"
        yield Item("octagon-alert", "bad", title, recall.sentence, href, None, "Recalled")


def for_publisher(user: User) -> Iterator[Item]:
    for one in submissions_of(user).filter(state=State.NEEDS_INFO).order_by("fix_by")[:MOST]:
        until = f" It is closed on {one.fix_by:%-d %B %Y} otherwise." if one.fix_by else ""
        about = f"A reviewer has sent it back with questions.{until}"
        yield Item("message-square", "warn", f"{one} waits for your answer", about, address(one), one.moved_at)
    owned = Publisher.objects.filter(user=user, role=Publisher.Role.OWNER).values("organization")
    offers = PluginTransfer.objects.filter(state=PluginTransfer.State.OPEN, target__in=owned)
    for offer in offers.select_related("plugin", "origin", "target")[:MOST]:
        title = f"{offer.origin} offers {offer.target} the plugin {offer.plugin}"
        yield Item("handshake", "info", title, "Take it over, or decline.", reverse("publish"), offer.made_at)


def for_reviewer(user: User) -> Iterator[Item]:
    now = timezone.now()
    held = Submission.objects.filter(claimed_by=user, claimed_until__gt=now, state__in=CLAIMABLE)
    for one in held.order_by("due_at")[:MOST]:
        about = f"Due on {one.due_at:%-d %B, %H:%M}." if one.due_at else "You hold it."
        yield Item("lock", "info", f"You hold {one}", about, reverse("desk-submission", args=[one.pk]), one.moved_at)
    free = Submission.objects.filter(state__in=CLAIMABLE).exclude(claimed_until__gt=now)
    late = free.filter(due_at__lt=now).count()
    if total := free.count():
        about = f"{late} of them past the due date." if late else "None of them is late."
        title = f"{total} submission{'s' * (total > 1)} to decide"
        yield Item("gavel", "warn" if late else "info", title, about, reverse("desk"), None)


def for_staff() -> Iterator[Item]:
    waits = (
        (AbuseReport.objects.filter(state="open"), "abuse report", "flag", "desk-administration"),
        (NamespaceClaim.objects.filter(state="open"), "claim of a name", "badge-check", "publish-claims"),
        (CatalogueRequest.objects.filter(state="open"), "plugin asked for by a catalogue", "inbox", "dify-catalogues"),
    )
    for rows, words, icon, place in waits:
        if count := rows.count():
            yield Item(icon, "warn", f"Open: {words} ({count})", "Staff answer these.", reverse(place), None)
