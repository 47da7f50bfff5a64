from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.tts import TTSModelConfig
from dify_plugin.entities.tool import ToolInvokeMessage


class TTSTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = TTSModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-tts"),
            voice=str(tool_parameters.get("voice") or "calm"),
        )
        audio = b"".join(self.session.model.tts.invoke(config, str(tool_parameters["text"])))
        yield self.create_blob_message(audio, meta={"mime_type": "audio/mpeg"})
