"""What a workspace agrees to when it installs one of our releases; the runtime asks, by the name in the settings."""

from dataclasses import dataclass, field

from marketplace.catalogue.powers import Power, powers
from marketplace.catalogue.privacy_words import in_words
from marketplace.models import PrivacyStatement, Release
from marketplace.privacy import Statement
from marketplace.privacy.widening import widened


@dataclass(frozen=True, slots=True)
class Terms:
    """`privacy` says in sentences what becomes of people's data; `grows` what is new against what is installed."""

    privacy: list[str] = field(default_factory=list)
    grows: list[str] = field(default_factory=list)


def terms(unique_identifier: str, installed: str = "") -> Terms | None:
    """None where it is no release of this marketplace, which then knows nothing of it."""
    release = found(unique_identifier)
    if release is None:
        return None
    words = in_words(release.privacy_label)
    parts = [f"{words.short}."]
    if words.data:
        parts.append(f"{', '.join(datum.word for datum in words.data)}: {', '.join(words.purposes)}.")
    if words.stored:
        parts.append(f"Stored: {words.stored}.")
    if words.stated and not words.confirmed:
        parts.append("This was read from its text and nobody has confirmed it.")
    before = found(installed) if installed else None
    return Terms(parts, growth(before, release) if before else [])


def found(unique_identifier: str) -> Release | None:
    rows = Release.objects.select_related("submission")
    return rows.filter(unique_identifier=unique_identifier).first()


def growth(old: Release, new: Release) -> list[str]:
    """What the new one may do or does with data that the old one did not; nothing for a step back."""
    grown = [f"{power.title}: {power.detail}" for power in more(old, new)]
    grown += [f"{host} becomes a host that it talks to." for host in new.hosts if host not in old.hosts]
    before, after = stated(old), stated(new)
    return grown + (widened(before, after) if before and after else [])


def stated(release: Release) -> Statement | None:
    row = PrivacyStatement.objects.filter(submission__release=release).first()
    return Statement.model_validate(row.statement) if row is not None and row.statement else None


def more(old: Release, new: Release) -> list[Power]:
    """Permissions that are new, or reach further: a smaller storage is no growth."""
    before = {power.key.partition(":")[0]: power.key.partition(":")[2] for power in powers(old.declaration)}
    return [power for power in powers(new.declaration) if reaches_further(power, before)]


def reaches_further(power: Power, before: dict[str, str]) -> bool:
    name, _, extent = power.key.partition(":")
    if name not in before:
        return True
    if name == "storage":
        return int(extent or 0) > int(before[name] or 0)
    return not set(extent.split(",")) <= set(before[name].split(","))
