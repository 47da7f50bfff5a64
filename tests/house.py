"""The repository as its own tests look at it: its files, and the functions in them."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import places
from tests.places import ROOT

# Templates of plugins, and plugins: not our program.
FOREIGN = ("tests/plugins/", "examples/", "marketplace/difypkg/skeletons/", "static/vendor/")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*suffixes: str) -> tuple[str, ...]:
    """Tracked and new files of ours, as paths below the root, all of them or those with these endings."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [name for name in listed if not name.startswith(FOREIGN) and (ROOT / name).is_file()]
    return tuple(sorted(name for name in ours if not suffixes or name.endswith(suffixes)))


def modules() -> list[str]:
    """Python files that people write."""
    return [name for name in files(".py") if "/migrations/" not in name]


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(errors="replace")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), name)


@dataclass(frozen=True)
class Sized:
    """A function and its length in lines."""

    where: str
    lines: int


@cache
def functions() -> tuple[Sized, ...]:
    return tuple(
        Sized(f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for name in modules()
        for node in ast.walk(tree(name))
        if isinstance(node, Function)
    )


def classes(name: str) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef)]


def is_abstract(node: ast.ClassDef) -> bool:
    """Whether the class says that it is only a base: ABC or Protocol among its bases."""
    return any("ABC" in ast.unparse(base) or "Protocol" in ast.unparse(base) for base in node.bases)


def is_stub(function: Function) -> bool:
    """Whether all that the function does is to raise NotImplementedError."""
    body = [node for node in function.body if not is_text(node)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def defaults() -> dict[str, str | None]:
    """Every environment variable of the settings and its default as written in a table; None where it is computed."""
    return {places.name_of(read): shown(read.args[1]) if len(read.args) > 1 else "" for read in places.reads()}


def shown(default: ast.expr) -> str | None:
    """A default as the README has it: true and false in small letters, nothing for an empty text."""
    try:
        value = eval(compile(ast.Expression(default), "settings", "eval"), {"__builtins__": {}})
    except NameError:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def table(path: Path, heading: str) -> list[list[str]]:
    """The cells of the tables below a heading of a Markdown file."""
    section = path.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]
