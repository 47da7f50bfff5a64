import os
import sys
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class FailTool(Tool):
    """raise: an error at once; raise_midway: after one chunk; exit: the process ends with status 3;
    stderr: writes a line there and answers; stdout: a line that is no JSON, then answers;
    big_line: a line of `size` bytes that is no JSON, then answers."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        how = str(tool_parameters.get("how") or "raise")
        if how == "raise":
            raise ValueError("failed as asked")
        if how == "raise_midway":
            yield self.create_text_message("first")
            raise ValueError("failed midway as asked")
        if how == "exit":
            print("leaving as asked", file=sys.stderr, flush=True)
            os._exit(3)
        if how == "stderr":
            print("a line on stderr", file=sys.stderr, flush=True)
        elif how == "stdout":
            print("this is not JSON", flush=True)
        elif how == "big_line":
            sys.stdout.write("y" * int(tool_parameters.get("size") or 8 << 20) + "\n")
            sys.stdout.flush()
        yield self.create_text_message(f"survived {how}")
