from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage
from dify_plugin.entities.workflow_node import ClassConfig, ModelConfig, ParameterConfig


class NodeTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        model = ModelConfig(provider="patchbay/model/fake", name="fake-chat", completion_params={})
        query, nodes = str(tool_parameters["query"]), self.session.workflow_node
        if tool_parameters.get("kind") == "classify":
            classes = [ClassConfig(id="1", name="praise"), ClassConfig(id="2", name="blame")]
            answer = nodes.question_classifier.invoke(classes, model, query)
        else:
            wanted = [ParameterConfig(name="city", type="string", description="A city", required=True)]
            answer = nodes.parameter_extractor.invoke(wanted, model, query)
        yield self.create_json_message(answer.model_dump(mode="json"))
