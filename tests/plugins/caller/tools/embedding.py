from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.text_embedding import TextEmbeddingModelConfig
from dify_plugin.entities.tool import ToolInvokeMessage


class EmbeddingTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = TextEmbeddingModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-embedding"),
        )
        result = self.session.model.text_embedding.invoke(config, [str(tool_parameters["text"])])
        yield self.create_json_message({"embeddings": result.embeddings, "tokens": result.usage.total_tokens})
