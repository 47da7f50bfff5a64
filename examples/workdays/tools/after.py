from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

from tools.calendar_days import day, following, holidays, is_worked


class AfterTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        try:
            start, free = day(tool_parameters.get("start")), holidays(tool_parameters.get("holidays"))
            days = int(tool_parameters.get("days") or 0)
        except ValueError:
            yield self.create_text_message("Write dates as 2026-11-25, and a whole number of days.")
            return
        if not 1 <= days <= 1000:
            yield self.create_text_message("Give from 1 to 1000 days.")
            return
        left, here = days, start
        while left:
            here = following(here)
            left -= is_worked(here, free)
        yield self.create_text_message(f"{days} working days after {start} is {here:%A}, {here}.")
        yield self.create_json_message({"date": str(here), "start": str(start), "days": days})
