"""Packages and installations as pages show them: label, icon, kind, trust, state, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import F, QuerySet

from runtime import agreeing, observing, standings
from runtime.cluster import PluginState
from runtime.models import Installation, Package, RuntimeType
from runtime.pages.trust import Trust, trust
from runtime.pages.words import KINDS, Kind, said
from runtime.terms import process_name

TRUST_FIELDS = ("verified", "verification", "signature", "signed_by", "signed_at", "signed_with")
# Of a declaration only what a list shows is read: those of model providers are hundreds of kilobytes.
SHOWN = {name: F(f"package__declaration__{name}") for name in ("label", "description", "icon", "icon_dark")}


@dataclass(slots=True)
class Summary:
    """What a list or a sheet shows of a plugin. `get` lets templates treat it as a mapping."""

    plugin_id: str
    unique_identifier: str
    version: str
    label: str
    description: str
    kind: Kind
    trust: Trust
    icon: str = ""
    icon_dark: str = ""
    process: str = ""  # as it is named where it runs
    state: PluginState | None = None
    newer: str = ""

    @property
    def author(self) -> str:
        return self.plugin_id.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.plugin_id.rpartition("/")[2]

    @property
    def anchor(self) -> str:
        """An id for the page: identifiers of plugins hold characters that selectors do not take."""
        return self.plugin_id.replace("/", "--")

    def get(self, name: str) -> Any:
        return getattr(self, name, "")

    def matches(self, words: str) -> bool:
        haystack = f"{self.label} {self.description} {self.plugin_id}".lower()
        return all(word in haystack for word in words.lower().split())


def summary(package: Package, language: str) -> Summary:
    declaration = package.declaration
    return Summary(
        plugin_id=package.plugin_id,
        unique_identifier=package.unique_identifier,
        version=package.version,
        label=said(declaration.get("label"), language) or package.plugin_id,
        description=said(declaration.get("description"), language),
        kind=KINDS.get(package.category, KINDS["extension"]),
        trust=trust(package),
        icon=declaration.get("icon") or "",
        icon_dark=declaration.get("icon_dark") or "",
    )


def installed(workspace_id: str, language: str) -> list[Summary]:
    """The workspace's plugins by label, with their states and the newer versions that are at hand."""
    rows = Installation.objects.filter(workspace_id=workspace_id).values(
        "plugin_id",
        "runtime_type",
        "package__unique_identifier",
        "package__version",
        "package__category",
        *(f"package__{name}" for name in TRUST_FIELDS),
        **SHOWN,
    )
    found = [summarised(row, language) for row in rows]
    name_processes(workspace_id, found, {row["plugin_id"]: row["runtime_type"] for row in rows})
    add_states(found)
    add_newer(found)
    return sorted(found, key=lambda one: one.label.casefold())


def summarised(row: dict[str, Any], language: str) -> Summary:
    signature = SimpleNamespace(**{name: row[f"package__{name}"] for name in TRUST_FIELDS})
    signature.unique_identifier = row["package__unique_identifier"]
    return Summary(
        plugin_id=row["plugin_id"],
        unique_identifier=row["package__unique_identifier"],
        version=row["package__version"],
        label=said(row["label"], language) or row["plugin_id"],
        description=said(row["description"], language),
        kind=KINDS.get(row["package__category"], KINDS["extension"]),
        trust=trust(signature),
        icon=row["icon"] or "",
        icon_dark=row["icon_dark"] or "",
    )


def name_processes(workspace_id: str, found: Iterable[Summary], types: dict[str, str]) -> None:
    policies = {(row.workspace_id, row.plugin_id): row for row in standings.policy_rows(workspace_id)}
    for one in found:
        apart = types[one.plugin_id] == RuntimeType.LOCAL and agreeing.is_apart(policies, workspace_id, one.plugin_id)
        one.process = process_name(one.unique_identifier, workspace_id if apart else "")


def add_states(found: Iterable[Summary]) -> None:
    found = list(found)
    states = observing.states([one.process or one.unique_identifier for one in found]) if found else {}
    for one in found:
        one.state = states.get(one.process or one.unique_identifier)


def add_newer(found: Iterable[Summary]) -> None:
    """Only versions that a trusted key has signed: else anybody's upload could offer itself as an update."""
    by_id = {one.plugin_id: one for one in found}
    for package in signed_versions(by_id):
        one = by_id[package.plugin_id]
        best = one.newer.rpartition("@")[0].rpartition(":")[2] or one.version
        if version_key(package.version) > version_key(best):
            one.newer = package.unique_identifier


def signed_versions(plugin_ids: Iterable[str]) -> QuerySet[Package]:
    rows = Package.objects.filter(plugin_id__in=list(plugin_ids), verified=True)
    return rows.only("plugin_id", "version", "unique_identifier")


def version_key(version: str) -> tuple[tuple[int, ...], bool, str]:
    """Versions in their order; 1.0.0 is newer than 1.0.0-rc1."""
    numbers, _, suffix = version.partition("-")
    return tuple(int(part) for part in numbers.split(".") if part.isdigit()), not suffix, suffix
