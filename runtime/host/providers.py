"""Which plugin of a workspace is meant by a provider's name, and what it needs to be called."""

from dataclasses import dataclass
from typing import Any

from runtime import agreeing, lookup
from runtime.credentials import afor_provider
from runtime.database import in_thread
from runtime.host.faults import HostFault
from runtime.models import Provider
from runtime.session import Session

FIRST_AUTHOR = "langgenius"  # whose plugins are meant by a bare name, as in Dify
MOST_WARM = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin with the provider that was asked for. `declared` is the provider's declaration."""

    plugin: str  # as its processes are named
    plugin_id: str
    kind: str
    provider: str  # its name within the plugin
    permission: dict[str, Any]
    declared: dict[str, Any]


warm: dict[tuple[str, str, str], Found] = {}


def forget() -> None:
    warm.clear()


lookup.also_forgotten.append(forget)


async def find(workspace: str, kind: str, name: str) -> Found:
    """The provider called `author/plugin/provider`, `author/plugin` or just `provider`; raises HostFault.

    `kind` is `model` or `tool`.
    """
    found = warm.get((workspace, kind, name))
    if found is None:
        since = lookup.turn
        found = await in_thread(read, workspace, kind, name)
        if len(warm) >= MOST_WARM:
            warm.clear()
        lookup.keep(warm, (workspace, kind, name), found, since=since)
    return found


def read(workspace: str, kind: str, name: str) -> Found:
    rows = Provider.objects.filter(workspace_id=workspace, kind=kind).select_related("installation__package")
    plugin_id, _, provider = name.rpartition("/") if name.count("/") == 2 else ("", "", name)
    if plugin_id:
        candidates = rows.filter(installation__plugin_id=plugin_id, name=provider)
    elif "/" in name:
        candidates = rows.filter(installation__plugin_id=name)
    else:
        candidates = rows.filter(name=name)
    installed = sorted(candidates, key=lambda row: (not is_first_author(row), row.created_at))
    if not installed:
        raise HostFault(f"no {kind} provider {name} is installed in this workspace")
    return described(installed[0])


def is_first_author(row: Provider) -> bool:
    return row.installation.plugin_id.startswith(f"{FIRST_AUTHOR}/")


def described(row: Provider) -> Found:
    package = row.installation.package
    return Found(
        plugin=agreeing.process_for(row.installation),
        plugin_id=row.installation.plugin_id,
        kind=row.kind,
        provider=row.name,
        permission=(package.declaration.get("resource") or {}).get("permission") or {},
        declared=package.declaration.get(row.kind) or {},
    )


async def credentials(
    session: Session, found: Found, *, model: str = "", model_type: str = "", chosen: str | None = None
) -> dict[str, Any]:
    """`credentials` and `credential_type` of a request: what the workspace has stored for a provider; raises RuntimeFault.

    `chosen` is the id of an account, where the caller names one.
    """
    stored = await afor_provider(
        session.workspace,
        kind=found.kind,
        provider=found.provider,
        plugin_id=found.plugin_id,
        model=model,
        model_type=model_type,
        credential_id=chosen,
    )
    return {"credentials": stored.values, "credential_type": stored.type}
