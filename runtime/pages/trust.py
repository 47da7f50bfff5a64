"""Who vouches for a package, shown the same way everywhere: a pill with an icon and a word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.formats import date_format

from marketplace.difypkg import claimed
from runtime import recalls

CATEGORIES = {
    "langgenius": ("Official", "badge-check", "Published by LangGenius, the makers of Dify."),
    "official": ("Official", "badge-check", "Published by whoever runs the marketplace."),
    "partner": ("Partner", "handshake", "Published by a partner of the marketplace."),
}
CERTIFIED = ("Certified", "shield-check", "Published by somebody of the community, and signed.")
ANYTHING = "It can hold anything, also something else than its name says."
MODIFIED = "Its files are not those that “{by}” signed{at}. Somebody has changed them since. " + ANYTHING
UNTRUSTED = "It is signed, but with a key that this server does not know. " + ANYTHING
UNREVIEWED = "Whoever runs the marketplace took it over with a whole batch and signed it. Nobody has looked at it."
REVOKED = "It is signed with the key “{by}”, which the marketplace has revoked. " + ANYTHING
UNSIGNED = "Nobody has signed this package. " + ANYTHING


@dataclass(frozen=True, slots=True)
class Trust:
    """`tone` is a state colour, `word` the short form, `full` the whole one, `means` a sentence."""

    tone: str
    icon: str
    word: str
    full: str
    means: str


def trust(package: Any) -> Trust:
    """Of a Package row, or of anything with verified, verification, signature, signed_by, signed_at, signed_with
    and unique_identifier."""
    if recalled := recalls.against(package.unique_identifier):
        return Trust("bad", "octagon-alert", "Recalled", "Recalled", recalled.sentence)
    if package.verified:
        if (package.verification or {}).get("reviewed") is False:
            return Trust("warn", "shield-alert", "Not reviewed", "Signed, not reviewed", UNREVIEWED)
        category = claimed(package.verification or {"authorized_category": ""})
        word, icon, means = CATEGORIES.get(category, CERTIFIED)
        signed = "Reviewed in this marketplace, and signed with" if package.signed_with else "Signed with"
        by = f" {signed} the key “{package.signed_by}”{on(package.signed_at)}." if package.signed_by else ""
        return Trust("ok", icon, word, word, means + by)
    match package.signature:
        case "bad":
            means = MODIFIED.format(by=package.signed_by, at=on(package.signed_at))
            return Trust("bad", "shield-x", "Modified", "Modified: signature does not match", means)
        case "revoked":
            means = REVOKED.format(by=package.signed_by)
            return Trust("bad", "shield-x", "Revoked", "Unsafe: its key was revoked", means)
        case "untrusted":
            return Trust("bad", "shield-alert", "Unsafe", "Unsafe: not signed by a trusted key", UNTRUSTED)
        case _:
            return Trust("bad", "shield-alert", "Unsafe", "Unsafe: not signed by a trusted key", UNSIGNED)


def on(moment: datetime | None) -> str:
    return f" on {date_format(moment, 'j F Y')}" if moment else ""


def refused_by_policy(package: Any) -> bool:
    """Whether this server's policy forbids to install the package."""
    return bool(settings.FORCE_VERIFYING_SIGNATURE and not package.verified)
