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

    @property
    def key(self) -> str:
        """For forms: providers' names hold no blanks, models' may hold anything."""
        return f"{self.provider} {self.name}"


@dataclass(frozen=True, slots=True)
class Choices:
    models: list[Choice]
    tools: list[Choice]
    strategies: list[Choice]


def choices(workspace_id: str) -> Choices:
    rows = Installation.objects.filter(workspace_id=workspace_id).select_related("package").order_by("plugin_id")
    found = Choices([], [], [])
    for row in rows:
        declaration = row.package.declaration
        found.models.extend(models(row, declaration.get("model") or {}))
        found.tools.extend(identified(row, declaration.get("tool") or {}, "tools"))
        found.strategies.extend(identified(row, declaration.get("agent_strategy") or {}, "strategies"))
    return found


def models(row: Installation, provider: Schema) -> Iterator[Choice]:
    """Language models that it declares, then those that the workspace has named itself."""
    if not provider:
        return
    path, label = f"{row.plugin_id}/{provider['provider']}", provider.get("label")
    known = [one for one in provider.get("models") or () if one.get("model_type") == LLM and not one.get("deprecated")]
    for one in known:
        yield Choice(path, str(one["model"]), label, one.get("label") or one["model"], one)
    own = stored(row.workspace_id, plugin_id=row.plugin_id, kind="model", provider=provider["provider"], model_type=LLM)
    names = set(own.values_list("model", flat=True)) - {one["model"] for one in known}
    for name in sorted(names):
        yield Choice(path, name, label, name, {})


def identified(row: Installation, provider: Schema, part: str) -> Iterator[Choice]:
    if not provider:
        return
    identity = provider["identity"]
    for one in provider.get(part) or ():
        name = str(one["identity"]["name"])
        label = one["identity"].get("label") or name
        yield Choice(f"{row.plugin_id}/{identity['name']}", name, identity.get("label"), label, one)
