"""Plugins as lists show them, in the language of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marketplace.catalogue.kinds import Kind, Trust, kind_of, trust_of
from marketplace.catalogue.languages import said
from marketplace.models import Plugin


@dataclass(frozen=True, slots=True)
class Card:
    """`icon` and `icon_dark` are the last parts of pictures' addresses, "" without one; `stars` is 0 without ratings."""

    plugin_id: str
    org: str
    name: str
    label: str
    brief: str
    publisher: str
    verified: bool
    kind: Kind
    trust: Trust
    version: str
    updated: datetime
    added: datetime
    installs: int
    stars: float
    raters: int
    deprecated: bool
    icon: str = ""
    icon_dark: str = ""


def card(plugin: Plugin) -> Card:
    """Of a plugin with its organization, latest release and search entry at hand."""
    latest, entry = plugin.latest, getattr(plugin, "search_entry", None)
    org, _, name = plugin.plugin_id.partition("/")
    return Card(
        plugin_id=plugin.plugin_id,
        org=org,
        name=name,
        label=said(plugin.label) or plugin.name,
        brief=said(plugin.brief),
        publisher=str(plugin.organization),
        verified=plugin.organization.verified_at is not None,
        kind=kind_of(plugin.category),
        trust=trust_of(plugin, latest),
        version=latest.version if latest else "",
        updated=plugin.version_updated_at or plugin.created_at,
        added=plugin.created_at,
        installs=plugin.install_count,
        stars=stars(plugin),
        raters=plugin.rating_count,
        deprecated=plugin.status == Plugin.Status.DEPRECATED,
        icon=entry.icon if entry else "",
        icon_dark=entry.icon_dark if entry else "",
    )


def cards(plugins: Iterable[Plugin]) -> list[Card]:
    return [card(plugin) for plugin in plugins]


def stars(plugin: Plugin) -> float:
    return plugin.rating_sum / plugin.rating_count if plugin.rating_count else 0.0
