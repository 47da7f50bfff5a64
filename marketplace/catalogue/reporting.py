"""Reports that something is wrong with a listing, from anybody."""

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace import auditing
from marketplace.models import AbuseReport, Plugin, Rating, Release, User

MOST_AN_HOUR = 10  # from one address
REASONS: dict[str, str | Promise] = {
    "malware": _("It does harm: it steals, destroys or spies"),
    "privacy": _("It sends data that its privacy label does not name"),
    "impersonation": _("It pretends to be somebody else's"),
    "broken": _("It does not do what it says"),
    "rights": _("It breaks a licence or a trade mark"),
    "spam": _("It is spam, or offends"),
    "other": _("Something else"),
}


class TooMany(Exception):
    """This address has reported often within an hour."""


def report(
    plugin: Plugin,
    *,
    reason: str,
    text: str,
    by: User | None = None,
    contact: str = "",
    release: Release | None = None,
    rating: Rating | None = None,
) -> AbuseReport:
    """Put a report before the staff. `contact` is for people without an account. Raises TooMany."""
    slow_down(auditing.address_now.get())
    made = AbuseReport.objects.create(
        plugin=plugin, release=release, rating=rating, reason=reason, text=text.strip(), reporter=by, contact=contact
    )
    auditing.record("report.make", plugin.plugin_id, by=by or contact or "somebody", after={"reason": reason})
    return made


def slow_down(address: str) -> None:
    key = f"reports:{address}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > MOST_AN_HOUR:
        raise TooMany
