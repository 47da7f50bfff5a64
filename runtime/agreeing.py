"""What workspaces have said about how their plugins run, put together: what should run, under which names, on which terms."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from runtime import lookup, recalls
from runtime.errors import BadRequest
from runtime.models import Installation, LastCall, RunPolicy, RuntimeType
from runtime.models.running import LONGEST_SLEEP_AFTER, MOST_INSTANCES
from runtime.terms import Terms, package_of, process_name

Policies = Mapping[tuple[str, str], RunPolicy]
"""By workspace and plugin id; "" for all plugins of the workspace."""

NOTED_AGAIN = 60.0  # seconds after which a later call of the same plugin is written down


def usual() -> Terms:
    """The terms of a plugin of which no workspace says anything."""
    return Terms(sleep_after=settings.PLUGIN_SLEEP_AFTER, most=settings.PLUGIN_MOST_INSTANCES)


# Reading: by each node when rows have changed; a few queries however many plugins there are.


def wished() -> dict[str, Terms]:
    """Names of the processes that should run on workers, each with its terms."""
    rows = list(wanted_rows())
    stopped = recalls.stopped({unique_identifier for _, _, unique_identifier, _ in rows})
    policies = {(row.workspace_id, row.plugin_id): row for row in RunPolicy.objects.all()}
    called = dict(LastCall.objects.values_list("plugin", "at"))
    found: dict[str, Terms] = {}
    for workspace, plugin_id, unique_identifier, since in rows:
        if unique_identifier in stopped:
            continue
        name = process_name(unique_identifier, workspace if is_apart(policies, workspace, plugin_id) else "")
        mine = terms_of(policies, workspace, plugin_id)
        used = max(since, called.get(name, since)).timestamp()
        found[name] = together(found.get(name), replace(mine, used=used))
    return found


def wanted_rows() -> Iterable[tuple[str, str, str, datetime]]:
    """(workspace, plugin id, unique identifier, since when) of what is installed, or stood in for by a developer's machine."""
    rows = Installation.objects.order_by()
    fields = ("workspace_id", "plugin_id")
    yield from rows.filter(runtime_type=RuntimeType.LOCAL).values_list(
        *fields, "package__unique_identifier", "updated_at"
    )
    shadowed = rows.filter(shadowed__isnull=False)
    yield from shadowed.values_list(*fields, "shadowed__unique_identifier", "updated_at")


def terms_of(policies: Policies, workspace: str, plugin_id: str) -> Terms:
    """What one workspace wants of one plugin: its own row first, then that of all its plugins, then the settings."""
    terms = usual()
    for row in (policies.get((workspace, "")), policies.get((workspace, plugin_id))):
        if row is None:
            continue
        if row.sleep == RunPolicy.Sleep.ALWAYS:
            terms = replace(terms, always=True, forced=False)
        elif row.sleep == RunPolicy.Sleep.NEVER:
            terms = replace(terms, always=False, sleep_after=0.0, forced=False)
        elif row.sleep == RunPolicy.Sleep.AFTER:
            terms = replace(terms, always=False, sleep_after=float(row.sleep_after or 1), forced=True)
        if row.most:
            terms = replace(terms, most=row.most)
        if row.alone is not None:
            terms = replace(terms, alone=row.alone)
    return terms


def together(one: Terms | None, other: Terms) -> Terms:
    """Terms of a process that several workspaces share: whoever wants it awake for longest has it so, or by itself."""
    if one is None:
        return other
    return Terms(
        sleep_after=max(one.sleep_after, other.sleep_after) if one.sleep_after and other.sleep_after else 0.0,
        always=one.always or other.always,
        forced=one.forced and other.forced,
        alone=one.alone or other.alone,
        most=max(one.most, other.most),
        used=max(one.used, other.used),
    )


def is_apart(policies: Policies, workspace: str, plugin_id: str) -> bool:
    rows = (policies.get((workspace, plugin_id)), policies.get((workspace, "")))
    return next((bool(row.apart) for row in rows if row is not None and row.apart is not None), False)


def policies_for(workspace: str, plugin_id: str) -> Policies:
    rows = RunPolicy.objects.filter(workspace_id=workspace, plugin_id__in=("", plugin_id))
    return {(row.workspace_id, row.plugin_id): row for row in rows}


def process_for(installation: Installation) -> str:
    """The name of the processes that answer this installation's calls."""
    unique_identifier = installation.package.unique_identifier
    if installation.runtime_type != RuntimeType.LOCAL:  # a developer's machine has but one connection
        return unique_identifier
    workspace, plugin_id = installation.workspace_id, installation.plugin_id
    apart = is_apart(policies_for(workspace, plugin_id), workspace, plugin_id)
    return process_name(unique_identifier, workspace if apart else "")


# Writing.


def agree(
    workspace: str,
    plugin_id: str = "",
    *,
    sleep: str = "",
    sleep_after: int | None = None,
    most: int | None = None,
    apart: bool | None = None,
    alone: bool | None = None,
) -> RunPolicy:
    """Says how a plugin runs for a workspace, or all of them; raises BadRequest. Every node follows within a turn."""
    if sleep not in RunPolicy.Sleep.values:
        raise BadRequest(f"sleep must be one of {', '.join(filter(None, RunPolicy.Sleep.values))}, or empty.")
    if sleep == RunPolicy.Sleep.AFTER and not 1 <= (sleep_after or 0) <= LONGEST_SLEEP_AFTER:
        raise BadRequest(f"sleep_after must be a number of seconds from 1 to {LONGEST_SLEEP_AFTER}.")
    if most is not None and not 1 <= most <= MOST_INSTANCES:
        raise BadRequest(f"most must be a number of instances from 1 to {MOST_INSTANCES}, or empty.")
    said = {
        "sleep": sleep,
        "sleep_after": sleep_after if sleep == RunPolicy.Sleep.AFTER else None,
        "most": most,
        "apart": apart,
        "alone": alone,
    }
    row, _ = RunPolicy.objects.update_or_create(workspace_id=workspace, plugin_id=plugin_id, defaults=said)
    lookup.changed()
    return row


def note_calls(used: Mapping[str, float]) -> None:
    """Writes down when plugins were last called (Unix seconds)."""
    rows = [
        LastCall(plugin=name, at=datetime.fromtimestamp(at, tz=timezone.get_default_timezone()))
        for name, at in used.items()
    ]
    LastCall.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["plugin"], update_fields=["at"], batch_size=200
    )


def forget_calls() -> None:
    """Deletes what was noted of plugins that are installed nowhere any more."""
    installed = set(Installation.objects.values_list("package__unique_identifier", flat=True))
    gone = [name for name in LastCall.objects.values_list("plugin", flat=True) if package_of(name) not in installed]
    LastCall.objects.filter(plugin__in=gone[:500]).delete()
