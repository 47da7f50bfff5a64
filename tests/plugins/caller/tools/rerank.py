from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.rerank import MultiModalRerankModelConfig, RerankModelConfig
from dify_plugin.entities.model.text_embedding import MultiModalContent, MultiModalContentType
from dify_plugin.entities.tool import ToolInvokeMessage


class RerankTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        query, texts, rerank = str(tool_parameters["query"]), list(tool_parameters["texts"]), self.session.model.rerank
        named = {
            "provider": str(tool_parameters.get("provider") or "patchbay/model/fake"),
            "model": str(tool_parameters.get("model") or "fake-rerank"),
            "score_threshold": 0.0,
            "top_n": 3,
        }
        if tool_parameters.get("multimodal"):
            asked, *docs = [
                MultiModalContent(content=one, content_type=MultiModalContentType.TEXT) for one in (query, *texts)
            ]
            result = rerank.invoke_multimodal(MultiModalRerankModelConfig(**named), asked, docs)
        else:
            result = rerank.invoke(RerankModelConfig(**named), texts, query)
        yield self.create_json_message({"texts": [str(doc.text) for doc in result.docs]})
