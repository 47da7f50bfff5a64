"""Targets of assignments: names, parts of sequences, attributes and items."""

import ast

from .frames import Frame
from .lookups import element_of, owner_objects
from .values import NOTHING, Constant, Value, either
from .walking import evaluate

_KEPT = (
    "dify.",
    "builtins.exec",
    "builtins.eval",
    "builtins.compile",
    "builtins.__import__",
    "builtins.open",
    "os.system",
)


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    match target:
        case ast.Name():
            frame.bind(target.id, value)
        case ast.Starred():
            assign(frame, target.value, value)
        case ast.Tuple() | ast.List():
            _unpack(frame, target.elts, value)
        case ast.Attribute():
            _store(frame, target.value, target.attr, value=value)
        case ast.Subscript():
            _store(frame, target.value, _key(frame, target.slice), value=value)
            if isinstance(target.value, ast.Call) and ast.unparse(target.value) == "globals()":
                frame.program.bind(frame.module.name, _key(frame, target.slice), value)


def assign_element(frame: Frame, target: ast.expr, value: Value) -> None:
    """What one turn of a loop over the value gives."""
    if isinstance(target, ast.Tuple) and _are_items(value):
        keys, held = _items(frame, value)
        for part, one in zip(target.elts, (keys, held), strict=False):
            assign(frame, part, one)
        return
    assign(frame, target, element_of(frame.program, value))


def _are_items(value: Value) -> bool:
    return bool(value.refs) and all(one.startswith("D:") and one.endswith(".items()") for one in value.refs)


def _items(frame: Frame, value: Value) -> tuple[Value, Value]:
    program = frame.program
    objects = [one.removesuffix(".items()") for one in value.refs]
    keys = frozenset(key for one in objects for key in program.keys.get(one, ()) if key not in ("*", "[]"))
    held = either(program.bound[one, key] for one in objects for key in sorted(program.keys.get(one, ())))
    return Value(keys), held.labelled(*value.taints)


def _unpack(frame: Frame, targets: list[ast.expr], value: Value) -> None:
    stars = [index for index, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if stars:
        _unpack_starred(frame, targets, value)
        return
    whole = [const for const in value.consts if isinstance(const, tuple) and len(const) == len(targets)]
    for index, target in enumerate(targets):
        part = Value(frozenset(const[index] for const in whole), value.refs if not whole else frozenset(), value.taints)
        held = [frame.program.bound.get((one, str(index)), NOTHING) for one in value.refs if one.startswith("D:")]
        assign(frame, target, part | either(held) if whole or held else element_of(frame.program, value))


def _unpack_starred(frame: Frame, targets: list[ast.expr], value: Value) -> None:
    star = next(index for index, target in enumerate(targets) if isinstance(target, ast.Starred))
    behind = len(targets) - star - 1
    whole = [const for const in value.consts if isinstance(const, tuple) and len(const) >= len(targets) - 1]
    for index, target in enumerate(targets):
        parts: list[Constant] = [const[star : len(const) - behind] for const in whole] if index == star else []
        if index != star:
            parts = [const[index if index < star else index - len(targets)] for const in whole]
        known = Value(frozenset(parts), frozenset(), value.taints)
        assign(frame, target, known | (NOTHING if whole else element_of(frame.program, value)))


def _key(frame: Frame, node: ast.expr) -> str:
    index = evaluate(frame, node)
    try:
        return str(index.known())
    except LookupError:
        return "*"


def _hang(frame: Frame, holder: Value, name: str, *, value: Value) -> None:
    """On a library's thing only what leads to the host or runs code is kept: others would mix all that are alike."""
    kept = frozenset(one for one in value.refs if one.startswith(_KEPT))
    for one in holder.refs if kept else ():
        if one[1:2] != ":":
            frame.program.bind(one, name, Value(refs=kept))


def _store(frame: Frame, base: ast.expr, name: str, *, value: Value) -> None:
    holder = evaluate(frame, base)
    for one in owner_objects(holder):
        frame.program.bind(one, name, value)
    _hang(frame, holder, name, value=value)
    if value.taints and isinstance(base, ast.Name | ast.Attribute):
        # what is put into a thing comes out of it again
        if isinstance(base, ast.Name) and base.id not in ("self", "cls"):
            frame.bind(base.id, Value(taints=value.taints))
        elif isinstance(base, ast.Attribute) and not owner_objects(holder):
            _store(frame, base.value, base.attr, value=Value(taints=value.taints))
