"""What a package requires: requirements files, pyproject.toml and uv.lock."""

import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .elsewhere import written_in

_NAME = re.compile(r"^\s*(?P<name>[^\W_](?:[\w.-]*[^\W_])?)\s*(?:\[[^\]]*\])?\s*(?P<rest>.*)$", re.DOTALL)
_FILE = re.compile(r"(^|/)(requirements[\w.-]*\.(txt|in)|requirements/[\w.-]+\.txt|constraints[\w.-]*\.txt)$")
_INDEX = re.compile(r"^\s*(-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b")
_INCLUDED = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)[ =]*([^\s#]+)", re.MULTILINE)
_LARGEST = 5_000_000  # bytes of a file that is read as one of requirements
_BOUND = re.compile(r"(===?|~=|!=|<=?|>=?)\s*([\w.*+!-]+)")

Problem = tuple[str, int, str, str]  # path, line, rule, message


@dataclass(frozen=True, slots=True)
class Requirement:
    """`name` is normalised; `bounds` are (operator, version); `locked` ones come from a lock file."""

    name: str
    text: str
    path: str
    line: int = 0
    bounds: tuple[tuple[str, str], ...] = ()
    url: str = ""
    locked: bool = False

    @property
    def version(self) -> str:
        """The one version that is meant, "" if there may be others."""
        return next(
            (version for operator, version in self.bounds if operator in ("==", "===") and "*" not in version), ""
        )

    @property
    def only_lower(self) -> bool:
        return all(operator in (">", ">=", "!=") for operator, _ in self.bounds)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements_of(files: Mapping[str, bytes]) -> tuple[list[Requirement], list[Problem]]:
    found: list[Requirement] = []
    problems: list[Problem] = []
    texts = {path: content.decode(errors="replace") for path, content in files.items() if len(content) < _LARGEST}
    listed = _with_included({path: text for path, text in texts.items() if _FILE.search(path)}, texts)
    for path, text in texts.items():
        if path in listed:
            found += _from_text(path, text, problems)
        elif path.rpartition("/")[2] in ("pyproject.toml", "uv.lock", "Pipfile"):
            try:
                found += _from_toml(path, text, problems)
            except (ValueError, TypeError, AttributeError, RecursionError) as error:
                problems.append((path, 0, "dependencies.unreadable", f"{path} cannot be read: {error}"))
        else:
            found += _from_others(path, text)
    return found, problems


def _with_included(listed: Mapping[str, str], texts: Mapping[str, str]) -> set[str]:
    """Requirements files, and those that they name whatever those are called."""
    known, new = set(listed), list(listed)
    while new:
        path = new.pop()
        for name in _INCLUDED.findall(texts[path]):
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if other in texts and other not in known:
                known.add(other)
                new.append(other)
    return known


def _from_others(path: str, text: str) -> Iterator[Requirement]:
    for words, locked in written_in(path, text):
        if words.strip() and not words.lstrip().startswith(("#", "-", "[")) and (one := parse(words, path)):
            yield replace(one, line=_line_of(text, words), locked=locked)


def _from_text(path: str, text: str, problems: list[Problem]) -> Iterator[Requirement]:
    joined = text.replace("\\\r\n", " ").replace("\\\n", " ")
    for number, line in enumerate(joined.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if _INDEX.match(line):
            problems.append(
                (
                    path,
                    number,
                    "dependencies.index",
                    f"{line.split()[0]} asks another index than the one that is set up here",
                )
            )
        elif line and not line.startswith("-") and (one := parse(line, path, number)):
            yield one
        elif line.startswith(("-e", "--editable")):
            yield Requirement(line[:60], line, path, number, url=line)


def parse(text: str, path: str, line: int = 0) -> Requirement | None:
    """One requirement as PEP 508 has it, or a bare address."""
    body = text.partition(";")[0].split(" --hash")[0]
    if re.match(r"^\s*(git\+|https?://|file:|svn\+|hg\+|\./|\.\./)", body):
        return Requirement(normalised(body.rpartition("/")[2][:60]), text, path, line, url=body.strip())
    match = _NAME.match(body)
    if match is None:
        return None
    address = match["rest"].strip().removeprefix("@").strip() if match["rest"].strip().startswith("@") else ""
    return Requirement(
        normalised(match["name"]), text.strip()[:300], path, line, tuple(_BOUND.findall(match["rest"])), address
    )


def _from_toml(path: str, text: str, problems: list[Problem]) -> Iterator[Requirement]:
    """Raises ValueError, TypeError, AttributeError or RecursionError for what is no such file."""
    document = tomllib.loads(text)
    if path.endswith("uv.lock"):
        yield from _locked(path, document)
        return
    for words in _listed(document):
        if one := parse(words, path, _line_of(text, words)):
            yield one
    yield from _tables(path, text, document)
    uv = (document.get("tool") or {}).get("uv") or {}
    for key in ("index", "index-url", "extra-index-url", "find-links"):
        if uv.get(key):
            problems.append(
                (
                    path,
                    _line_of(text, key),
                    "dependencies.index",
                    f"tool.uv.{key} asks another index than the one that is set up here",
                )
            )


def _listed(document: dict[str, Any]) -> Iterator[str]:
    """Lists of requirements wherever a tool keeps them: their keys end alike, or they are groups below such a key."""
    for key, value in document.items():
        if re.search(r"(dependencies|dependency-groups|requires)$", key):
            groups = list(value.values()) if isinstance(value, dict) else [value]
            for group in groups:
                yield from (words for words in group if isinstance(words, str)) if isinstance(group, list) else ()
        elif isinstance(value, dict):
            yield from _listed(value)


def _tables(path: str, text: str, document: dict[str, Any]) -> Iterator[Requirement]:
    """Poetry's tables, a Pipfile's, and uv's sources."""
    tool = document.get("tool") or {}
    poetry = tool.get("poetry") or {}
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies"), document.get("packages")]
    tables += [group.get("dependencies") for group in (poetry.get("group") or {}).values()]
    for table in tables:
        for name, spec in (table or {}).items():
            if name.lower() != "python":
                yield _from_table(name, spec, path=path, line=_line_of(text, name))
    for name, spec in ((tool.get("uv") or {}).get("sources") or {}).items():
        if isinstance(spec, dict) and (spec.get("git") or spec.get("url")):
            yield Requirement(
                normalised(name),
                f"{name} @ {spec.get('git') or spec.get('url')}",
                path,
                _line_of(text, name),
                url=str(spec),
            )


def _from_table(name: str, spec: Any, *, path: str, line: int) -> Requirement:
    version = str(spec.get("version", "") if isinstance(spec, dict) else spec)
    url = str(spec.get("git") or spec.get("url") or "") if isinstance(spec, dict) else ""
    bounds = tuple(_BOUND.findall(version)) or ((("~=", version),) if version.strip("*") else ())
    return Requirement(normalised(name), f"{name} {version or url}", path, line, bounds, url)


def _locked(path: str, document: dict[str, Any]) -> Iterator[Requirement]:
    for one in document.get("package") or ():
        source = one.get("source") or {}
        if source.get("virtual") or source.get("editable"):
            continue
        url = str(source.get("git") or source.get("url") or "")
        name = normalised(str(one.get("name", "")))
        yield Requirement(
            name, f"{name}=={one.get('version', '')}", path, 0, (("==", str(one.get("version", ""))),), url, locked=True
        )


def _line_of(text: str, words: str) -> int:
    position = text.find(words)
    return text.count("\n", 0, position) + 1 if position >= 0 else 0
