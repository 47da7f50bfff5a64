import re
from collections.abc import Generator
from math import ceil
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
SENTENCE = re.compile(r"[.!?。！？]+(?:\s|$|(?<=[。！？]))")
WORDS_A_MINUTE, IDEOGRAPHS_A_MINUTE = 220, 350


class CountTool(Tool):
    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        text = str(tool_parameters.get("text") or "")
        ideographs = len(IDEOGRAPH.findall(text))
        words = len(WORD.findall(IDEOGRAPH.sub(" ", text))) + ideographs
        sentences = max(len(SENTENCE.findall(text)), 1 if text.strip() else 0)
        minutes = (words - ideographs) / WORDS_A_MINUTE + ideographs / IDEOGRAPHS_A_MINUTE
        facts = {"words": words, "characters": len(text), "sentences": sentences, "minutes": ceil(minutes)}
        yield self.create_text_message(
            f"{words} words, {len(text)} characters, {sentences} sentences; {ceil(minutes)} minutes to read."
        )
        yield self.create_json_message(facts)
