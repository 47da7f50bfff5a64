"""A release's privacy label (marketplace/privacy, `as_label`) in words of the page's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

MOST_NAMED = 3

DATA: dict[str, str | Promise] = {
    "name": gettext_lazy("Names"),
    "email": gettext_lazy("Email addresses"),
    "phone": gettext_lazy("Phone numbers"),
    "address": gettext_lazy("Postal addresses"),
    "government_id": gettext_lazy("Government ids"),
    "device": gettext_lazy("Device ids"),
    "ip": gettext_lazy("IP addresses"),
    "location": gettext_lazy("Locations"),
    "cookies": gettext_lazy("Cookies and advertising ids"),
    "username": gettext_lazy("User names and pictures"),
    "biometrics": gettext_lazy("Biometrics"),
    "browsing": gettext_lazy("Browsing history"),
    "purchases": gettext_lazy("Purchases"),
    "health": gettext_lazy("Health"),
    "financial": gettext_lazy("Finances"),
    "age": gettext_lazy("Age"),
    "gender": gettext_lazy("Gender"),
    "occupation": gettext_lazy("Occupation"),
    "interests": gettext_lazy("Interests"),
    "content": gettext_lazy("What users enter"),
    "files": gettext_lazy("Files"),
    "credentials": gettext_lazy("Keys and tokens"),
}
PURPOSES: dict[str, str | Promise] = {
    "function": gettext_lazy("to do what the plugin is for"),
    "authentication": gettext_lazy("to sign in to the service"),
    "storage": gettext_lazy("to remember between calls"),
    "analytics": gettext_lazy("to measure use"),
    "improvement": gettext_lazy("to improve the service or train models"),
    "security": gettext_lazy("to keep the service safe"),
    "advertising": gettext_lazy("to advertise"),
    "legal": gettext_lazy("to fulfil the law"),
}


@dataclass(frozen=True, slots=True)
class Datum:
    """A class of data; sensitive ones are marked."""

    word: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is given data, at which hosts; `policy` is an address or "" ."""

    name: str
    hosts: list[str]
    policy: str


@dataclass(frozen=True, slots=True)
class PrivacyWords:
    """`short` is one sentence. Nothing stated is never taken for nothing sent. `confirmed`: by a person, not guessed."""

    short: str
    data: list[Datum] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    recipients: list[Recipient] = field(default_factory=list)
    stored: str = ""
    confirmed: bool = True
    stated: bool = True


def in_words(label: dict[str, Any]) -> PrivacyWords:
    if not label:
        return PrivacyWords(_("Its publisher has stated nothing"), stated=False)
    confirmed = bool(label.get("confirmed", True))
    stored = str(label.get("stored") or "")
    if label.get("collects_nothing"):
        return PrivacyWords(_("It collects nothing, its publisher states"), stored=stored, confirmed=confirmed)
    sensitive = set(label.get("sensitive") or ())
    data = [Datum(str(DATA.get(key, key)), key in sensitive) for key in label.get("data") or ()]
    purposes = [str(PURPOSES.get(key, key)) for key in label.get("purposes") or ()]
    recipients = [recipient(one) for one in label.get("recipients") or () if isinstance(one, dict)]
    short = sends_to(one.name for one in recipients) if recipients else _("What it uses stays in your workspace")
    return PrivacyWords(short, data, purposes, recipients, stored, confirmed)


def recipient(told: dict[str, Any]) -> Recipient:
    policy = str(told.get("policy") or "")
    return Recipient(
        str(told.get("name") or ""),
        [str(host) for host in told.get("hosts") or ()],
        policy if policy.startswith(("https://", "http://")) else "",
    )


def sends_to(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    named = _(", ").join(found[:MOST_NAMED])
    if more := found[MOST_NAMED:]:
        rest = ngettext("and %(count)s more", "and %(count)s more", len(more)) % {"count": len(more)}
        named = f"{named} {rest}"
    return _("It sends data to %(names)s") % {"names": named}
