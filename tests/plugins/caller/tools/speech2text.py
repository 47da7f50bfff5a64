import io
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.speech2text import Speech2TextModelConfig
from dify_plugin.entities.tool import ToolInvokeMessage


class Speech2TextTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = Speech2TextModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-speech2text"),
        )
        heard = self.session.model.speech2text.invoke(config, io.BytesIO(str(tool_parameters["text"]).encode()))
        yield self.create_text_message(heard)
