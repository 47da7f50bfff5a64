"""Ways to run code unseen that need no call: Python's own insides, and classes that decide what an import gives."""

import ast
import re
from collections.abc import Iterator

from .code import Program
from .code.sites import written
from .code.values import NOTHING
from .commands import starts
from .findings import Finding

_INNER = frozenset(
    ["__subclasses__", "__globals__", "f_globals", "f_builtins", "gi_frame", "cr_frame", "tb_frame", "func_globals"]
)
_REACHING = re.compile(r"\.__(subclasses__\s*\(|globals__\s*[\[.]|builtins__\s*[\[.]|class__\.__(mro|bases?)__)")
_RUNNERS = frozenset(["exec", "eval", "__import__", "__builtins__"])


def inner_workings(program: Program) -> Iterator[Finding]:
    """Python's own insides, and functions that run code handed around as things: ways to run code unseen."""
    for module in program.modules.values():
        called = {id(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in _INNER:
                message = f"{node.attr} reaches into Python's insides, which hides what is run"
                yield Finding("code.exec-hidden", message, module.path, node.lineno, written(node))
            elif _changes_code(node):
                yield Finding("code.exec-hidden", "The code of a function is replaced", module.path, node.lineno)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _REACHING.search(node.value):
                message = "A text reaches into Python's insides, which runs what it likes wherever it is evaluated"
                yield Finding("code.exec-hidden", message, module.path, node.lineno, node.value[:160])
            elif (
                isinstance(node, ast.Name)
                and node.id in _RUNNERS
                and id(node) not in called
                and _is_builtin(program, module.name, node)
            ):
                yield Finding(
                    "code.exec-hidden", f"{node.id} is handed around as a thing", module.path, node.lineno, node.id
                )


def _is_builtin(program: Program, module: str, node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load) and (node.id == "__builtins__" or (module, node.id) not in program.bound)


def _changes_code(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return any((one.arg or "").startswith("co_") for one in node.keywords)
    return isinstance(node, ast.Attribute) and node.attr == "__code__" and isinstance(node.ctx, ast.Store)


_LOADERS = ("importlib.abc.", "importlib.machinery.")


def loaders(program: Program) -> Iterator[Finding]:
    """Classes that decide what an import gives."""
    for known in program.classes.values():
        for base in sorted(known.foreign):
            if base.startswith(_LOADERS):
                path = program.modules[known.scope.partition(":")[0]].path
                yield Finding("code.exec-hidden", f"A class made of {base} decides what an import runs", path, 0, base)


def reducers(program: Program) -> Iterator[Finding]:
    """Classes that say what is called when one of theirs is loaded."""
    for scope, function in program.functions.items():
        if scope.rpartition(".")[2] not in ("__reduce__", "__reduce_ex__") or not function.owner:
            continue
        given = program.returned.get(scope, NOTHING)
        first = [value for one in given.refs if (value := program.bound.get((one, "0"))) is not None]
        for name in sorted({one for value in first for one in value.refs if _does_harm(one)}):
            path = program.modules[scope.partition(":")[0]].path
            message = f"Loading such an object calls {name}"
            yield Finding("code.exec-hidden", message, path, function.node.lineno, name)


def _does_harm(name: str) -> bool:
    return starts(name) or name in ("builtins.exec", "builtins.eval", "builtins.__import__", "builtins.getattr")
