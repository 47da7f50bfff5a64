from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

from tools.calendar_days import day, following, holidays, is_worked

LONGEST = 40_000  # days


class BetweenTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        try:
            start, end = day(tool_parameters.get("start")), day(tool_parameters.get("end"))
            free = holidays(tool_parameters.get("holidays"))
        except ValueError:
            yield self.create_text_message("Write dates as 2026-11-25.")
            return
        if end < start or (end - start).days > LONGEST:
            yield self.create_text_message("The last date must come after the first, at most a hundred years later.")
            return
        count, here = 0, start
        while here < end:
            here = following(here)
            count += is_worked(here, free)
        yield self.create_text_message(f"{count} working days from {start} to {end}.")
        yield self.create_json_message({"days": count, "start": str(start), "end": str(end)})
