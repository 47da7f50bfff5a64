"""Recalls: a numbered, signed block list of versions, plugins and dependencies, and what each does to the catalogue.

A recall is never changed. Lifting one adds a number that names it. What a recall changed in the catalogue, and how that was
before, stands in its row, so that lifting restores what no other recall holds.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion

from marketplace import auditing, ledgers, releasing, transparency
from marketplace.canonical import canonical
from marketplace.catalogue import indexing
from marketplace.difypkg import BadIdentifier, parse_unique_identifier
from marketplace.models import Plugin, Recall, Release, SigningKey, User
from marketplace.signing import keys, making
from marketplace.transparency.telling import moment
from runtime import recalls

Kind, Strength = Recall.Kind, Recall.Strength
TYPE = "patchbay/recalls/1"


class CannotRecall(Exception):
    """A sentence that says why not and what to do."""


@dataclass(frozen=True, slots=True)
class Impact:
    """Whom a recall hits: releases and installs that the catalogue counted, and what stops in the runtime beside us."""

    releases: int
    installs: int
    here: recalls.Impact

    @property
    def nobody(self) -> bool:
        """Whether nothing is hit that is known here."""
        return not (self.releases or self.here.installations)


# What is in force.


def in_force() -> QuerySet[Recall]:
    """Recalls that were not lifted, newest first."""
    return Recall.objects.filter(lifts=None, lifted_by=None).order_by("-number")


def number() -> int:
    last: int | None = Recall.objects.aggregate(last=Max("number"))["last"]
    return last or 0


def check(kind: str, subject: str) -> str:
    """The subject as it is kept; CannotRecall when it is none of its kind."""
    subject = subject.strip()
    try:
        if kind == Kind.DEPENDENCY:
            return str(Requirement(subject))
        if kind == Kind.VERSION:
            parse_unique_identifier(subject if "@" in subject else f"{subject}@{'0' * 64}")
        elif not is_plugin_id(subject):
            raise CannotRecall("Name the plugin as organization/name, such as acme/weather.")
    except (BadIdentifier, InvalidRequirement) as error:
        example = "requests<2.32" if kind == Kind.DEPENDENCY else "acme/weather:1.2.0"
        raise CannotRecall(f"{subject or 'Nothing'} is no {kind}. Write it like {example}.") from error
    return subject


def is_plugin_id(text: str) -> bool:
    try:
        return parse_unique_identifier(f"{text}:0.0.1@{'0' * 64}").plugin_id == text and "/" in text
    except BadIdentifier:
        return False


def impact(kind: str, subject: str) -> Impact:
    found = releases(kind, check(kind, subject))
    installs = found.aggregate(all=Sum("install_count"))["all"] or 0
    return Impact(found.count(), installs, recalls.impact(kind, check(kind, subject)))


def releases(kind: str, subject: str) -> QuerySet[Release]:
    """Releases that a recall is about. Of a dependency those that pin a version of it; what others resolved to, runtimes know."""
    if kind == Kind.PLUGIN:
        return Release.objects.filter(plugin__plugin_id=subject)
    if kind == Kind.VERSION:
        if "@" in subject:
            return Release.objects.filter(unique_identifier=subject)
        plugin_id, _, version = subject.partition(":")
        return Release.objects.filter(plugin__plugin_id=plugin_id, version=version)
    asked = Requirement(subject)
    rows = Release.objects.filter(dependencies__icontains=asked.name).values_list("pk", "dependencies")
    return Release.objects.filter(pk__in=[pk for pk, lines in rows if pins(lines, subject)])


def pins(lines: Iterable[str], subject: str) -> bool:
    """Whether one of the requirement lines pins exactly a version that the subject names."""
    return any(recalls.holds(subject, pinned) for line in lines if (pinned := pin(line)))


def pin(line: str) -> dict[str, str]:
    try:
        asked = Requirement(line)
        exact = [one.version for one in asked.specifier if one.operator == "==" and "*" not in one.version]
    except (InvalidRequirement, InvalidVersion):
        return {}
    return {asked.name: exact[0]} if exact else {}


# Acts.


def recall(kind: str, subject: str, *, strength: str, reason: str, successor: str = "", by: User) -> Recall:
    """Puts something on the block list, and takes it out of the catalogue. CannotRecall says what is missing."""
    subject = check(Kind(kind), subject)
    if not reason.strip():
        raise CannotRecall("Say why: the reason is shown to everybody who has it installed.")
    if successor.strip() and not is_plugin_id(successor.strip()):
        raise CannotRecall(
            "What to use instead is a plugin id, such as acme/climate. Leave it empty where there is none."
        )
    if in_force().filter(kind=kind, subject=subject, strength=strength).exists():
        raise CannotRecall(f"{subject} is recalled already.")
    with ledgers.queue():
        made = Recall.objects.create(
            number=number() + 1,
            kind=kind,
            subject=subject,
            strength=Strength(strength),
            reason=reason.strip()[:4000],
            successor=successor.strip(),
            effects=withhold(kind, subject, reason=reason, successor=successor.strip()),
            by=str(by)[:300],
            by_id=by.pk,
            at=timezone.now(),
        )
        tell(made, by=by, act="recall.make")
    return made


def lift(number_: int, *, by: User, reason: str) -> Recall:
    """Ends a recall. What it took out of the catalogue comes back, unless another recall holds it."""
    if not reason.strip():
        raise CannotRecall("Say why it is lifted.")
    with ledgers.queue():
        found = in_force().filter(number=number_).first()
        if found is None:
            raise CannotRecall("This recall is not in force.")
        made = Recall.objects.create(
            number=number() + 1,
            kind=found.kind,
            subject=found.subject,
            strength=found.strength,
            reason=reason.strip()[:4000],
            lifts=found,
            by=str(by)[:300],
            by_id=by.pk,
            at=timezone.now(),
        )
        restore(found)
        tell(made, by=by, act="recall.lift")
    return made


def tell(made: Recall, *, by: User, act: str) -> None:
    body = {"number": made.number, "kind": made.kind, "strength": made.strength, "reason": made.reason}
    body |= {"successor": made.successor} if made.lifts_id is None else {"lifts": made.lifts_id}
    transparency.append("recall", made.subject, body)
    auditing.record(act, made.subject, by=by, after=body)
    transaction.on_commit(recalls.follow, robust=True)


# What it does to the catalogue.


def withhold(kind: str, subject: str, *, reason: str, successor: str) -> dict[str, str]:
    """Marks releases, and a plugin as a whole, as recalled: what was changed, and how it was before."""
    effects: dict[str, str] = {}
    for release in releases(kind, subject).exclude(status=Release.Status.RECALLED).select_related("plugin"):
        effects[f"release {release.pk}"] = release.status
        release.status, release.status_reason = Release.Status.RECALLED, reason[:2000]
        release.save(update_fields=["status", "status_reason"])
        releasing.refresh_latest(release.plugin)
    if kind == Kind.PLUGIN:
        for plugin in Plugin.objects.filter(plugin_id=subject).exclude(status=Plugin.Status.RECALLED):
            effects[f"plugin {plugin.pk}"] = plugin.status
            plugin.status, plugin.deprecation_note = Plugin.Status.RECALLED, reason[:2000]
            plugin.successor = successor or plugin.successor
            plugin.save(update_fields=["status", "deprecation_note", "successor"])
            indexing.index(plugin)
    return effects


def restore(lifted: Recall) -> None:
    held = {name for other in in_force().exclude(pk=lifted.pk) for name in touched(other)}
    free = touched(lifted) - held
    for name in free:
        model, _, pk = name.partition(" ")
        before = as_it_was(name)
        if model == "release":
            Release.objects.filter(pk=pk, status=Release.Status.RECALLED).update(status=before, status_reason="")
        else:
            Plugin.objects.filter(pk=pk, status=Plugin.Status.RECALLED).update(status=before, deprecation_note="")
    plugins = Plugin.objects.filter(releases__pk__in=[name[8:] for name in free if name.startswith("release ")])
    for plugin in plugins.distinct():
        releasing.refresh_latest(plugin)
    for plugin in Plugin.objects.filter(pk__in=[name[7:] for name in free if name.startswith("plugin ")]):
        indexing.index(plugin)


def as_it_was(name: str) -> str:
    """What the last recall that changed this had found."""
    rows = Recall.objects.filter(lifts=None).order_by("-number").values_list("effects", flat=True)
    usual = Release.Status.LISTED if name.startswith("release ") else Plugin.Status.ACTIVE
    return next((effects[name] for effects in rows if name in effects), usual)


def touched(other: Recall) -> set[str]:
    """What a recall is about, whether it or an earlier one had changed it first."""
    rows = {f"release {pk}" for pk in releases(other.kind, other.subject).values_list("pk", flat=True)}
    if other.kind == Kind.PLUGIN:
        rows |= {f"plugin {pk}" for pk in Plugin.objects.filter(plugin_id=other.subject).values_list("pk", flat=True)}
    return rows


# The list as it is handed out.

signed: dict[tuple[str, datetime], dict[str, Any]] = {}


def hour() -> datetime:
    now = datetime.now(UTC)
    return now.replace(minute=0, second=0, microsecond=0)


def etag() -> str:
    return f'"{number()}-{hour():%Y%m%d%H}"'


def document(after: int = -1) -> dict[str, Any] | None:
    """The signed list; None when its number is not above `after`. Runtimes beside us and elsewhere follow it."""
    last = Recall.objects.order_by("-number").first()
    newest = last.number if last else 0
    if newest <= after:
        return None
    kept = f"{newest} {last.at if last else ''}", hour()
    if kept not in signed:
        signed.clear()
        signed[kept] = written(newest, at=kept[1])
    return signed[kept]


def written(newest: int, *, at: datetime) -> dict[str, Any]:
    rows = in_force().filter(number__lte=newest).order_by("number")
    text = canonical({"type": TYPE, "number": newest, "made_at": moment(at), "entries": [entry(one) for one in rows]})
    key = keys.of_server(SigningKey.Role.RECALL)
    return {
        "list": text,
        "signature": base64.b64encode(making.signature(key, text.encode())).decode(),
        "key": key.fingerprint,
    }


def entry(one: Recall) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "subject": one.subject,
        "strength": one.strength,
        "reason": one.reason,
        "successor": one.successor,
        "at": moment(one.at),
    }
