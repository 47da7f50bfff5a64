"""Patches that make the SDK faster: the same bytes, whatever is written, read and loaded; on every release where they apply."""

import os
import subprocess
from pathlib import Path

import orjson
import pytest
import yaml

from runtime import companion
from runtime.companion import hastening, patching
from tests import sdk
from tests.runtime.test_companion import AT_HAND, comparable, every_release, of, plugin, said, started  # noqa: F401
from tests.sdk import tool

FAST = ("reading", "writing", "sessions", "loading")
EVERY = (*FAST, "parsing", "pooling", "cancel")


@every_release
async def test_the_bytes_are_those_of_the_plain_sdk(plugin: tuple[Path, Path]) -> None:  # noqa: F811
    announced, patched = await said(plugin, *EVERY)
    _, plain = await said(plugin)
    assert [orjson.loads(line)["data"] for line in announced] == [dict.fromkeys(EVERY, "")]
    assert [comparable(line) for line in patched] == [comparable(line) for line in plain]
    assert len(plain) > 10


async def test_patches_of_one_function_stand_around_each_other() -> None:
    """`cancel` and `writing` both have to do with `put`; in whatever order they are named."""
    waiting = tool("stream", "echo", count=1_000_000)
    async with started((sdk.python_for("echo"), sdk.PLUGINS / "echo"), "cancel", "writing") as raw:
        await raw.until(lambda message: message.get("event") == "heartbeat")
        raw.write(waiting.request_line())
        await raw.until(of(waiting, "stream"))
        raw.write(waiting.cancel_line())
        await raw.until(of(waiting, "end"))


def test_all_patches_have_digests() -> None:
    for name in FAST:
        patch = getattr(hastening, name.upper())
        assert patching.PATCHES[name] == f".hastening:{name.upper()}"
        assert patch.checked
        assert all(patch.checked.values())


# What an SDK writes with the patch beside what it writes without: all sorts of data, also such as cannot be written.
WRITES = """
import sys, io, dataclasses, datetime, decimal, enum, json, math, pathlib, random, uuid, collections, warnings
sys.path.append({companion!r})
warnings.simplefilter("ignore")
import dify_plugin
from companion import patching
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from dify_plugin.core.server.__base.writer_entities import Event
from dify_plugin.core.entities.message import SessionMessage
from dify_plugin.entities.tool import ToolInvokeMessage
from typing import Any
from pydantic import BaseModel, ConfigDict, RootModel, SecretStr, field_serializer, model_serializer

class Colour(enum.Enum):
    RED = "red"

class Number(enum.IntEnum):
    ONE = 1

class Inner(BaseModel):
    at: datetime.datetime = datetime.datetime(2026, 1, 2)
    raw: bytes = b"abc"
    model_config = ConfigDict(ser_json_bytes="base64", ser_json_inf_nan="constants")
    ratio: float = math.nan
    @field_serializer("raw", when_used="json")
    def of_raw(self, value):
        return "only as JSON"

class Odd(BaseModel):
    any: Any = None
    @model_serializer(mode="wrap")
    def whole(self, go):
        return go(self) | {{"inner": Inner()}}

class Rooted(RootModel):
    root: list[int] = [1, 2]

@dataclasses.dataclass
class Point:
    x: int = 1
    inner: Any = None

VALUES = [None, True, 1, 10**30, -0.0, 1e22, 0.1, math.nan, math.inf, "é\\u2028\\x00\\U0001f600", "\\ud800", b"raw", b"\\xff",
    Colour.RED, Number.ONE, datetime.date(2026, 1, 2), datetime.timedelta(1), decimal.Decimal("1.10"),
    uuid.UUID(int=5), pathlib.Path("/x"), (1, 2), {{3}}, frozenset(), collections.deque([1]),
    collections.OrderedDict(a=1), Point(), Point(2, Inner()),
    Inner(), Odd(), Rooted(), SecretStr("s"), object(), print, range(3),
    {{1: 2}}, {{None: 1}}, {{(1,): 2}}, {{"a": Inner()}}, [Inner()],
    ToolInvokeMessage(type="text", message=ToolInvokeMessage.TextMessage(text="x")), Exception("e"), complex(1, 2), type]

def shapes():
    for value in VALUES:
        yield value
        yield {{"v": value}}
        yield {{"status": 200, "headers": {{"X-A": value, "é": "1"}}, "result": "6162"}}
        yield {{"a": {{"b": [value, value]}}}}
        if not isinstance(value, BaseModel):
            yield Odd(any=value)
            yield Odd(any={{"x": [value]}})

def written(writer, make, value, session):
    sys.stdout = io.StringIO()
    try:
        made = make(writer, value)
        writer.session_message(session, made)
        writer.session_message(session, None)
        return sys.stdout.getvalue()
    except Exception as error:
        return sys.stdout.getvalue() + type(error).__name__ + str(error)
    finally:
        sys.stdout = sys.__stdout__

MAKES = [lambda w, v: w.stream_object(v), lambda w, v: w.stream_invoke_object(v), lambda w, v: w.stream_error_object(v),
    lambda w, v: w.stream_end_object(), lambda w, v: v, lambda w, v: w.stream_object(v).model_dump(),
    lambda w, v: json.loads(w.stream_end_object().model_dump_json()), lambda w, v: w.stream_end_object().to_dict(),
    lambda w, v: {{"is": [isinstance(w.stream_end_object(), SessionMessage), w.stream_end_object().type]}}]

def everything():
    return [written(StdioResponseWriter(), make, value, session)
            for session in ("s", None, 5, "é") for value in shapes() for make in MAKES]

before = everything()
told = patching.applied(["writing"])
after = everything()
different = [(one, two) for one, two in zip(before, after) if one != two]
print(json.dumps([told, len(before), different[:5]]))
"""


@pytest.mark.parametrize("name", AT_HAND.values())
def test_whatever_is_written_is_written_in_the_same_bytes(name: str) -> None:
    text = WRITES.format(companion=str(Path(companion.__file__).parent.parent))
    done = subprocess.run([str(sdk.python_for(name)), "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told, count, different = orjson.loads(done.stdout)
    assert told == {"writing": ""}
    assert count > 5000
    assert different == []


SESSIONS = """
import sys, json
sys.path.append({companion!r})
import dify_plugin
from companion import patching
from dify_plugin.core.runtime import Session
def made():
    return Session(session_id="s", executor=None, reader=None, writer=None)
NAMES = ("model", "tool", "app", "workflow_node", "storage", "file")
def kinds(session):
    return {{name: type(getattr(session, name)).__name__ for name in NAMES}}
def told_of():
    return [kinds(made()), wrong(made()), hasattr(made(), "storage"), made().model.llm.session.session_id]
def wrong(session):
    try:
        session.nothing
    except AttributeError as error:
        return str(error)
before = told_of()
told = patching.applied(["sessions"])
session = made()
same = session.storage is session.storage and session.model is session.model
print(json.dumps([told, before, told_of(), same, "storage" in vars(made())]))
"""


@pytest.mark.parametrize("name", AT_HAND.values())
def test_sessions_have_all_that_they_had_when_it_is_asked_for(name: str) -> None:
    text = SESSIONS.format(companion=str(Path(companion.__file__).parent.parent))
    done = subprocess.run([str(sdk.python_for(name)), "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told, before, after, same, at_once = orjson.loads(done.stdout)
    assert told == {"sessions": ""}
    assert before == after
    assert same
    assert not at_once


ODD_YAML = [
    "a: 1\nb: [x, 'y', \"z\\u263a\"]\nc: {d: ~, e: 0x1f, f: 0o7, g: 1_000, h: 1e3, i: .inf, j: 12:30:45}\n",
    "a: yes\nb: On\nc: no\nd: 2026-01-02\ne: 2026-01-02T03:04:05Z\nf: 010\n",
    "a: |\n  text\n    more\n\n  end\nb: >-\n  folded\n  line\n\n  next\nc: |+\n  kept\n\n",
    "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n",
    "a: 1\na: 2\n",
    "a: 'it''s'\nb: \"\\x41\\n\\t\\\"\"\n",
    "\ta: 1\n",
    "a:\t1\n",
    "a: b: c\n",
    "a: [1, 2\n",
    "- a\n -b\n",
    "a: !!python/object:os.system x\n",
    "a: 😀 — ünï\n# comment\nb: 1 # more\n",
    "%YAML 1.1\n---\na: 1\n",
    "a: 1\n---\nb: 2\n",
    "{a:b}\n",
    "a: {b:c, d: [e:f]}\n",
    "? a\n: b\n",
    "",
    "# nothing\n",
    "a: @x\n",
    "a: `x\n",
    "a: 'x\n\n  y'\nb: x\n  y\n",
    "a: http://x.y:80/z#q\nb: a#b\nc: 'a #b' # c\n",
    "\ufeffa: 1\n",
    "a: \x07\n",
]


def both(text: str, folder: Path) -> tuple[str, str]:
    """What the two parsers make of a text, or what is said instead; a file is read, as messages have its name."""
    path = folder / "one.yaml"
    path.write_bytes(text.encode())

    def by(load) -> str:
        with path.open(encoding="utf-8") as file:
            try:
                return repr(load(file))
            except Exception as error:
                return f"{type(error).__name__}: {error}"

    return by(yaml.safe_load), by(hastening.Yaml(yaml).safe_load)


@pytest.mark.parametrize("number", range(len(ODD_YAML)))
def test_declarations_are_read_in_the_same_way(number: int, tmp_path: Path) -> None:
    plain, faster = both(ODD_YAML[number], tmp_path)
    assert faster == plain


@pytest.mark.timeout(1800)  # thousands of official ones, by the slow parser as well
def test_all_declarations_at_hand_are_read_in_the_same_way(tmp_path: Path) -> None:
    roots = [sdk.PLUGINS, sdk.ROOT / "examples"]
    if official := os.environ.get("OFFICIAL_PLUGINS"):
        roots.append(Path(official))
    files = [path for root in roots for path in (*root.rglob("*.yaml"), *root.rglob("*.yml"))]
    assert len(files) > 20
    differing = []
    for path in files:
        plain, faster = both(path.read_text(encoding="utf-8", errors="replace"), tmp_path)
        if plain != faster:
            differing.append(path)
    assert differing == []
