"""The fields that Dify's clients read, and what they require of them; each function returns what it was given.

The API server validates with Pydantic models (api/core/plugin/entities/marketplace.py): one wrong element and the whole
answer is lost. The pages are typed (packages/contracts/marketplace.ts) and not checked: a wrong one makes them crash.
"""

import re
from datetime import datetime
from typing import Any

from marketplace.difypkg import load_public_key, open_package, parse_unique_identifier, verify

CATEGORIES = {"tool", "model", "extension", "agent-strategy", "datasource", "trigger"}
PERMISSIONS = {
    "tool": {"enabled"},
    "model": {"enabled", "llm", "text_embedding", "rerank", "tts", "speech2text", "moderation"},
    "node": {"enabled"},
    "endpoint": {"enabled"},
    "storage": {"enabled", "size"},
    "app": {"enabled"},
}
KINDS = {"agent_strategies", "datasources", "endpoints", "models", "tools", "triggers"}
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z\Z")

CARD = {
    **dict.fromkeys(
        ("type", "org", "name", "plugin_id", "index_id", "icon", "icon_dark", "category", "author", "from"), str
    ),
    **dict.fromkeys(("latest_version", "latest_package_identifier", "version", "repository", "introduction"), str),
    **dict.fromkeys(("status", "deprecated_reason", "alternative_plugin_id", "privacy_options", "privacy_policy"), str),
    **dict.fromkeys(("created_at", "updated_at", "version_updated_at"), str),
    **dict.fromkeys(("label", "brief", "description", "plugins", "endpoint", "verification"), dict),
    **dict.fromkeys(("badges", "tags"), list),
    "install_count": int,
    "verified": bool,
}
FULL = {
    **dict.fromkeys(("resource", "readme_meta", "model", "tool", "agent_strategy", "data_sources", "triggers"), dict),
    **dict.fromkeys([f"minimum_dify_version_{part}" for part in ("major", "minor", "patch")], int),
}


def typed(found: Any, fields: dict[str, type]) -> Any:
    """Every field is there and of exactly this type: no null, and no bool for an int."""
    wrong = {name: found.get(name) for name, kind in fields.items() if type(found.get(name)) is not kind}
    assert wrong == {}
    return found


def in_languages(texts: Any) -> None:
    """Dify's I18nObject: en_US is required."""
    assert type(texts["en_US"]) is str
    assert all(type(text) is str for text in texts.values())
    assert all(re.fullmatch(r"[a-z]{2}_[A-Za-z]{2,4}", language) for language in texts)


def when(text: str) -> None:
    assert WHEN.match(text), text
    datetime.fromisoformat(text)


def identifier(text: str, version: str) -> None:
    assert parse_unique_identifier(text).version == version


def card(plugin: Any) -> Any:
    typed(plugin, CARD)
    assert plugin["type"] == "plugin"
    assert plugin["plugin_id"] == f"{plugin['org']}/{plugin['name']}"
    assert plugin["index_id"] == f"{plugin['org']}___{plugin['name']}"
    assert plugin["category"] in CATEGORIES
    assert plugin["status"] in ("active", "deleted")
    assert plugin["from"] == "marketplace"
    assert plugin["label"]["en_US"]
    for texts in ("label", "brief", "description"):
        in_languages(plugin[texts])
    assert all(set(tag) == {"name"} and type(tag["name"]) is str for tag in plugin["tags"])
    assert all(badge in ("partner", "verified") for badge in plugin["badges"])
    assert plugin["verification"]["authorized_category"] in ("langgenius", "partner", "community")
    assert set(plugin["plugins"]) == KINDS
    assert all(paths is None or all(type(path) is str for path in paths) for paths in plugin["plugins"].values())
    for moment in ("created_at", "updated_at", "version_updated_at"):
        when(plugin[moment])
    if plugin["latest_version"]:
        identifier(plugin["latest_package_identifier"], plugin["latest_version"])
    return plugin


def full_plugin(plugin: Any) -> Any:
    """MarketplacePluginDeclaration; what is empty among the last ones is dropped before it is validated."""
    card(plugin)
    typed(plugin, FULL)
    assert plugin["endpoint"] == plugin["model"] == plugin["tool"] == {}
    assert type(plugin["readme_meta"]["available_languages"]) is list
    resource(plugin["resource"])
    return plugin


def resource(found: Any) -> None:
    """PluginResourceRequirements."""
    assert type(found["memory"]) is int
    for name, permission in (found["permission"] or {}).items():
        assert set(permission) <= PERMISSIONS[name]
        assert all(type(value) is bool for key, value in permission.items() if key != "size")
    storage = (found["permission"] or {}).get("storage") or {}
    assert 1024 <= storage.get("size", 1024) <= 1 << 30


def manifest(plugin: Any) -> Any:
    """PluginManifestInMarket."""
    card(plugin)
    typed(plugin, {"plugin_unique_identifier": str, "version": str, "latest_version": str, "introduction": str})
    identifier(plugin["plugin_unique_identifier"], plugin["version"])
    return plugin


def version(found: Any) -> Any:
    texts = ("plugin_org", "plugin_name", "plugin_tuple", "version", "change_log", "checksum", "created_at", "status")
    typed(found, dict.fromkeys((*texts, "unique_identifier", "file_name"), str))
    typed(found, {name: int for name in FULL if name.startswith("minimum")})
    assert found["plugin_tuple"] == f"{found['plugin_org']}/{found['plugin_name']}:{found['version']}"
    assert found["unique_identifier"] == f"{found['plugin_tuple']}@{found['checksum']}"
    assert found["status"] in ("active", "deleted")
    when(found["created_at"])
    return found


def collection(found: Any) -> Any:
    typed(found, {"name": str, "label": dict, "description": dict, "rule": str, "created_at": str, "updated_at": str})
    typed(found, {"searchable": bool, "search_params": dict, "priority": int})
    in_languages(found["label"])
    in_languages(found["description"])
    assert set(found["search_params"]) <= {"query", "sort_by", "sort_order"}
    return found


def snapshot(found: Any) -> Any:
    """MarketplacePluginSnapshot; no envelope, and one bad element ends the cycle."""
    assert set(found) == {"metadata", "plugins"}
    typed(found["metadata"], {"snapshot_updated_at": str, "plugin_count": int})
    when(found["metadata"]["snapshot_updated_at"])
    assert found["metadata"]["plugin_count"] == len(found["plugins"])
    fields = ("org", "name", "latest_version", "latest_package_identifier", "latest_package_url")
    for plugin in found["plugins"]:
        typed(plugin, dict.fromkeys(fields, str))
        assert all(plugin.values())
        assert plugin["latest_package_url"].startswith("http")
    return found


def creator(found: Any) -> Any:
    texts = ("id", "email", "name", "display_name", "unique_handle", "display_email", "description", "avatar", "status")
    typed(found, dict.fromkeys((*texts, "background_image", "created_at", "updated_at"), str))
    typed(found, {"social_links": list, "badges": list, "verified": bool, "public": bool})
    typed(found, {"plugin_count": int, "template_count": int})
    assert found["status"] in ("pending", "active", "inactive", "deleted")
    return found


def package(data: bytes, keys: list[bytes]) -> str:
    """The identifier that a plugin daemon computes of a package, which one of these keys must have signed."""
    with open_package(data) as opened:
        assert verify(opened, [load_public_key(key) for key in keys])
        assert opened.verification is not None
        return opened.unique_identifier
