"""Names and values in files of data, by the file's own grammar: what a pattern over single lines does not see."""

import base64
import binascii
import csv
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from .pairs_of_code import pairs_of_code

_LARGEST = 300_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME_KEYS = ("name", "key", "field", "id", "variable")
_VALUE_KEYS = ("value", "val", "secret", "default", "data")
_QUOTED = r"""(?:"([^"\n]{1,300})"|'([^'\n]{1,300})')"""
_NEXT = re.compile(rf"{_QUOTED}\s*,\s*{_QUOTED}")
_ATTRIBUTES = re.compile(r"""\b(?:key|name)=["']([^"']+)["']\s+value=["']([^"']+)["']""")
_QUERY = re.compile(
    r"""[?&]((?:x-)?api[_-]?key|key|(?:access|auth|api|refresh)?[_-]?token|secret|client_secret|sig|signature|passw(?:or)?d|auth)"""
    r"""=([A-Za-z0-9%+/_.~-]{12,300})""",
    re.IGNORECASE,
)
_SEMICOLONS = re.compile(
    r"""(?:^|;)\s*(Pwd|Password|AccountKey|SharedAccessKey|sig|Secret)\s*=\s*([^;'"\s]{6,300})""", re.IGNORECASE
)

_LINED = re.compile(
    r"(^|/)\.env[\w.]*$|\.(env|ini|cfg|conf|properties|sh|bash|zsh)$|(^|/)(Dockerfile|Makefile|\.npmrc|\.pypirc)[\w.]*$"
)
_SET = re.compile(
    r"^[^\S\n]*+(?:(?:export|ENV|ARG|set)[^\S\n]+)?(?P<name>[\w./:-]+)[^\S\n]*[:=][^\S\n]*+(?P<value>\S[^\n]*)$",
    re.MULTILINE,
)
_MAGIC = re.compile(r"(?m)^[^\S\n]*[%!].*$")  # lines of a notebook that are no Python

_ENVIRONMENT = re.compile(r"(?m)^\s*%(?:set_)?env\s+(\w+)[ =]\s*(\S+)\s*$")

type Pairs = Iterator[tuple[str, str]]


def documents_in(path: str, text: str) -> list[Any]:
    """What a file of data holds; nothing if it cannot be read."""
    if len(text) > _LARGEST:
        return []
    try:
        if path.endswith((".json", ".ipynb")):
            return [json.loads(text)]
        if path.endswith((".yaml", ".yml")):
            return list(yaml.load_all(text, Loader=_LOADER))
        if path.endswith((".toml", ".tfvars")) or path.rpartition("/")[2] == "Pipfile":
            return [tomllib.loads(text)]
    except (ValueError, TypeError, RecursionError, MemoryError, yaml.YAMLError):
        pass
    return []


def pairs_in(path: str, text: str, documents: list[Any] | None = None) -> Pairs:
    """(name, value) of everything that the file gives a name to; nothing from what cannot be read."""
    if len(text) > _LARGEST:
        return
    try:
        for document in documents_in(path, text) if documents is None else documents:
            yield from _cells(document) if path.endswith(".ipynb") else _held(document)
        if path.endswith(".py"):
            yield from pairs_of_code(text)
        elif _LINED.search(path):
            yield from ((one["name"], _bare(one["value"])) for one in _SET.finditer(text))
        elif path.endswith(".csv"):
            yield from _columns(text)
        elif path.endswith((".sql", ".xml", ".config", ".plist")):
            yield from ((one[0] or one[1], one[2] or one[3]) for one in _NEXT.findall(text))
            yield from _ATTRIBUTES.findall(text)
    except (ValueError, TypeError, RecursionError, MemoryError, yaml.YAMLError, csv.Error):
        return


def _cells(notebook: Any) -> Pairs:
    """Of a notebook's data, and of the code in it without the lines that are no Python."""
    yield from _held(notebook)
    for cell in notebook.get("cells") or () if isinstance(notebook, dict) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source") or ""
            text = source if isinstance(source, str) else "".join(map(str, source))
            yield from _ENVIRONMENT.findall(text)
            yield from pairs_of_code(_MAGIC.sub("", text))


def _bare(value: str) -> str:
    return re.sub(r"(?<!\s)\s+[#;].*$", "", value.strip()).strip("\"'")


def pairs_of_line(line: str) -> Pairs:
    """Parameters of addresses and of connection strings."""
    yield from _QUERY.findall(line)
    yield from _SEMICOLONS.findall(line)


def _held(value: Any, name: str = "", seen: set[int] | None = None) -> Pairs:
    """Each mapping and list once: aliases of YAML can make a small file stand for more than fits anywhere."""
    seen = set() if seen is None else seen
    if isinstance(value, dict | list):
        if id(value) in seen:
            return
        seen.add(id(value))
    if isinstance(value, dict):
        yield from _named_beside(value)
        outer = "" if any(key in value for key in _NAME_KEYS) else name  # what has a name of its own goes by that
        yield from (
            (outer, value[one].strip()) for one in ("default", "value") if outer and isinstance(value.get(one), str)
        )
        decoded = value.get("kind") == "Secret"
        if "kty" in value:  # a JSON web key: its private half has a short name
            yield from (("private_key", value[one]) for one in ("d", "k") if isinstance(value.get(one), str))
        for key, inner in value.items():
            if decoded and key == "data" and isinstance(inner, dict):
                yield from ((f"{one}", _decoded(text)) for one, text in inner.items() if isinstance(text, str))
            else:
                yield from _held(inner, str(key), seen)
    elif isinstance(value, list):
        for inner in value:
            yield from _held(inner, name, seen)
    elif isinstance(value, str) and name:
        yield name, value.strip()


def _named_beside(value: dict[Any, Any]) -> Pairs:
    """`{"name": "API_KEY", "value": "…"}`."""
    name = next((value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)), "")
    held = next((value[key] for key in _VALUE_KEYS if isinstance(value.get(key), str)), "")
    if name and held:
        yield name, held.strip()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


def _columns(text: str) -> Pairs:
    rows = list(csv.reader(text.splitlines()[:200]))
    for row in rows[1:]:
        yield from zip(rows[0], row, strict=False)
