from typing import Any

from dify_plugin import OAICompatLargeLanguageModel


class CompatibleLargeLanguageModel(OAICompatLargeLanguageModel):
    """The SDK's own client, which real model plugins are built on."""

    def _invoke(self, model: str, credentials: dict[str, Any], *args: Any, **named: Any) -> Any:
        return super()._invoke(model, {"mode": "chat", **credentials}, *args, **named)
