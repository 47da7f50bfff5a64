"""Answers about how plugins run: what is wished, how it is, why the two differ, and what a workspace wants."""

from typing import Any

from runtime import agreeing
from runtime import standings as standing
from runtime.errors import NotFound
from runtime.management.shapes import Shape
from runtime.models import Installation

Fields = dict[str, Any]


def standings(workspace_id: str, fields: Fields) -> list[Shape]:
    return [standing_shape(one) for one in standing.standings(workspace_id)]


def standing_shape(one: standing.Standing) -> Shape:
    state = one.state
    return {
        "plugin_id": one.installation.plugin_id,
        "plugin_unique_identifier": one.installation.package.unique_identifier,
        "process": one.process,
        "wished": one.wish,
        "state": state.state,
        "agrees": one.agrees,
        "reason": one.why,
        "to_do": one.to_do,
        "node": state.node,
        "since": state.since,
        "instances": state.instances,
        "pid": state.pid,
        "memory": state.memory,
        "restarts": state.restarts,
        "how": state.process,
        "last_called": one.called,
        "sleep_after": 0 if one.terms.always else one.terms.sleep_after,
        "always_on": one.terms.always,
        "most_instances": one.terms.most,
        "apart": one.process != one.installation.package.unique_identifier,
        "alone": one.terms.alone,
    }


def agree(workspace_id: str, fields: Fields) -> bool:
    plugin_id = fields.pop("plugin_id")
    if plugin_id and not Installation.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id).exists():
        raise NotFound(f"{plugin_id} is not installed in this workspace.")
    agreeing.agree(workspace_id, plugin_id, **fields)
    return True
