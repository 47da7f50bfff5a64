"""What a workspace takes away from what manifests declare. It can narrow, never widen: it holds denials only."""

from runtime import lookup
from runtime.database import in_thread
from runtime.models import Restriction
from runtime.session import Session

warm: dict[str, frozenset[tuple[str, str]]] = {}
MOST_WARM = 4096  # workspaces


def forget() -> None:
    warm.clear()


lookup.also_forgotten.append(forget)


async def denies(session: Session, permission: str) -> bool:
    """Whether the workspace denies this permission, a path as in the manifest, to the plugin or to all plugins."""
    denied = warm.get(session.workspace)
    if denied is None:
        since = lookup.turn
        denied = await in_thread(read, session.workspace)
        if len(warm) >= MOST_WARM:
            warm.clear()
        lookup.keep(warm, session.workspace, denied, since=since)
    if not denied:
        return False
    plugin_id = session.plugin.partition(":")[0]
    paths = {permission, permission.partition(".")[0]}
    return any((who, path) in denied for who in ("", plugin_id) for path in paths)


def read(workspace_id: str) -> frozenset[tuple[str, str]]:
    rows = Restriction.objects.filter(workspace_id=workspace_id)
    return frozenset(rows.values_list("plugin_id", "permission"))


def deny(workspace_id: str, permission: str, *, plugin_id: str = "") -> None:
    """Takes a permission from a plugin, or from all. Tell the other processes with `lookup.changed()` afterwards."""
    Restriction.objects.get_or_create(workspace_id=workspace_id, plugin_id=plugin_id, permission=permission)


def allow(workspace_id: str, permission: str, *, plugin_id: str = "") -> None:
    """Takes a denial back; what the manifest does not declare stays refused."""
    Restriction.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id, permission=permission).delete()
