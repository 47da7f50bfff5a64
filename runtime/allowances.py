"""What a plugin is allowed on this host: the settings, what an operator decided for it, what its manifest wishes for."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from runtime import companion, owners
from runtime.limits import Limits
from runtime.models import Package, PluginLimit

COUNTED = ("memory", "processes", "descriptors", "cpu", "disk")


def limits_for(package: Package, folders: tuple[Path, ...], python: Path) -> Limits:
    """The limits of one instance. The first of `folders` is its own, in which it works, the second its home."""
    found = usual(package.declaration) | decided(package.plugin_id)
    user, why = owner(folders, python)
    return Limits(
        memory=int(found["memory"]),
        processes=int(found["processes"]),
        descriptors=int(found["descriptors"]),
        cpu=found["cpu"] / 100,
        disk=int(found["disk"]),
        user=user,
        why=why,
        folders=folders,
    )


def usual(declaration: dict[str, Any]) -> dict[str, float]:
    """Manifests cannot be trusted with memory (half of the official ones say 1 MiB): a wish, between a floor and a most."""
    try:
        wish = int(declaration["resource"]["memory"])
    except (KeyError, TypeError, ValueError):
        wish = 0
    return {
        "memory": max(settings.PLUGIN_MEMORY_FLOOR, min(wish, settings.PLUGIN_MEMORY_LIMIT)),
        "processes": settings.PLUGIN_PROCESS_LIMIT,
        "descriptors": settings.PLUGIN_DESCRIPTOR_LIMIT,
        "cpu": settings.PLUGIN_CPU_LIMIT,
        "disk": settings.PLUGIN_DISK_LIMIT,
    }


def decided(plugin_id: str) -> dict[str, float]:
    """What an operator has decided for this plugin; what is left open stays as it is for all."""
    close_old_connections()
    try:
        row = PluginLimit.objects.filter(plugin_id=plugin_id).values(*COUNTED).first() or {}
        return {name: value for name, value in row.items() if value is not None}
    finally:
        close_old_connections()


def owner(folders: tuple[Path, ...], python: Path) -> tuple[int, str]:
    """(the user id that the plugin gets, why it gets none). What it writes to is its own from then on."""
    folder, home, *_ = folders
    users = settings.PLUGIN_USERS
    why = owners.obstacle([python, companion.HERE / "run.py", folder.parent], users)
    if why:
        return 0, why
    user = owners.user_for(home, users, others=Path(settings.PLUGIN_WORKING_PATH))
    if not user:
        return 0, f"all {len(users)} users set aside for plugins are taken (PLUGIN_USERS)"
    for one in folders:
        owners.give(one, user)
    return user, ""
