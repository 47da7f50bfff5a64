"""A look at another marketplace: what is new there of what is followed is brought here. Several may ask, one does it."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from marketplace.dify.policies import BadPolicy
from marketplace.mirroring.rules import Following, checked
from marketplace.mirroring.taking import Rejected, take
from marketplace.mirroring.upstream import TooLarge, Unreachable, Upstream
from marketplace.models import Mirror, MirroredRelease

log = logging.getLogger(__name__)
State = MirroredRelease.State
LEASE = timedelta(minutes=30)
MOST_TRIES = 5


@dataclass
class Seen:
    """What came of a look, by number; `more`: there was more to bring than one look may."""

    followed: int = 0
    imported: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    more: bool = False
    trouble: str = ""


def look(mirror: Mirror) -> Seen | None:
    """None: another process is looking. Never raises for what is wrong over there: `trouble` says it."""
    now = timezone.now()
    free = Mirror.objects.filter(Q(taken_until=None) | Q(taken_until__lt=now), pk=mirror.pk)
    if not free.update(taken_until=now + LEASE):
        return None
    seen = Seen()
    try:
        bring(mirror, checked(mirror.rules), seen)
    except (Unreachable, BadPolicy) as error:
        seen.trouble = str(error)
    finally:
        done = {"taken_until": None, "looked_at": timezone.now(), "trouble": seen.trouble[:2000]}
        Mirror.objects.filter(pk=mirror.pk).update(**done)
    return seen


def bring(mirror: Mirror, rules: Following, seen: Seen) -> None:
    settled = settled_ones(mirror)
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream(mirror.address, as_dify=rules.as_dify))
        for card in followed(upstream, rules):
            seen.followed += 1
            identifier = str(card.get("latest_package_identifier") or "")
            if not identifier or identifier in settled:
                continue
            if len(seen.imported) + len(seen.refused) + len(seen.failed) >= rules.most:
                seen.more = True
                return
            note(seen, bring_one(upstream, identifier, mirror=mirror, card=card))


def settled_ones(mirror: Mirror) -> set[str]:
    """Identifiers that are dealt with: here, refused for good, or tried often enough."""
    done = Q(state__in=(State.IMPORTED, State.REFUSED)) | Q(tries__gte=MOST_TRIES)
    return set(mirror.releases.filter(done).values_list("unique_identifier", flat=True))


def followed(upstream: Upstream, rules: Following) -> Iterator[dict[str, Any]]:
    """Cards of what is followed: asked for by name where only names are given, else out of all."""
    cards = upstream.cards() if rules.has_rules else upstream.named(rules.plugins)
    for card in cards:
        if card.get("status") != "deleted" and rules.follows(card):
            yield card


def bring_one(upstream: Upstream, identifier: str, *, mirror: Mirror, card: dict[str, Any]) -> MirroredRelease:
    submission, state, reason = None, State.IMPORTED, ""
    try:
        data = upstream.package(identifier, limit=settings.MAX_PLUGIN_PACKAGE_SIZE)
        submission = take(data, identifier, mirror=mirror, card=card)
    except (Rejected, TooLarge) as error:
        state, reason = State.REFUSED, str(error)
    except Unreachable as error:
        state, reason = State.FAILED, str(error)
    except Exception as error:  # one package must not keep the others back
        log.exception("%s of %s cannot be brought", identifier, mirror)
        state, reason = State.FAILED, f"We made a mistake with it: {type(error).__name__}. The log says more."
    row, new = MirroredRelease.objects.get_or_create(
        mirror=mirror, unique_identifier=identifier[:340], defaults={"state": state}
    )
    row.state, row.reason, row.submission = state, reason[:2000], submission
    row.tries += not new
    row.save()
    return row


def note(seen: Seen, row: MirroredRelease) -> None:
    told = {State.IMPORTED: seen.imported, State.REFUSED: seen.refused, State.FAILED: seen.failed}
    told[State(row.state)].append(row.unique_identifier)


def look_by_id(mirror_id: str) -> None:
    """For the task; a mirror that has been removed meanwhile is looked at no more."""
    mirror = Mirror.objects.filter(pk=mirror_id, paused=False).first()
    if mirror is not None:
        look(mirror)


def look_due() -> None:
    """A chore of nodes (settings.RUNTIME_CHORES): begins looks whose time has come. Of all nodes one begins each."""
    now = timezone.now()
    for mirror in Mirror.objects.filter(Q(taken_until=None) | Q(taken_until__lt=now), paused=False):
        due = mirror.looked_at is None or mirror.looked_at + timedelta(hours=mirror.every_hours) <= now
        if due and Mirror.objects.filter(pk=mirror.pk, looked_at=mirror.looked_at).update(looked_at=now):
            begin(mirror)


def begin(mirror: Mirror) -> None:
    from marketplace.tasks import look_at_mirror  # here: tasks import services

    look_at_mirror.delay(str(mirror.pk))
