import re
import secrets
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

NOTATION = re.compile(r"\s*(\d{0,3})\s*[dD]\s*(\d{1,4})\s*(dl)?\s*([+-]\s*\d{1,4})?\s*")


class RollTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        wish = str(tool_parameters.get("dice") or "")
        found = NOTATION.fullmatch(wish)
        if not found or not int(found[1] or 1) or not int(found[2]):
            yield self.create_text_message(f"{wish!r} is no roll. Write 2d6+1, 4d6dl or d100.")
            return
        rolled = [secrets.randbelow(int(found[2])) + 1 for _ in range(int(found[1] or 1))]
        kept = sorted(rolled)[1:] if found[3] and len(rolled) > 1 else rolled
        extra = int((found[4] or "0").replace(" ", ""))
        total = sum(kept) + extra
        yield self.create_text_message(f"{total}: {', '.join(map(str, rolled))}{f' {extra:+}' if extra else ''}")
        yield self.create_json_message({"total": total, "rolled": rolled, "kept": kept, "extra": extra})
