from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class CrowdTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        def once(number: int) -> bool:
            key = f"crowd-{number}"
            self.session.storage.set(key, key.encode())
            same = self.session.storage.get(key) == key.encode()
            self.session.storage.delete(key)
            return same

        with ThreadPoolExecutor(max_workers=10) as pool:
            same = list(pool.map(once, range(int(tool_parameters.get("count", 10)))))
        yield self.create_json_message({"count": len(same), "same": all(same)})
