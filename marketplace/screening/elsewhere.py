"""Requirements that stand elsewhere than in requirements files and pyproject.toml: setup files, other locks, scripts."""

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

_SETUP = frozenset(
    ["install_requires", "setup_requires", "tests_require", "extras_require", "requires", "dependencies"]
)
_INSTALL = re.compile(r"\b(?:pip3?|uv(?:\s+pip)?|poetry|pdm|pipx|conda)\s+(?:install|add)\s+([^\n;&|\"'`]+)")
_SCRIPTS = re.compile(r"(^|/)(Dockerfile[\w.-]*|Makefile|Procfile|[\w.-]+\.(sh|bash|ps1|bat|mk))$")
_INLINE = re.compile(r"^# /// script\n((?:#.*\n)+?)# ///$", re.MULTILINE)
_LOCKS = ("poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")

type Written = Iterator[tuple[str, bool]]  # a requirement as it is written, and whether it is a lock's


def written_in(path: str, text: str) -> Written:
    """Requirements in a file of one of these kinds; nothing from others, and from what cannot be read."""
    name = path.rpartition("/")[2]
    try:
        if name == "setup.py":
            yield from ((one, False) for one in _setup_calls(text))
        elif name == "setup.cfg":
            yield from ((one, False) for one in _setup_cfg(text))
        elif name in _LOCKS:
            yield from ((one, True) for one in _locked(name, text))
        elif name in ("environment.yml", "environment.yaml", "conda.yml"):
            yield from ((one, False) for one in _conda(yaml.safe_load(text)))
        elif _SCRIPTS.search(path):
            yield from ((one, False) for one in _installed(text))
        elif name.endswith(".py") and "# /// script" in text:
            yield from ((one, False) for one in _inline(text))
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, MemoryError):
        return
    except (configparser.Error, yaml.YAMLError):
        return


def _setup_calls(text: str) -> Iterator[str]:
    """What is given to `setup`, and lists of such names: they are often assigned first."""
    for node in ast.walk(ast.parse(text)):
        if (isinstance(node, ast.keyword) and node.arg in _SETUP) or (
            isinstance(node, ast.Assign) and any(_is_list_of_requirements(one) for one in node.targets)
        ):
            yield from _texts(node.value)


def _is_list_of_requirements(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and bool(
        re.search(r"requires?|requirements|deps|dependencies", target.id, re.I)
    )


def _texts(node: ast.expr) -> Iterator[str]:
    inner = node.values if isinstance(node, ast.Dict) else [node]
    for part in inner:
        for one in ast.walk(part):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield from one.value.splitlines()


def _setup_cfg(text: str) -> Iterator[str]:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.read_string(text)
    for section in found.sections():
        for key, value in found[section].items():
            if key in _SETUP or section == "options.extras_require":
                yield from value.splitlines()


def _locked(name: str, text: str) -> Iterator[str]:
    if name.endswith("Pipfile.lock"):
        document = json.loads(text)
        for group in ("default", "develop"):
            yield from (f"{one}{spec.get('version', '')}" for one, spec in (document.get(group) or {}).items())
        return
    document = tomllib.loads(text)
    for one in (*(document.get("package") or ()), *(document.get("packages") or ())):
        yield f"{one.get('name', '')}=={one.get('version', '')}"


def _conda(document: Any) -> Iterator[str]:
    for one in (document or {}).get("dependencies") or ():
        if isinstance(one, str):
            yield re.sub(r"(?<![=<>!~])=(?!=)", "==", one).partition("::")[2] or re.sub(
                r"(?<![=<>!~])=(?!=)", "==", one
            )
        elif isinstance(one, dict):
            yield from (str(part) for part in one.get("pip") or ())


def _installed(text: str) -> Iterator[str]:
    """Names behind `pip install` and the like; options, and what follows those that take a value, are left out."""
    for match in _INSTALL.finditer(text.replace("\\\n", " ")):
        words = iter(match[1].split())
        for word in words:
            if word in ("-r", "-c", "-i", "-e", "--index-url", "--extra-index-url", "--requirement", "-t", "--target"):
                next(words, None)
            elif re.match(r"[A-Za-z][\w.-]*(\[|[=<>~!]|$)", word) and not word.endswith((".txt", ".whl")):
                yield word


def _inline(text: str) -> Iterator[str]:
    """PEP 723: metadata of a script, in a comment of its own."""
    for match in _INLINE.finditer(text):
        plain = "\n".join(line[1:].removeprefix(" ") for line in match[1].splitlines())
        yield from (one for one in tomllib.loads(plain).get("dependencies") or () if isinstance(one, str))
