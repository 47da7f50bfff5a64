from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.text_embedding import (
    MultiModalContent,
    MultiModalContentType,
    MultiModalEmbeddingModelConfig,
    TextEmbeddingModelConfig,
)
from dify_plugin.entities.tool import ToolInvokeMessage


class EmbeddingTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        text, embedding = str(tool_parameters["text"]), self.session.model.text_embedding
        named = {
            "provider": str(tool_parameters.get("provider") or "patchbay/model/fake"),
            "model": str(tool_parameters.get("model") or "fake-embedding"),
        }
        if tool_parameters.get("multimodal"):
            content = MultiModalContent(content=text, content_type=MultiModalContentType.TEXT)
            result = embedding.invoke_multimodal(
                MultiModalEmbeddingModelConfig(**named, tenant_id="ignored"), [content]
            )
        else:
            result = embedding.invoke(TextEmbeddingModelConfig(**named), [text])
        yield self.create_json_message({"embeddings": result.embeddings, "tokens": result.usage.total_tokens})
