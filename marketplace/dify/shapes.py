"""Plugins, releases and publishers as Dify's marketplace writes them: every field, with the type that its clients rely on."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from marketplace.dify.asking import Asking
from marketplace.dify.offers import Offered
from marketplace.models import Organization, Plugin, Release
from marketplace.models.plugins import version_number

# Tags by the version of Dify whose pages have a word for them; others are left out.
TAGS_SINCE = dict.fromkeys(
    (
        *("agent", "search", "image", "videos", "weather", "finance", "design", "travel", "social", "news", "medical"),
        *("productivity", "education", "business", "entertainment", "utilities", "other"),
    ),
    0,
) | {"rag": version_number("1.9.0")}
PARTS = ("agent_strategies", "datasources", "endpoints", "models", "tools", "triggers")
ACTIVE, DELETED = "active", "deleted"  # all that Dify knows
STORAGE_SIZES = range(1024, (1 << 30) + 1)  # what Dify accepts; one size outside fails a whole answer


def moment(when: datetime | None) -> str:
    """RFC 3339 in UTC; "" for never."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when else ""


def in_languages(texts: Mapping[str, str], *, otherwise: str) -> dict[str, str]:
    """Texts by language, en_US always among them: Dify asks for no other one to be there."""
    given = {language: text for language, text in texts.items() if isinstance(text, str) and text}
    return {"en_US": otherwise} | given


def tags(plugin: Plugin, asking: Asking) -> list[dict[str, str]]:
    return [{"name": tag} for tag in plugin.tags if asking.dify >= TAGS_SINCE.get(tag, asking.dify + 1)]


def parts(release: Release) -> dict[str, list[str] | None]:
    named = release.outline.get("plugins") or {}
    return {part: named.get(part) or None for part in PARTS}


def numbers(version: str) -> dict[str, int]:
    """The minimum version of Dify, taken apart."""
    found = [int(part) for part in re.findall(r"[0-9]+", version)[:3]]
    names = ("major", "minor", "patch")
    return {f"minimum_dify_version_{name}": part for name, part in zip(names, [*found, 0, 0, 0], strict=False)}


def organization_part(plugin: Plugin) -> str:
    """The author in a plugin's id, which stays as it is when the plugin is transferred."""
    return plugin.plugin_id.partition("/")[0]


def state(plugin: Plugin) -> dict[str, str]:
    """Dify tells people who have a plugin that it is `deleted`, why, and what to take instead; texts are never null."""
    gone = plugin.status != Plugin.Status.ACTIVE
    return {
        "status": DELETED if gone else ACTIVE,
        "deprecated_reason": reason(plugin) if gone else "",
        "alternative_plugin_id": plugin.successor if gone else "",
    }


def reason(plugin: Plugin) -> str:
    """One of the words that Dify's pages know; of a recall the sentence that was said, which they pass over."""
    if plugin.status == Plugin.Status.RECALLED:
        return plugin.deprecation_note or plugin.deprecation
    return plugin.deprecation or plugin.deprecation_note


def identity(plugin: Plugin) -> dict[str, Any]:
    return {
        "type": "plugin",
        "org": organization_part(plugin),
        "name": plugin.name,
        "plugin_id": plugin.plugin_id,
        "index_id": plugin.plugin_id.replace("/", "___"),
        "author": organization_part(plugin),
        "from": "marketplace",
        "category": plugin.category,
        "label": in_languages(plugin.label, otherwise=plugin.name),
        "brief": in_languages(plugin.brief, otherwise=""),
        "repository": plugin.repository,
        "install_count": plugin.install_count,
        "created_at": moment(plugin.created_at),
        "updated_at": moment(plugin.updated_at),
        "version_updated_at": moment(plugin.version_updated_at or plugin.created_at),
    }


def vouched(plugin: Plugin, category: str) -> dict[str, Any]:
    """Who stands behind it: what it was signed as, and whether its publisher was verified."""
    return {
        "verified": plugin.organization.verified_at is not None,
        "badges": ["partner"] if category == "partner" else [],
        "verification": {"authorized_category": category},
    }


def icons(plugin: Plugin, outline: Mapping[str, Any]) -> dict[str, str]:
    """Paths, from which Dify makes no address: it asks for `plugins/<org>/<name>/icon` whatever stands here."""
    folder = f"{organization_part(plugin)}/packages/{plugin.name}/_assets/"
    return {key: folder + outline[key] if outline.get(key) else "" for key in ("icon", "icon_dark")}


def card(offered: Offered, asking: Asking) -> dict[str, Any]:
    """A plugin in a list."""
    plugin, release = offered.plugin, offered.release
    return {
        **identity(plugin),
        **state(plugin),
        **vouched(plugin, release.category),
        **icons(plugin, release.outline),
        "version": offered.version,
        "latest_version": offered.version,
        "latest_package_identifier": offered.unique_identifier,
        "introduction": "",
        "description": in_languages(plugin.brief, otherwise=""),
        "plugins": parts(release),
        "endpoint": {"settings": []},
        "privacy_options": "",
        "privacy_policy": "",
        "tags": tags(plugin, asking),
    }


def full(offered: Offered, asking: Asking) -> dict[str, Any]:
    """A plugin with all that is known of it; the release needs its readmes."""
    release = offered.release
    return {
        **card(offered, asking),
        "introduction": release.readmes.get("en_US", ""),
        "readme_meta": {"available_languages": sorted(release.readmes)},
        "resource": resource(release.outline.get("resource") or {}),
        **numbers(release.minimum_dify_version),
        # Dify drops empty ones, and validates others down to the last parameter: with one fault the whole answer is lost.
        **{kind: {} for kind in ("endpoint", "model", "tool", "agent_strategy", "data_sources", "triggers")},
    }


def gone(plugin: Plugin, release: Release | None, asking: Asking) -> dict[str, Any]:
    """A plugin of which nothing is offered any more, for those who have it. No version, so that nobody is upgraded."""
    if release is None:
        release = Release(outline={}, readmes={}, category="community")
    release.plugin = plugin
    nothing = {"version": "", "latest_version": "", "latest_package_identifier": "", "status": DELETED}
    found = {**full(Offered(release), asking), **nothing}
    return found | {"deprecated_reason": found["deprecated_reason"] or release.status_reason}


def resource(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Memory and permissions, with nothing that would not pass Dify's validation."""
    permission = {key: dict(value) for key, value in (declared.get("permission") or {}).items() if value}
    storage = permission.get("storage")
    if storage is not None and storage.get("size") not in STORAGE_SIZES:
        storage.pop("size", None)
    return {"memory": int(declared.get("memory") or 0), "permission": permission or None}


def manifest(offered: Offered, asking: Asking) -> dict[str, Any]:
    """One release that was asked for by its identifier."""
    return {
        **card(offered, asking),
        "plugin_unique_identifier": offered.unique_identifier,
        "introduction": offered.release.readmes.get("en_US", ""),
    }


def version(plugin: Plugin, offered: Offered) -> dict[str, Any]:
    """A line of a version picker."""
    release = offered.release
    org = organization_part(plugin)
    return {
        "plugin_org": org,
        "plugin_name": plugin.name,
        "plugin_tuple": f"{plugin.plugin_id}:{release.version}",
        "version": release.version,
        "change_log": release.notes,
        "checksum": offered.file.checksum,
        "unique_identifier": offered.unique_identifier,
        "file_name": file_name(offered),
        "created_at": moment(release.created_at),
        "status": ACTIVE,
        **numbers(release.minimum_dify_version),
    }


def file_name(offered: Offered) -> str:
    return f"{offered.plugin.plugin_id.replace('/', '-')}_{offered.version}.difypkg"


def missing(plugin_id: str, version: str) -> dict[str, Any]:
    """In place of a plugin that was asked for and is not offered. Dify's dialogs pair answers with questions by their
    place, and read fields of every one: so there must be one, and nothing of it can be installed."""
    org, _, name = plugin_id.rpartition("/")
    stand_in = Plugin(plugin_id=plugin_id, name=name or plugin_id, organization=Organization(handle=org))
    stand_in.category = "extension"
    stand_in.brief = {"en_US": "This marketplace does not offer this plugin."}
    return gone(stand_in, None, Asking()) | {"version": version, "created_at": "", "updated_at": ""}


def by_place(plugin_id: str, version: str, plugin: dict[str, Any]) -> dict[str, Any]:
    """An element of `versions/batch`."""
    identifier = plugin.get("plugin_unique_identifier") or plugin["latest_package_identifier"]
    org, _, name = plugin_id.rpartition("/")
    return {
        "plugin": plugin | {"version": version or plugin["version"]},
        "version": {"plugin_org": org, "plugin_name": name, "unique_identifier": identifier},
    }


def snapshot(rows: Iterable[dict[str, str]], count: int, now: datetime) -> dict[str, Any]:
    """`dist/plugins/manifest.json`, the one answer without an envelope."""
    return {"metadata": {"snapshot_updated_at": moment(now), "plugin_count": count}, "plugins": list(rows)}


def creator(organization: Organization, plugin_count: int) -> dict[str, Any]:
    """A publisher as newer Difys show them."""
    closed = organization.closed_at is not None
    return {
        "id": str(organization.id),
        "email": "",
        "name": organization.name or organization.handle,
        "display_name": organization.name or organization.handle,
        "unique_handle": organization.handle,
        "display_email": organization.contact,
        "description": organization.about,
        "avatar": "",
        "background_image": "",
        "social_links": [organization.website] if organization.website else [],
        "badges": ["partner"] if organization.standing == Organization.Standing.PARTNER else [],
        "verified": organization.verified_at is not None,
        "status": "inactive" if closed else ACTIVE,
        "public": True,
        "plugin_count": plugin_count,
        "template_count": 0,
        "created_at": moment(organization.created_at),
        "updated_at": moment(organization.created_at),
    }
