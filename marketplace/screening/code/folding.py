"""`map`, `reduce` and `accumulate`: a function is called with one element after another."""

import ast
from collections.abc import Callable

from .frames import Frame
from .invoking import call_value, spread
from .library import mapped
from .lookups import element_of
from .sites import CallSite
from .values import NOTHING, Value, ref, taints_of

_MOST = 12  # turns that are followed one by one


def _reduced(frame: Frame, site: CallSite) -> Value:
    return _folded(frame, site, function=site.argument(0), source=site.argument(1), first=site.argument(2, "initial"))[
        -1
    ]


def _accumulated(frame: Frame, site: CallSite) -> Value:
    """All that comes out on the way, since any of it may be taken."""
    turns = _folded(
        frame,
        site,
        function=site.argument(1, "func"),
        source=site.argument(0),
        first=site.keywords.get("initial", NOTHING),
    )
    result = NOTHING
    for turn in turns:
        result |= turn
    return result


def _folded(frame: Frame, site: CallSite, *, function: Value, source: Value, first: Value) -> list[Value]:
    parts = [*spread(frame, source)] or [element_of(frame.program, source)] * 2
    turns = [first if first != NOTHING else parts.pop(0)]
    for index, part in enumerate(parts[:_MOST]):
        turns.append(call_value(frame, _turn(site.node, index), function, args=(turns[-1], part)))
    return turns


def _turn(node: ast.expr, index: int) -> ast.Call:
    """The tree keeps it, so that it stays the same call in each pass."""
    made: ast.Call = node.__dict__.setdefault(f"turn {index}", ast.copy_location(ast.Call(node, [], []), node))
    return made


def _mapped(frame: Frame, site: CallSite) -> Value:
    """Each element through the function: one by one if they are known, else any of them."""
    known = mapped(frame, site) if len(site.args) == 2 else NOTHING
    if known.consts or not site.args:
        return known
    given = tuple(element_of(frame.program, source) for source in site.args[1:])
    holder = f"D:{frame.module.name}:{site.line}:{site.node.col_offset}:mapped"
    frame.program.bind(holder, "*", call_value(frame, _turn(site.node, 0), site.args[0], args=given))
    return ref(holder).labelled(*taints_of(site.args))


SPECIAL: dict[str, Callable[[Frame, CallSite], Value]] = {
    "functools.reduce": _reduced,
    "builtins.map": _mapped,
    "itertools.accumulate": _accumulated,
}
