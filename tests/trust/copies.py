"""Plugins as copies in memory, into which something can be planted."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from textwrap import indent
from typing import Any

import yaml

from marketplace.difypkg import BadPackage, Limits, Package, open_directory

# Methods that the SDK calls, with what carries credentials and what users enter in each.
ENTRIES = {
    "tool_parameters": ("self.runtime.credentials", "tool_parameters"),
    "credentials": ("credentials", ""),
    "settings": ("settings", ""),
    "parameters": ("self.runtime.credentials", "parameters"),
    "datasource_parameters": ("self.runtime.credentials", "datasource_parameters"),
}
INPUTS = ("tool_parameters", "prompt_messages", "texts", "text", "query", "parameters", "datasource_parameters")
NAMES = re.compile(
    r"^_?(invoke|validate_credentials|validate_provider_credentials|_?get_website_crawl|get_pages|"
    r"get_content|on_event|dispatch_event|generate)$"
)


class _Plain(yaml.SafeLoader):
    """Leaves times as the texts that they are."""

    yaml_implicit_resolvers = {
        letter: [one for one in rules if one[0] != "tag:yaml.org,2002:timestamp"]
        for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Files(dict[str, bytes]):
    """Files as a package reads them."""

    comment = b""

    @property
    def size(self) -> int:
        return sum(map(len, self.values()))


@dataclass(frozen=True)
class Spot:
    """A place in a method that the SDK calls: what is written at `line` runs with `cred` and `given` in sight."""

    path: str
    line: int
    margin: str
    cred: str
    given: str
    body_of: str


@dataclass
class Copy:
    """A plugin's files and its clean findings; `plant` changes them."""

    name: str
    files: Files
    spots: list[Spot] = field(default_factory=list)

    def opened(self) -> Package:
        return Package(self.files, Limits())  # type: ignore[arg-type]

    def again(self) -> "Copy":
        return Copy(self.name, Files(self.files), self.spots)

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(yaml.load(self.files["manifest.yaml"], Loader=_Plain))

    def permission(self) -> dict[str, Any]:
        return dict((self.manifest.get("resource") or {}).get("permission") or {})

    def set_permission(self, permission: Mapping[str, Any]) -> None:
        manifest = self.manifest
        manifest.setdefault("resource", {})["permission"] = dict(permission)
        self.files["manifest.yaml"] = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False).encode()

    def add(self, path: str, text: str) -> None:
        self.files[path] = text.encode()

    def append(self, path: str, text: str) -> None:
        self.files[path] = self.files.get(path, b"") + text.encode()

    def plant(self, spot: Spot, body: str, above: str = "") -> None:
        """Write statements at the spot, and others at the top of the module."""
        lines = self.files[spot.path].decode().splitlines()
        lines.insert(spot.line, indent(body, spot.margin))
        top = _after_imports(self.files[spot.path])
        if above:
            lines.insert(top, above)
        self.files[spot.path] = ("\n".join(lines) + "\n").encode()

    def a_spot(self, chance: Random, *, needs: str = "") -> Spot | None:
        fitting = [spot for spot in self.spots if not needs or getattr(spot, needs)]
        return chance.choice(fitting) if fitting else None


def _after_imports(source: bytes) -> int:
    tree = ast.parse(source)
    last = 0
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            last = node.end_lineno or node.lineno
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            break
        elif not last:
            last = node.end_lineno or node.lineno
    return last


def copies_of(folders: list[Path]) -> Iterator[Copy]:
    """Every plugin below the folders that the format accepts."""
    for folder in folders:
        found = {
            path.parent
            for pattern in ("manifest.yaml", "*/manifest.yaml", "*/*/manifest.yaml")
            for path in folder.glob(pattern)
        }
        for place in sorted(found):
            try:
                with open_directory(place) as package:
                    files = Files(
                        {name: bytes(content) for name, content in package.files.items() if "__pycache__" not in name}
                    )
            except BadPackage:
                continue
            yield Copy(f"{place.parent.name}/{place.name}", files, list(_spots(files)))


def _spots(files: Mapping[str, bytes]) -> Iterator[Spot]:
    for path, content in files.items():
        if path.endswith(".py") and not re.search(r"(^|/)(tests?|test_)", path):
            try:
                tree = ast.parse(content)
            except SyntaxError:
                continue
            yield from _in_module(path, tree)


def _in_module(path: str, tree: ast.Module) -> Iterator[Spot]:
    for holder in tree.body:
        for node in holder.body if isinstance(holder, ast.ClassDef) else ():
            if isinstance(node, ast.FunctionDef) and NAMES.match(node.name) and not node.decorator_list:
                yield from _in_method(path, node)


def _in_method(path: str, node: ast.FunctionDef) -> Iterator[Spot]:
    names = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
    cred = next((ENTRIES[name][0] for name in names if name in ENTRIES), "")
    given = next((name for name in names if name in INPUTS), "")
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if names[:1] == ["self"] and first.lineno > node.lineno and not (is_text and len(node.body) == 1):
        line = (first.end_lineno or first.lineno) if is_text else first.lineno - 1
        yield Spot(path, line, " " * first.col_offset, cred, given, node.name)
