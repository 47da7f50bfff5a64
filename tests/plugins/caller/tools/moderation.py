from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.moderation import ModerationModelConfig
from dify_plugin.entities.tool import ToolInvokeMessage


class ModerationTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = ModerationModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-moderation"),
        )
        unsafe = self.session.model.moderation.invoke(config, str(tool_parameters["text"]))
        yield self.create_json_message({"unsafe": unsafe})
