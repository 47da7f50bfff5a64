"""What of a workspace can be chosen in forms: models, apps and tools. Read when a form first asks."""

from functools import cached_property

from runtime.models import App, Installation
from runtime.studio.choices import Choice, identified, installed, models

MODEL_TYPES = {"llm", "text-embedding", "rerank", "tts", "speech2text", "moderation"}
APP_MODES = {
    "chat": {App.Mode.CHAT, App.Mode.AGENT},
    "completion": {App.Mode.COMPLETION},
    "workflow": {App.Mode.WORKFLOW},
}


class Offers:
    """Of no workspace it is empty. SQL."""

    def __init__(self, workspace_id: str = "") -> None:
        self.workspace_id = workspace_id

    @cached_property
    def installed(self) -> list[Installation]:
        return installed(self.workspace_id) if self.workspace_id else []

    @cached_property
    def models(self) -> list[Choice]:
        return [one for row in self.installed for one in models(row, row.package.declaration.get("model") or {})]

    @cached_property
    def tools(self) -> list[Choice]:
        return [
            one for row in self.installed for one in identified(row, row.package.declaration.get("tool") or {}, "tools")
        ]

    @cached_property
    def apps(self) -> list[App]:
        return list(App.objects.filter(workspace_id=self.workspace_id)) if self.workspace_id else []

    def models_for(self, scope: str) -> list[Choice]:
        """Those of a schema's scope: a type of model, a feature that it must have, or both as in `llm&vision`."""
        wanted = {part.strip() for part in scope.split("&")} - {"", "all"}
        kinds, features = wanted & MODEL_TYPES, wanted - MODEL_TYPES
        return [
            one
            for one in self.models
            if (not kinds or one.kind in kinds) and features <= set(one.declared.get("features") or features)
        ]

    def apps_for(self, scope: str) -> list[App]:
        modes = APP_MODES.get(scope)
        return [one for one in self.apps if modes is None or one.mode in modes]


NOTHING = Offers()
