"""What of a workspace's plugins an app can be made of: language models, tools, agent strategies. SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runtime.credentials.storing import stored
from runtime.models import Installation

Schema = dict[str, Any]
LLM = "llm"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing; `provider` as plugins name it, `group` and `label` as plugins say them (i18n)."""

    provider: str
    name: str
    group: Any
    label: Any
    declared: Schema
    kind: str = ""  # a model's type

    @property
    def key(self) -> str:
        """For forms: providers' names hold no blanks, models' may hold anything."""
        return f"{self.provider} {self.name}"


@dataclass(frozen=True, slots=True)
class Choices:
    models: list[Choice]
    tools: list[Choice]
    strategies: list[Choice]


def installed(workspace_id: str) -> list[Installation]:
    rows = Installation.objects.filter(workspace_id=workspace_id).select_related("package")
    return list(rows.order_by("plugin_id"))


def choices(workspace_id: str) -> Choices:
    found = Choices([], [], [])
    for row in installed(workspace_id):
        declaration = row.package.declaration
        found.models.extend(one for one in models(row, declaration.get("model") or {}) if one.kind == LLM)
        found.tools.extend(identified(row, declaration.get("tool") or {}, "tools"))
        found.strategies.extend(identified(row, declaration.get("agent_strategy") or {}, "strategies"))
    return found


def models(row: Installation, provider: Schema) -> Iterator[Choice]:
    """Models that it declares, then those that the workspace has named itself."""
    if not provider:
        return
    path, label = f"{row.plugin_id}/{provider['provider']}", provider.get("label")
    known = set()
    for one in provider.get("models") or ():
        name, kind = str(one["model"]), str(one.get("model_type"))
        if not one.get("deprecated"):
            known.add((name, kind))
            yield Choice(path, name, label, one.get("label") or name, one, kind)
    own = stored(row.workspace_id, plugin_id=row.plugin_id, kind="model", provider=provider["provider"])
    for name, kind in sorted(set(own.exclude(model="").values_list("model", "model_type")) - known):
        yield Choice(path, name, label, name, {}, kind)


def identified(row: Installation, provider: Schema, part: str) -> Iterator[Choice]:
    if not provider:
        return
    identity = provider["identity"]
    for one in provider.get(part) or ():
        name = str(one["identity"]["name"])
        label = one["identity"].get("label") or name
        yield Choice(f"{row.plugin_id}/{identity['name']}", name, identity.get("label"), label, one)


def as_entity(provider: str, declared: Schema) -> Schema:
    """A tool as strategies and tools get it (dify_plugin/interfaces/agent, ToolEntity)."""
    return {
        "identity": {**declared["identity"], "provider": provider},
        "parameters": declared.get("parameters") or [],
        "description": declared.get("description"),
        "output_schema": declared.get("output_schema"),
        "has_runtime_parameters": bool(declared.get("has_runtime_parameters")),
        "provider_type": "builtin",
        "runtime_parameters": {},
    }
