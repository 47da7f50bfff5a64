from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities import I18nObject, ParameterOption
from dify_plugin.entities.tool import ToolInvokeMessage

SHELVES = {"books": ["Emma", "Ulysses"], "films": ["Alien"]}


class ListTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        shelf = str(tool_parameters["shelf"])
        yield self.create_json_message(
            {
                "items": SHELVES[shelf],
                "with": self.runtime.credential_type.value,
                "token": self.runtime.credentials.get("access_token"),
            }
        )

    def _fetch_parameter_options(self, parameter: str) -> list[ParameterOption]:
        if not self.runtime.credentials.get("access_token"):
            raise PermissionError("sign in first")
        return [
            ParameterOption(
                value=value, label=I18nObject(en_US=value.capitalize()), icon="https://example.org/shelf.png"
            )
            for value in SHELVES
        ]
