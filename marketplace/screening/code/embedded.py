"""Code that stands in a text: what `exec`, `eval` and `python -c` are given is read as the code that it is."""

import ast
import re
import warnings
from itertools import pairwise

from .frames import Frame
from .lookups import element_of
from .sites import CallSite
from .values import HOLE, NOTHING, Value
from .walking import evaluate, run

_LARGEST, _DEEPEST, _MOST = 20_000, 3, 4
_STEP = 1000  # columns a line of the text is moved by, so that no two places in it are the same
_PYTHON = re.compile(r"(^|/)python[\d.]*$")
_COMMAND = re.compile(r"""\bpython[\d.]*\s+-c\s+(["'])(.+)\1""", re.DOTALL)


def run_text(frame: Frame, site: CallSite) -> Value:
    """What an evaluated text gives; statements bind in the frame that they are run in."""
    given = site.argument(0, "source")
    result = NOTHING
    for text in sorted(given.texts())[:_MOST]:
        result |= _ran(frame, site, text.strip())
    return result.labelled(*given.taints)


def run_command(frame: Frame, site: CallSite) -> None:
    """The code in the command line of another Python."""
    for value in site.values():
        for const in value.consts:
            words = [str(part) for part in const] if isinstance(const, tuple) else []
            texts = [text for before, text in pairwise(words) if before == "-c"]
            texts += [text for _, text in _COMMAND.findall(const)] if isinstance(const, str) else []
            for text in texts[:_MOST]:
                _ran(frame, site, text)
        for text in _after_c(frame, value):
            _ran(frame, site, text)


def _after_c(frame: Frame, value: Value) -> list[str]:
    """Of a list whose parts are not all known: any part, if it is the list of a Python's words."""
    parts = element_of(frame.program, value).texts() if value.refs and not value.consts else []
    return [text for text in parts if "\n" in text or " " in text or "(" in text][:_MOST] if "-c" in parts else []


def _ran(frame: Frame, site: CallSite, text: str) -> Value:
    tree = _parsed(site.node, text)
    if tree is None or frame.depth >= _DEEPEST:
        return NOTHING
    inner = frame.deeper()
    if len(tree.body) == 1 and isinstance(only := tree.body[0], ast.Expr):
        return evaluate(inner, only.value)
    run(inner, tree.body)
    return NOTHING


def _parsed(holder: ast.expr, text: str) -> ast.Module | None:
    """The call keeps the tree, so that it is the same in each pass."""
    kept: dict[str, ast.Module | None] = holder.__dict__.setdefault("texts", {})
    if text not in kept:
        kept[text] = _tree(holder, text) if len(text) <= _LARGEST and HOLE not in text and len(kept) < _MOST else None
    return kept[text]


def _tree(holder: ast.expr, text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):
            node.col_offset += _STEP * node.lineno
            node.lineno = holder.lineno
    return tree
