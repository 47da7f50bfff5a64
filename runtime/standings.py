"""Each installation as it is wished beside how it is, and why the two differ where they do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from runtime import agreeing, observing, recalls
from runtime.cluster import PluginState
from runtime.models import UNFINISHED, Installation, InstallItem, LastCall, RunPolicy, RuntimeType
from runtime.terms import Terms, process_name

SETTLING = {
    "pending": "It waits for its turn to start.",
    "starting": "It is starting.",
    "stopping": "It is being stopped; calls that are open may end.",
    "stopped": "It was stopped and starts again within seconds.",
    "backoff": "It ended and is started again.",
    "failed": "It failed so often that it is not tried again.",
}
TO_DO = {
    "failed": "Read its log, then restart it or install another version.",
    "backoff": "Read its log if this goes on.",
    "unknown": "See that Redis runs and that REDIS_URL names it.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`wish` is `running`, `on call` (asleep until called), `debugging` or `stopped`; where they differ there is a `why`."""

    installation: Installation
    process: str
    terms: Terms
    wish: str
    state: PluginState
    agrees: bool
    why: str
    to_do: str = ""
    called: float = 0.0  # Unix seconds; 0 where that is not known


def standings(workspace_id: str | None = None) -> list[Standing]:
    """Of a workspace, or of all; a handful of queries however many there are."""
    rows = Installation.objects.select_related("package").defer("package__declaration").order_by("plugin_id")
    rows = rows if workspace_id is None else rows.filter(workspace_id=workspace_id)
    found = list(rows)
    policies = {(row.workspace_id, row.plugin_id): row for row in policy_rows(workspace_id)}
    names = {row.pk: name_of(row, policies) for row in found}
    told = observing.states(names.values()) if found else {}
    stopped = recalls.stopped({row.package.unique_identifier for row in found}) if found else set()
    called = dict(LastCall.objects.values_list("plugin", "at"))
    busy = being_installed(workspace_id)
    return [
        standing(
            row,
            names[row.pk],
            agreeing.terms_of(policies, row.workspace_id, row.plugin_id),
            state=told[names[row.pk]],
            stopped=row.package.unique_identifier in stopped,
            task=busy.get((row.workspace_id, row.plugin_id), ""),
            called=called[names[row.pk]].timestamp() if names[row.pk] in called else 0.0,
        )
        for row in found
    ]


def policy_rows(workspace_id: str | None) -> Iterable[RunPolicy]:
    return RunPolicy.objects.all() if workspace_id is None else RunPolicy.objects.filter(workspace_id=workspace_id)


def name_of(row: Installation, policies: agreeing.Policies) -> str:
    apart = row.runtime_type == RuntimeType.LOCAL and agreeing.is_apart(policies, row.workspace_id, row.plugin_id)
    return process_name(row.package.unique_identifier, row.workspace_id if apart else "")


def being_installed(workspace_id: str | None) -> dict[tuple[str, str], str]:
    """What is installed or upgraded just now, and how far that is."""
    items: QuerySet[InstallItem] = InstallItem.objects.filter(status__in=UNFINISHED).select_related("task", "package")
    if workspace_id is not None:
        items = items.filter(task__workspace_id=workspace_id)
    rows = items.defer("package__declaration")
    return {(one.task.workspace_id, one.package.plugin_id): progress_of(one) for one in rows}


def progress_of(item: InstallItem) -> str:
    return f"Version {item.package.version} is being installed ({item.step or item.status}, {item.percent} %)."


def standing(
    row: Installation,
    process: str,
    terms: Terms,
    *,
    state: PluginState,
    stopped: bool = False,
    task: str = "",
    called: float = 0.0,
) -> Standing:
    wish = wish_for(row, terms, stopped=stopped)
    agrees = state.state == wish or (wish == "on call" and state.state in ("running", "asleep"))
    if stopped:
        held = recalls.against(row.package.unique_identifier)
        why = held.sentence if held else "It is recalled."
        gone = state.state in ("pending", "stopped", "unknown")
        shown = PluginState("stopped", why) if gone else state
        return Standing(row, process, terms, wish, shown, gone, why, "Install another version.", called)
    why = state.reason or task or ("" if agrees else SETTLING.get(state.state, f"It is {state.state}."))
    if wish == "debugging" and not agrees:
        why = "The developer's machine that runs it is not connected."
    if wish == "running" and state.state == "asleep":
        why = f"It is to be always on, and starts in a moment. {state.reason}".strip()
    return Standing(row, process, terms, wish, state, agrees, why, "" if agrees else TO_DO.get(state.state, ""), called)


def wish_for(row: Installation, terms: Terms, *, stopped: bool) -> str:
    if stopped:
        return "stopped"
    if row.runtime_type == RuntimeType.REMOTE:
        return "debugging"
    return "on call" if terms.on_demand else "running"
