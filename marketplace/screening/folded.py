"""Texts that a module puts together from constants of its own, wherever in it: by plus, in an f-string, by join."""

import ast
import warnings
from collections.abc import Iterator, Mapping

_LARGEST, _LONGEST, _MOST = 300_000, 4_000, 2_000  # characters of a module and of a text, texts that are made of one


def folded_in(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each; nothing from what cannot be parsed."""
    if len(text) > _LARGEST:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    known = _constants(tree)
    left = _MOST
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call) and (made := _made(node, known)):
            yield node.lineno, made
            left -= 1
        if left <= 0:
            return


def _constants(tree: ast.Module) -> dict[str, str]:
    """By name, and by the last part of it for those of classes."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and (value := _constant(node.value)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found[target.id] = value
    return found


def _constant(node: ast.AST | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= _LONGEST:
        return node.value
    return ""


def _made(node: ast.AST, known: Mapping[str, str], depth: int = 40) -> str:
    """ "" where a part of it is not known."""
    if depth == 0:
        return ""
    if isinstance(node, ast.Constant):
        return _constant(node)
    if isinstance(node, ast.Name | ast.Attribute):
        return known.get(node.id if isinstance(node, ast.Name) else node.attr, "")
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = [one.value if isinstance(one, ast.FormattedValue) else one for one in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call) and _is_join(node) and isinstance(node.args[0], ast.List | ast.Tuple):
        parts = node.args[0].elts
    made = [_made(one, known, depth - 1) for one in parts[:64]]
    whole = "".join(made) if all(made) else ""
    return whole if len(whole) <= _LONGEST else ""


def _is_join(node: ast.Call) -> bool:
    called = node.func
    return isinstance(called, ast.Attribute) and called.attr == "join" and len(node.args) == 1
