"""What a plugin answers, as blocks for a page: the same blocks whole, or as steps that a script applies as they come.

A step is {do: add | text | swap | end, …}; HTML in steps is rendered here, so that there is one way to show each message.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import orjson
from django.template.loader import render_to_string

from runtime.errors import RuntimeFault
from runtime.wire import ERROR, GONE, STREAM, Frame

Step = dict[str, Any]
Message = dict[str, Any]

LARGEST_BLOB = 30 * 1024 * 1024  # bytes, as Dify's client has it (protocol.md 6.5)
LARGEST_SHOWN = 200_000  # characters of JSON on the page
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


@dataclass(slots=True)
class Block:
    """One thing on the page. `words` are pieces of text that grow; `inside` are blocks of a log's tree."""

    id: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    inside: list["Block"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def html(self, part: str = "") -> str:
        return render_to_string(f"run/block.html{part}", {"block": self})


@dataclass(slots=True)
class Blob:
    """A file that comes in pieces."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0


class Answer:
    """Hears the frames of a call and keeps what they amount to. Its methods return the steps that show it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.logs: dict[str, Block] = {}
        self.variables: dict[str, Block] = {}
        self.blobs: dict[str, Blob] = {}
        self.count = 0
        self.failed = False
        self.began = monotonic()

    @property
    def seconds(self) -> str:
        return f"{monotonic() - self.began:.1f}"

    def hear(self, frames: Iterable[Frame]) -> list[Step]:
        steps: list[Step] = []
        for kind, payload in frames:
            if kind == STREAM:
                heard = self.guarded(orjson.loads(payload))
            elif kind in (ERROR, GONE):
                heard = self.error(orjson.loads(payload))
            else:
                continue
            for step in heard:
                join(steps, step)
        return steps

    def guarded(self, message: Any) -> list[Step]:
        """Plugins can say anything: what has not the shape of its kind is shown as the JSON that it is."""
        try:
            return self.message(message)
        except (AttributeError, KeyError, TypeError, ValueError):
            return self.json(message)

    def message(self, message: Any) -> list[Step]:
        """One chunk: a tool's message (protocol.md 6.5), a model's (6.4), or an object of another action."""
        if not isinstance(message, dict):
            return self.json(message)
        if "delta" in message:
            return self.chunk(message["delta"] or {})
        kind = HEARD.get(str(message.get("type")))
        if kind is None or not isinstance(message.get("message"), dict):
            return self.json(message)
        return kind(self, message["message"], message.get("meta") or {})

    def end(self) -> list[Step]:
        return [{"do": "end", "failed": self.failed, "seconds": self.seconds}]

    # Blocks.

    def add(self, kind: str, /, *, inside: Block | None = None, **data: Any) -> tuple[Block, Step]:
        self.count += 1
        block = Block(f"said-{self.count}", kind, data)
        (inside.inside if inside else self.blocks).append(block)
        return block, {"do": "add", "into": f"{inside.id}-tree" if inside else "", "html": block.html()}

    def shown(self, kind: str, /, **data: Any) -> list[Step]:
        return [self.add(kind, **data)[1]]

    def grow(self, block: Block, text: str) -> Step:
        block.words.append(text)
        return {"do": "text", "id": block.id, "text": text}

    def text(self, text: str) -> list[Step]:
        """Text that follows text belongs to it."""
        if not text:
            return []
        if self.blocks and self.blocks[-1].kind == "text":
            return [self.grow(self.blocks[-1], text)]
        block, step = self.add("text")
        return [step, self.grow(block, text)]

    def json(self, value: Any) -> list[Step]:
        return self.shown("json", code=pretty(value))

    def error(self, payload: Any) -> list[Step]:
        """A sentence, with the plugin's traceback to unfold."""
        self.failed = True
        said = payload if isinstance(payload, dict) else {"message": payload}
        args = said.get("args")
        details: dict[str, Any] = dict(args) if isinstance(args, dict) else {}
        sentence = str(details.get("description") or said.get("message") or "It failed without saying why.")
        trace = str(details.pop("traceback", "") or "")
        more = {name: value for name, value in details.items() if value not in ("", None, {}, sentence)}
        kind = str(said.get("error_type") or "")
        return self.shown("error", sentence=sentence, kind=kind, trace=trace, more=pretty(more) if more else "")

    def fault(self, fault: RuntimeFault) -> list[Step]:
        return self.error({"message": fault.message, "args": fault.details or {}})

    # Tools' messages.

    def text_message(self, said: Message, _: Message) -> list[Step]:
        return self.text(str(said.get("text") or ""))

    def json_message(self, said: Message, _: Message) -> list[Step]:
        return self.json(said.get("json_object"))

    def link(self, said: Message, _: Message) -> list[Step]:
        address = str(said.get("text") or "")
        return self.shown("link", address=address, safe=address.startswith(("https://", "http://", "mailto:")))

    def image_link(self, said: Message, meta: Message) -> list[Step]:
        """Images of other servers are not loaded: opening them is the reader's choice."""
        address = str(said.get("text") or "")
        if address.startswith("data:image/"):
            return self.shown("image", source=address, name="image")
        return self.link(said, meta)

    def blob(self, said: Message, meta: Message) -> list[Step]:
        return self.file(decoded(said.get("blob")), meta)

    def blob_chunk(self, said: Message, meta: Message) -> list[Step]:
        """The end of a blob carries no data of its own (protocol.md 6.5)."""
        name = str(said.get("id"))
        blob = self.blobs.setdefault(name, Blob())
        if said.get("end"):
            del self.blobs[name]
            return self.file(b"".join(blob.pieces), meta) if blob.size <= LARGEST_BLOB else too_large(self)
        piece = decoded(said.get("blob"))
        blob.size += len(piece)
        if blob.size <= LARGEST_BLOB:
            blob.pieces.append(piece)
        else:
            blob.pieces.clear()
        return []

    def file(self, content: bytes, meta: Message) -> list[Step]:
        if len(content) > LARGEST_BLOB:
            return too_large(self)
        media_type = str(meta.get("mime_type") or "application/octet-stream")
        harmless = media_type if media_type in IMAGES else "application/octet-stream"
        source = f"data:{harmless};base64,{base64.b64encode(content).decode()}"
        name = str(meta.get("filename") or meta.get("file_name") or "file")
        kind = "image" if media_type in IMAGES else "file"
        return self.shown(kind, source=source, name=name, size=len(content), media_type=media_type)

    def variable(self, said: Message, _: Message) -> list[Step]:
        name, value = str(said.get("variable_name")), said.get("variable_value")
        block = self.variables.get(name)
        if said.get("stream"):
            steps = []
            if block is None:
                block, step = self.add("variable", name=name)
                self.variables[name] = block
                steps.append(step)
            return [*steps, self.grow(block, str(value))]
        text = value if isinstance(value, str) else pretty(value)
        if block is not None:
            block.words = [text]
            return [{"do": "swap", "id": block.id, "html": block.html()}]
        self.variables[name], step = self.add("variable", name=name)
        return [step, self.grow(self.variables[name], text)]

    def log(self, said: Message, _: Message) -> list[Step]:
        """A node of a tree: said again with the same id, it is the same one in another state."""
        name = str(said.get("id"))
        shown = {
            "label": str(said.get("label") or "log"),
            "status": str(said.get("status") or ""),
            "error": str(said.get("error") or ""),
            "code": pretty(said["data"]) if said.get("data") else "",
            "facts": log_facts(said.get("metadata")),
        }
        if block := self.logs.get(name):
            block.data = shown
            return [{"do": "swap", "id": f"{block.id}-head", "html": block.html("#head")}]
        parent = self.logs.get(str(said.get("parent_id") or ""))
        self.logs[name], step = self.add("log", inside=parent, **shown)
        return [step]

    def resources(self, said: Message, _: Message) -> list[Step]:
        found = [one for one in said.get("retriever_resources") or () if isinstance(one, dict)]
        return self.shown("resources", found=found, context=str(said.get("context") or ""))

    # Models' chunks.

    def chunk(self, delta: Message) -> list[Step]:
        message = delta.get("message") or {}
        content = message.get("content") or ""
        parts = content if isinstance(content, list) else [{"type": "text", "data": content}]
        steps: list[Step] = []
        for part in parts:
            steps += self.text(str(part.get("data") or "")) if part.get("type") == "text" else self.json(part)
        for call in message.get("tool_calls") or ():
            steps += self.json({"tool_call": call})
        if usage := delta.get("usage"):
            steps += self.shown("usage", usage=usage, finish_reason=delta.get("finish_reason") or "")
        return steps


HEARD: dict[str, Callable[[Answer, Message, Message], list[Step]]] = {
    "text": Answer.text_message,
    "json": Answer.json_message,
    "link": Answer.link,
    "image": Answer.image_link,
    "image_link": Answer.image_link,
    "binary_link": Answer.link,
    "file": Answer.link,
    "blob": Answer.blob,
    "blob_chunk": Answer.blob_chunk,
    "variable": Answer.variable,
    "log": Answer.log,
    "retriever_resources": Answer.resources,
}


def join(steps: list[Step], step: Step) -> None:
    """Pieces of one text that come together are one step."""
    if steps and step["do"] == "text" == steps[-1]["do"] and steps[-1]["id"] == step["id"]:
        steps[-1]["text"] += step["text"]
    else:
        steps.append(step)


def too_large(answer: Answer) -> list[Step]:
    return answer.error({"message": f"A file larger than {LARGEST_BLOB >> 20} MB came; it was left out."})


def decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(str(text or ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def pretty(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return (
        text if len(text) <= LARGEST_SHOWN else f"{text[:LARGEST_SHOWN]}\n… {len(text) - LARGEST_SHOWN} more characters"
    )


def log_facts(metadata: Any) -> str:
    """What a log entry's metadata say of time and tokens, in words."""
    known = metadata if isinstance(metadata, dict) else {}
    words = []
    if isinstance(known.get("elapsed_time"), int | float):
        words.append(f"{known['elapsed_time']:.2f} s")
    if known.get("total_tokens"):
        words.append(f"{known['total_tokens']} tokens")
    if known.get("total_price"):
        words.append(f"{known['total_price']} {known.get('currency') or ''}".strip())
    return " · ".join(words)
