"""What is recalled now, kept in this process: calls ask for it, and find it without SQL."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runtime import lookup
from runtime.errors import RuntimeFault
from runtime.models import Contents, Installation, RecallEntry, RecallOverride
from runtime.recalls.matching import hits


class Recalled(RuntimeFault):
    """The plugin was recalled; the message says why, and what to do."""

    error_type = "PluginPermissionDeniedError"
    code = -403
    status = 200


@dataclass(frozen=True, slots=True)
class Recall:
    """An entry in force. `source` is "" for the marketplace beside us."""

    source: str
    number: int
    kind: str
    subject: str
    strength: str
    reason: str
    successor: str

    @property
    def hard(self) -> bool:
        return self.strength == RecallEntry.Strength.HARD

    @property
    def sentence(self) -> str:
        instead = f" Use {self.successor} instead." if self.successor else ""
        about = f" because of {self.subject}" if self.kind == RecallEntry.Kind.DEPENDENCY else ""
        may = "" if self.hard else " An administrator of the workspace can allow it on the plugin's page."
        reason = self.reason.rstrip(".")
        return f"This plugin was recalled{about}: {reason}.{instead}{may}"


ALL = ""
warm: dict[str, tuple[Recall, ...]] = {}  # one small cache, emptied with all others


def forget() -> None:
    warm.clear()


lookup.also_forgotten.append(forget)


def in_force() -> tuple[Recall, ...]:
    """All that is recalled, what does not start at all first."""
    found = warm.get(ALL)
    if found is None:
        since = lookup.turn
        rows = RecallEntry.objects.select_related("list").order_by("strength", "pk")
        found = tuple(
            Recall(row.list.source, row.number, row.kind, row.subject, row.strength, row.reason, row.successor)
            for row in rows
        )
        lookup.keep(warm, ALL, found, since=since)
    return found


def of(plugin: str, packages: Mapping[str, str]) -> Iterator[Recall]:
    """Recalls of a unique identifier whose environment holds these packages, hard ones first."""
    return (one for one in in_force() if hits(one.kind, one.subject, plugin=plugin, packages=packages))


def against(plugin: str, workspace_id: str = "") -> Recall | None:
    """What keeps the plugin from running in the workspace; in any, where none is named. None while nothing does."""
    if not in_force():
        return None
    found = list(of(plugin, contents([plugin]).get(plugin, {})))
    if not workspace_id:
        return next(iter(found), None)
    allowed = overridden(workspace_id, plugin.partition(":")[0])
    return next((one for one in found if one.hard or (one.source, one.number) not in allowed), None)


def kept_from(workspaces: Iterable[str]) -> Iterator[tuple[str, str, Recall]]:
    """What recalls keep from running in these workspaces: workspace, plugin id, recall."""
    if not in_force():
        return
    rows = Installation.objects.filter(workspace_id__in=list(workspaces)).order_by("workspace_id", "plugin_id")
    for workspace, plugin_id, plugin in rows.values_list("workspace_id", "plugin_id", "package__unique_identifier"):
        if found := against(plugin, workspace):
            yield workspace, plugin_id, found


def refuse(plugin: str, workspace_id: str) -> None:
    """Raises Recalled when the plugin must not be called or installed there."""
    if found := against(plugin, workspace_id):
        raise Recalled(found.sentence)


def refuse_everywhere(plugin: str) -> None:
    """Raises Recalled when nobody may run the plugin."""
    found = against(plugin)
    if found is not None and found.hard:
        raise Recalled(found.sentence)


def overridden(workspace_id: str, plugin_id: str) -> set[tuple[str, int]]:
    rows = RecallOverride.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id)
    return set(rows.values_list("source", "number"))


def contents(plugins: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the environments of these plugins hold, as far as a recall asks for it."""
    if not any(one.kind == RecallEntry.Kind.DEPENDENCY for one in in_force()):
        return {}
    rows = Contents.objects.filter(package__unique_identifier__in=list(plugins))
    return dict(rows.values_list("package__unique_identifier", "packages"))


def stopped(plugins: Iterable[str]) -> set[str]:
    """Those of the plugins that must not run: recalled, and no workspace has overridden it."""
    if not in_force():
        return set()
    names = set(plugins)
    held = contents(names)
    return {
        plugin for plugin in names if (found := list(of(plugin, held.get(plugin, {})))) and not wanted(plugin, found)
    }


def wanted(plugin: str, found: list[Recall]) -> bool:
    """Whether some workspace runs it in spite of all these recalls."""
    if any(one.hard for one in found):
        return False
    plugin_id = plugin.partition(":")[0]
    places = set(RecallOverride.objects.filter(plugin_id=plugin_id).values_list("workspace_id", flat=True))
    return any({(one.source, one.number) for one in found} <= overridden(place, plugin_id) for place in places)
