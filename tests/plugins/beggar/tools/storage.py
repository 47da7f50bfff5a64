from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class StorageTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        storage, key = self.session.storage, str(tool_parameters["key"])
        value = str(tool_parameters.get("value") or "").encode()
        match tool_parameters.get("operation") or "cycle":
            case "set":
                yield self.create_json_message({"set": storage.set(key, value) is None})
            case "get":
                yield self.create_json_message({"value": storage.get(key).decode()})
            case "exist":
                yield self.create_json_message({"exist": storage.exist(key)})
            case "delete":
                yield self.create_json_message({"deleted": storage.delete(key) is None})
            case "fill":
                storage.set(key, b"x" * int(tool_parameters.get("size") or 0))
                yield self.create_json_message({"size": len(storage.get(key))})
            case _:
                storage.set(key, value)
                same, there = storage.get(key) == value, storage.exist(key)
                storage.delete(key)
                yield self.create_json_message({"same": same, "there": there, "there_still": storage.exist(key)})
