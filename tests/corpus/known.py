"""Calls of which the right answer is known, by the plugin's name."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.corpus.calls import Call

Chunks = list[Any]
MANY, SIZE = 10_000, 16  # chunks of a stream, characters in one


@dataclass(frozen=True, slots=True)
class Known:
    call: Call
    right: Callable[[Chunks], bool]


def tool(name: str, right: Callable[[Chunks], bool], **parameters: Any) -> Known:
    provider, _, tool = name.partition("/")
    data = {"provider": provider, "tool": tool, "tool_parameters": parameters, "credentials": {}}
    return Known(Call("tool/invoke", data, tool), right)


def says(text: str) -> Callable[[Chunks], bool]:
    """Whether one of the messages holds the text."""
    return lambda chunks: any(text in json.dumps(chunk["message"], ensure_ascii=False) for chunk in chunks)


def all_there(chunks: Chunks) -> bool:
    return [chunk["message"].get("text") for chunk in chunks] == [SIZE * "x"] * MANY


def in_order(chunks: Chunks) -> bool:
    """Whether all numbers came, each once and in order."""
    heads = [str(chunk["message"].get("text")).partition(":")[0] for chunk in chunks]
    return heads == [str(number) for number in range(MANY)]


def an_image(chunks: Chunks) -> bool:
    """Whether a PNG came; the SDK sends files in pieces."""
    return any(str(chunk["message"].get("blob")).startswith("iVBOR") for chunk in chunks)


PAPER = '{"title": "Patchbay", "parts": [{"name": "market"}, {"name": "runtime"}]}'
KNOWN = {
    "json_process": tool("json_process/parse", says("runtime"), content=PAPER, json_filter="$.parts[1].name"),
    "regex": tool("regex/regex_extract", says("['17', '42']"), content="17 and 42", expression=r"\d+"),
    "maths": tool("maths/eval_expression", says(" is 14"), expression="2 * (3 + 4)"),
    "qrcode": tool("qrcode/qrcode_generator", an_image, content="patchbay", error_correction="M", border=2, box_size=4),
    "echo": tool("echo/stream", in_order, count=MANY, size=SIZE),
    "echo_old": tool("echo_old/stream", all_there, count=MANY, size=SIZE),
}
