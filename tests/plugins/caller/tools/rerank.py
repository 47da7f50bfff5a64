from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.model.rerank import RerankModelConfig
from dify_plugin.entities.tool import ToolInvokeMessage


class RerankTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        config = RerankModelConfig(
            provider=str(tool_parameters.get("provider") or "patchbay/model/fake"),
            model=str(tool_parameters.get("model") or "fake-rerank"),
            score_threshold=0.0,
            top_n=3,
        )
        result = self.session.model.rerank.invoke(config, list(tool_parameters["texts"]), str(tool_parameters["query"]))
        yield self.create_json_message({"texts": [doc.text for doc in result.docs]})
