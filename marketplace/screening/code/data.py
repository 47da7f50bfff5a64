"""Files of data that the package has, and texts of data in its code: what is read from them is known."""

import ast
import json
import tomllib
from collections.abc import Callable
from typing import Any

import yaml

from .frames import Frame
from .paths import PLUGIN, absolute
from .program import Program
from .sites import CallSite
from .values import NOTHING, Value, constant, either, ref

_LARGEST = 65_536  # characters of a file, or a text, that is looked into
_ALL = 500_000  # characters of all that are read
_MOST, _FAR = 2_000, 8  # things of one file that are kept, and how deep they may lie
_LINES = 16
OPENED = "R:"  # and the path of a file of data that was opened


def own_file(program: Program, path: Value) -> Value:
    """The file of the package that is opened; nothing if the path is not known, or it has no such file."""
    return ref(*(f"{OPENED}{name}" for text in path.texts() if (name := _own(program, text))))


def own_text(program: Program, path: Value) -> Value:
    """What stands in the file of the package that the path names."""
    return either(_content(program, name) for text in path.texts() if (name := _own(program, text)))


def _own(program: Program, path: str) -> str:
    name = absolute(path).removeprefix(f"{PLUGIN}/") if len(path) < 1000 else ""
    return name if name in program.data else ""


def _content(program: Program, name: str) -> Value:
    content = program.data.get(name, b"")
    return constant(content.decode(errors="replace"), "file") if len(content) <= _LARGEST else NOTHING


def read_opened(frame: Frame, site: CallSite, one: str) -> Value:
    """What a method of an opened file gives."""
    name, _, method = one.removeprefix(OPENED).rpartition(".")
    content = _content(frame.program, name)
    if method in ("read", "readline"):
        return content
    if method == "readlines":
        return either(constant(tuple(text.splitlines()), "file") for text in content.texts())
    return ref(f"{OPENED}{name}") if method == "__enter__" else NOTHING.labelled("file")


def lines_of(program: Program, opened: str) -> Value:
    """The lines of an opened file, of which any may come."""
    texts = _content(program, opened.removeprefix(OPENED)).texts()
    return either(constant(line, "file") for text in texts for line in text.splitlines()[:_LINES])


def _yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 -- either of the two is a safe one


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_READERS: dict[str, Callable[[str], Any]] = {
    "json.load": json.loads,
    "json.loads": json.loads,
    "orjson.loads": json.loads,
    "yaml.safe_load": _yaml,
    "yaml.load": _yaml,
    "yaml.full_load": _yaml,
    "tomllib.load": tomllib.loads,
    "tomllib.loads": tomllib.loads,
    "ast.literal_eval": ast.literal_eval,
}


def _read(frame: Frame, site: CallSite) -> Value:
    given = site.argument(0, "fp", "s", "stream")
    opened = either(_content(frame.program, one.removeprefix(OPENED)) for one in given.refs if one.startswith(OPENED))
    name = next(iter(site.names & _READERS.keys()), "")
    taints = given.taints | opened.taints
    found = NOTHING
    for text in sorted({*opened.texts(), *given.texts()})[:4]:
        found |= _parsed(frame, site, text, read=_READERS.get(name, json.loads))
    return (found | ref(f"{name}()")).labelled(*taints)


def _parsed(frame: Frame, site: CallSite, text: str, *, read: Callable[[str], Any]) -> Value:
    parsed = frame.program.parsed
    if (text, read) not in parsed and sum(len(one) for one, _ in parsed) + len(text) <= _ALL:
        try:
            parsed[text, read] = read(text)
        except Exception:  # each reader refuses what is not its own in its own way
            parsed[text, read] = None
    holder = f"D:{frame.module.name}:{site.line}:{site.node.col_offset}:data"
    return _held(frame.program, holder, parsed.get((text, read)), left=[_MOST])


def _held(program: Program, holder: str, value: Any, *, left: list[int], depth: int = 0) -> Value:
    """Lists and mappings as containers; of what is large or lies deep only a part."""
    left[0] -= 1
    if left[0] < 0 or depth > _FAR:
        return NOTHING
    if isinstance(value, str | bytes | int | float):
        return constant(value)
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, part in parts:
        program.bind(holder, str(key), _held(program, f"{holder}/{key}", part, left=left, depth=depth + 1))
    return ref(holder) if isinstance(value, dict | list | tuple) else NOTHING


SPECIAL: dict[str, Callable[[Frame, CallSite], Value]] = dict.fromkeys(_READERS, _read)
GETTERS: dict[str, Callable[[Frame, CallSite, str], Value]] = {OPENED[:-1]: read_opened}
