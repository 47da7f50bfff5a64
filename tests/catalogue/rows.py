"""Plugins as rows, without the way through review: what lists, searches and pages read."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from marketplace.catalogue import indexing
from marketplace.models import InstallDay, Organization, Plugin, PluginTag, Release

PERMISSIONS = {"tool": {"enabled": True}, "storage": {"enabled": True, "size": 1048576}}


def organization(handle: str = "acme", **more: Any) -> Organization:
    made, _ = Organization.objects.get_or_create(handle=handle, defaults={"name": handle.title(), **more})
    return made


def declaration(name: str, **more: Any) -> dict[str, Any]:
    tool = {
        "identity": {"name": f"{name}_send", "label": {"en_US": "Send"}},
        "description": {"human": {"en_US": "Sends a thing."}, "llm": ""},
    }
    return {
        "name": name,
        "resource": {"memory": 268435456, "permission": PERMISSIONS},
        "tool": {"identity": {"name": name}, "tools": [tool]},
        **more,
    }


def plugin(plugin_id: str, *, index: bool = True, days: int = 30, **more: Any) -> Plugin:
    """A listed plugin with one release, `days` old. Keywords are fields of Plugin, or of its release after `release_`."""
    handle, _, name = plugin_id.partition("/")
    of_release = {key.removeprefix("release_"): more.pop(key) for key in list(more) if key.startswith("release_")}
    label = more.pop("label", {"en_US": name.replace("_", " ").title()})
    made = Plugin.objects.create(
        organization=organization(handle),
        name=name,
        plugin_id=plugin_id,
        category=more.pop("category", "tool"),
        label=label if isinstance(label, dict) else {"en_US": label},
        brief=more.pop("brief", {"en_US": "Does one thing well."}),
        version_updated_at=timezone.now() - timedelta(days=days),
        **more,
    )
    PluginTag.objects.bulk_create([PluginTag(plugin=made, tag=tag) for tag in made.tags])
    made.latest = release(made, of_release.pop("version", "1.0.0"), **of_release)
    made.save()
    if index:
        indexing.index(made)
    return made


def release(plugin: Plugin, version: str, **more: Any) -> Release:
    checksum = sha256(f"{plugin.plugin_id}:{version}".encode()).hexdigest()
    fields = {
        "order": ".".join(f"{int(part):05d}" for part in version.split("-")[0].split(".")),
        "unique_identifier": f"{plugin.plugin_id}:{version}@{checksum}",
        "checksum": checksum,
        "package": checksum,
        "package_size": 20480,
        "original": checksum,
        "notes": f"What is new in {version}.",
        "category": "community",
        "declaration": declaration(plugin.name),
        "readmes": {"en_US": f"# {plugin.name}\n\nRead me.\n"},
        "signed_at": timezone.now(),
    }
    return Release.objects.create(plugin=plugin, version=version, **(fields | more))


def installed(release: Release, *counts: int) -> None:
    """So many installs a day, the last one today."""
    today = timezone.localdate()
    days = [today - timedelta(days=len(counts) - 1 - place) for place in range(len(counts))]
    InstallDay.objects.bulk_create(
        [InstallDay(release=release, day=day, installs=count) for day, count in zip(days, counts, strict=True) if count]
    )
