"""What a publisher does with releases that are out: yank and restore, roll back, roll out further, halt, change the channel."""

import secrets

from django.db import transaction

from marketplace import auditing
from marketplace.models import Plugin, Release, User
from marketplace.publishers.errors import Refused
from marketplace.releasing import refresh_latest

Channel, Status = Release.Channel, Release.Status
# Which channels a release may go on to: what everybody has had is not taken back but by yanking it.
ONWARD = {Channel.UNLISTED: (Channel.BETA, Channel.STABLE), Channel.BETA: (Channel.STABLE,), Channel.STABLE: ()}


@transaction.atomic
def yank(release: Release, *, reason: str, by: User) -> Release:
    """Offer a release no more; who names it exactly still gets it. Raises Refused: no reason, or recalled."""
    if not reason.strip():
        raise Refused("reason", "Say why: those who have this version read it.")
    if release.status == Status.RECALLED:
        raise Refused("recalled", f"{release.version} was recalled by this marketplace.")
    set_status(release, Status.YANKED, reason.strip())
    auditing.record("release.yank", release.unique_identifier, by=by, after={"reason": release.status_reason})
    refresh_latest(release.plugin)
    return release


@transaction.atomic
def restore(release: Release, *, by: User) -> Release:
    """Offer a yanked release again. Raises Refused: it was not yanked."""
    if release.status != Status.YANKED:
        raise Refused("not_yanked", f"{release.version} is not yanked.")
    before = {"reason": release.status_reason}
    set_status(release, Status.LISTED, "")
    auditing.record("release.restore", release.unique_identifier, by=by, before=before)
    refresh_latest(release.plugin)
    return release


def set_status(release: Release, status: str, reason: str) -> None:
    release.status, release.status_reason = status, reason
    release.save(update_fields=["status", "status_reason"])


@transaction.atomic
def roll_back(to: Release, *, reason: str, by: User) -> list[Release]:
    """Make an earlier stable release the latest again: newer stable ones are yanked. Returns those.

    Clients that follow the latest version go back to it (marketplace.md A.4.4). Raises Refused.
    """
    if to.status != Status.LISTED or to.channel != Channel.STABLE:
        raise Refused("not_offered", f"{to.version} is not a stable release that is offered. Restore it first.")
    if not reason.strip():
        raise Refused("reason", "Say why: those who have a newer version read it.")
    newer = list(
        to.plugin.releases.filter(status=Status.LISTED, channel=Channel.STABLE, order__gt=to.order).order_by("order")
    )
    if not newer:
        raise Refused("latest", f"{to.version} is the newest stable release already.")
    for one in newer:
        set_status(one, Status.YANKED, f"Rolled back to {to.version}: {reason.strip()}")
    if to.rollout < 100:
        to.rollout = 100
        to.save(update_fields=["rollout"])
    before = {"yanked": [one.version for one in newer]}
    auditing.record("release.roll_back", to.unique_identifier, by=by, before=before, after={"reason": reason.strip()})
    refresh_latest(to.plugin)
    return newer


@transaction.atomic
def set_rollout(release: Release, *, percent: int, by: User) -> Release:
    """Offer a stable release to more installations; less only by `halt`. Raises Refused."""
    if not 1 <= percent <= 100:
        raise Refused("rollout", "A rollout is a percentage from 1 to 100.")
    if percent < release.rollout:
        raise Refused(
            "rollout_raise_only",
            f"{release.version} is offered to {release.rollout} % already. A rollout only grows; halt it to stop it.",
        )
    if release.status != Status.LISTED or release.channel != Channel.STABLE:
        raise Refused("not_offered", f"{release.version} is not a stable release that is offered.")
    before, release.rollout = release.rollout, percent
    release.save(update_fields=["rollout"])
    auditing.record(
        "release.rollout", release.unique_identifier, by=by, before={"percent": before}, after={"percent": percent}
    )
    refresh_latest(release.plugin)
    return release


@transaction.atomic
def halt(release: Release, *, by: User) -> Release:
    """Offer a release that is being rolled out to nobody more; it can be taken up again at any percentage. Raises Refused."""
    if release.rollout in (0, 100):
        raise Refused("not_rolling", f"{release.version} is not being rolled out. Yank it to take it back.")
    before, release.rollout = release.rollout, 0
    release.save(update_fields=["rollout"])
    auditing.record("release.halt", release.unique_identifier, by=by, before={"percent": before})
    refresh_latest(release.plugin)
    return release


@transaction.atomic
def promote(release: Release, *, channel: str, by: User) -> Release:
    """Move a release on: unlisted to beta or stable, beta to stable. Raises Refused."""
    if channel not in ONWARD[Channel(release.channel)]:
        raise Refused("channel", f"{release.version} cannot go from {release.channel} to {channel}.")
    before, release.channel = release.channel, channel
    release.link = ""
    release.save(update_fields=["channel", "link"])
    auditing.record(
        "release.promote", release.unique_identifier, by=by, before={"channel": before}, after={"channel": channel}
    )
    refresh_latest(release.plugin)
    return release


@transaction.atomic
def new_link(release: Release, *, by: User) -> Release:
    """Another secret address for an unlisted release; the old one ends. Raises Refused."""
    if release.channel != Channel.UNLISTED:
        raise Refused("not_unlisted", f"{release.version} is not unlisted: it has no secret address.")
    release.link = secrets.token_urlsafe(32)
    release.save(update_fields=["link"])
    auditing.record("release.link", release.unique_identifier, by=by)
    return release


def stable_releases(plugin: Plugin) -> list[Release]:
    """Those that can be rolled back to, newest first."""
    return list(plugin.releases.filter(status=Status.LISTED, channel=Channel.STABLE).order_by("-order"))
