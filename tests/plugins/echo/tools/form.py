from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities import I18nObject, ParameterOption
from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic import TypeAdapter

OPTIONS = {"one": "One", "two": "Two", "three": "Three"}


class FormTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        # files arrive as objects of the SDK
        yield self.create_json_message(TypeAdapter(dict[str, Any]).dump_python(tool_parameters, mode="json"))

    def _fetch_parameter_options(self, parameter: str) -> list[ParameterOption]:
        if parameter != "dynamic":
            raise ValueError(f"{parameter} has no options to fetch")
        return [
            ParameterOption(value=value, label=I18nObject(en_US=label), icon=None) for value, label in OPTIONS.items()
        ]
