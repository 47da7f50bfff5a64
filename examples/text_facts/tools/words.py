import re
from collections import Counter
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

WORD = re.compile(r"[^\W\d_]{3,}")


class WordsTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        words = Counter(word.casefold() for word in WORD.findall(str(tool_parameters.get("text") or "")))
        most = min(max(int(tool_parameters.get("most") or 10), 1), 50)
        found = words.most_common(most)
        yield self.create_text_message("\n".join(f"{count} × {word}" for word, count in found) or "There are no words.")
        yield self.create_json_message({"words": [{"word": word, "count": count} for word, count in found]})
