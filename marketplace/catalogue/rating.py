"""Ratings: one a person, of the version they had; the publisher answers, staff moderates."""

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace import auditing
from marketplace.models import Plugin, Publisher, Rating, Release, User


class NotAllowed(Exception):
    """A sentence that says why not."""


@transaction.atomic
def rate(release: Release, *, by: User, stars: int, text: str = "") -> Rating:
    """Say what you think, or something else than before. Raises NotAllowed for the plugin's own publishers."""
    if publishes(by, release.plugin):
        raise NotAllowed(_("You publish this plugin. Answer what others say of it instead."))
    rating, _made = Rating.objects.update_or_create(
        plugin=release.plugin,
        user=by,
        defaults={"release": release, "version": release.version, "stars": stars, "text": text.strip()},
    )
    count(release.plugin)
    return rating


@transaction.atomic
def take_back(rating: Rating) -> None:
    plugin = rating.plugin
    rating.delete()
    count(plugin)


def reply(rating: Rating, *, by: User, text: str) -> Rating:
    """The publisher's answer, in place of an earlier one; an empty text takes it away. Raises NotAllowed for others."""
    if not publishes(by, rating.plugin):
        raise NotAllowed(_("Only the plugin's publisher may answer."))
    rating.reply = text.strip()
    rating.replied_by = by if rating.reply else None
    rating.replied_at = timezone.now() if rating.reply else None
    rating.save(update_fields=["reply", "replied_by", "replied_at"])
    return rating


@transaction.atomic
def hide(rating: Rating, *, by: User, reason: str) -> Rating:
    """Staff takes a rating out of sight and out of the mean. Raises NotAllowed for others, and without a reason."""
    moderates(by)
    if not reason.strip():
        raise NotAllowed(_("Say why: its author is shown the reason."))
    auditing.record("rating.hide", rating, by=by, after={"reason": reason})
    rating.hidden_at, rating.hidden_by, rating.hidden_reason = timezone.now(), by, reason.strip()[:500]
    rating.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    count(rating.plugin)
    return rating


@transaction.atomic
def show_again(rating: Rating, *, by: User) -> Rating:
    moderates(by)
    auditing.record("rating.show", rating, by=by, before={"reason": rating.hidden_reason})
    rating.hidden_at, rating.hidden_by, rating.hidden_reason = None, None, ""
    rating.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    count(rating.plugin)
    return rating


def publishes(user: User, plugin: Plugin) -> bool:
    return Publisher.objects.filter(organization=plugin.organization_id, user=user).exists()


def moderates(user: User) -> None:
    if not (user.is_staff or user.is_superuser):
        raise NotAllowed(_("Only the marketplace's staff may do this."))


def count(plugin: Plugin) -> None:
    """Keep the plugin's number and sum of stars as its visible ratings say. The lock makes two raters queue."""
    locked = Plugin.objects.select_for_update().get(pk=plugin.pk)
    seen = locked.ratings.filter(hidden_at=None).aggregate(number=Count("id"), sum=Sum("stars"))
    Plugin.objects.filter(pk=plugin.pk).update(rating_count=seen["number"], rating_sum=seen["sum"] or 0)
