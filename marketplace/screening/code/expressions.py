"""Expressions: one rule a kind of node, each from the node to all that it may be."""

import ast
import operator
import re
from collections.abc import Callable, Collection
from typing import Any

from .assigning import assign_element
from .frames import Frame
from .lookups import attribute, element_of, item, note_references, operated
from .paths import is_path, join_paths
from .program import Function
from .values import HOLE, NOTHING, Constant, Value, as_text, constant, either, ordered, ref, taints_of
from .walking import evaluate

_LARGEST = 65_536
_WIDE = re.compile(r"%[^a-zA-Z%]*(\d{4,}|\*)")
_LONGEST = 4096  # turns of a comprehension that are worked out


def _constant(_: Frame, node: ast.Constant) -> Value:
    return constant(node.value) if node.value is not Ellipsis else NOTHING


def _name(frame: Frame, node: ast.Name) -> Value:
    return frame.lookup(node.id)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    value = attribute(frame.program, evaluate(frame, node.value), node.attr)
    note_references(frame, node, value)
    return value


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    value = evaluate(frame, node.value)
    if isinstance(node.slice, ast.Slice):
        return _sliced(frame, value, node.slice)
    found = item(frame.program, value, evaluate(frame, node.slice))
    if any(one == "pathlib.parents" for one in value.refs):
        return Value(found.consts, frozenset(["pathlib.Path()"]), found.taints)
    return found


def _sliced(frame: Frame, value: Value, node: ast.Slice) -> Value:
    try:
        ends = [_end(frame, end) for end in (node.lower, node.upper, node.step)]
        cut: slice[int | None, int | None, int | None] = slice(*ends)
        parts = [const[cut] for const in value.consts if isinstance(const, str | bytes | tuple)]
    except (LookupError, TypeError, ValueError):
        return Value(refs=value.refs, taints=value.taints)
    labels = ["decoded"] if node.step is not None and parts else []
    refs = frozenset(_behind(frame, one, ends[0] or 0) for one in value.refs)
    return Value(frozenset(parts), refs, value.taints).labelled(*labels)


def _behind(frame: Frame, one: str, first: int) -> str:
    """A container without its first elements."""
    keys = [key for key in frame.program.keys.get(one, ()) if key.isdigit() and int(key) >= first]
    if first <= 0 or not one.startswith("D:") or not keys:
        return one
    holder = f"{one.partition('[')[0]}[{first}:]"
    for key in keys:
        frame.program.bind(holder, str(int(key) - first), frame.program.bound[one, key])
    return holder


def _end(frame: Frame, node: ast.expr | None) -> int | None:
    known = evaluate(frame, node).known() if node is not None else None
    if known is not None and not isinstance(known, int):
        raise LookupError
    return known


def _joined(frame: Frame, node: ast.JoinedStr) -> Value:
    texts = [""]
    parts = [evaluate(frame, part) for part in node.values]
    for part in parts:
        options = [
            str(const) if as_text(const) is None else as_text(const) or "" for const in ordered(part.consts)
        ] or [HOLE]
        texts = [(text + option)[:_LARGEST] for text in texts for option in options][:48]
    return Value(frozenset(), frozenset(), taints_of(parts)) | Value(frozenset(texts))


def _formatted(frame: Frame, node: ast.FormattedValue) -> Value:
    if node.format_spec is not None:
        evaluate(frame, node.format_spec)
    value = evaluate(frame, node.value)
    return Value(value.consts, frozenset(), value.taints)


def _shifted(left: Any, right: Any) -> Any:
    if right > 64:
        raise ValueError
    return left << right


_OPERATORS: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.LShift: _shifted,
    ast.RShift: operator.rshift,
    ast.FloorDiv: operator.floordiv,
}


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    if isinstance(node.op, ast.Div) and (is_path(left) or is_path(right)):
        return join_paths(left, right)
    answered = operated(frame.program, left, right, kind=type(node.op).__name__)
    if answered != NOTHING:
        return answered
    taints = left.taints | right.taints
    if isinstance(node.op, ast.Mod) and left.texts():
        return _percent(left, right if right.consts else _filling(frame, right), _mappings(frame, right)).labelled(
            *taints
        )
    lefts, rights = left.consts, right.consts
    if isinstance(node.op, ast.Add):
        lefts, rights = _or_hole(lefts, rights), _or_hole(rights, lefts)
    consts = _worked_out(_OPERATORS.get(type(node.op)), lefts, rights)
    refs = left.refs | right.refs if isinstance(node.op, ast.Add | ast.BitOr | ast.Mult) else frozenset()
    containers = frozenset(one for one in refs if one.startswith("D:"))
    return Value(consts, containers, taints)


def _or_hole(consts: frozenset[Constant], others: frozenset[Constant]) -> frozenset[Constant]:
    return consts or (frozenset([HOLE]) if any(isinstance(other, str) for other in others) else consts)


def _worked_out(
    work: Callable[[object, object], object] | None, lefts: Collection[Constant], rights: Collection[Constant]
) -> frozenset[Constant]:
    found: set[Constant] = set()
    if work is None:
        return frozenset()
    for left in ordered(lefts):
        for right in ordered(rights):
            if _is_small(left, right) and len(found) < 48:
                try:
                    found.add(work(left, right))
                except (TypeError, ValueError, ArithmeticError, MemoryError):
                    continue
    return frozenset(found)


def _is_small(left: Constant, right: Constant) -> bool:
    """Whether working it out can cost nothing to speak of, whatever the operator."""
    sizes = [len(one) if isinstance(one, str | bytes | tuple) else 0 for one in (left, right)]
    numbers = [abs(one) for one in (left, right) if isinstance(one, int | float)]
    if sum(sizes) > _LARGEST or any(number >= 1 << 64 for number in numbers):
        return False
    repeated = max(sizes) * int(max(numbers)) if max(sizes) and numbers else 0
    return repeated <= _LARGEST


def _mappings(frame: Frame, value: Value) -> list[dict[str, Constant]]:
    """Dictionaries that the value may be, with a hole for what is not known of them."""
    bound, keys = frame.program.bound, frame.program.keys
    holders = [one for one in sorted(value.refs) if one.startswith("D:")]
    return [
        {key: next(iter(ordered(bound[one, key].consts)), HOLE) for key in keys.get(one, ())} for one in holders[:4]
    ]


def _filling(frame: Frame, value: Value) -> Value:
    """Tuples that are not known as a whole, with a hole for each part that is not."""
    bound, found = frame.program.bound, set()
    for one in sorted(value.refs)[:4] if all(one.startswith("D:") for one in value.refs) else ():
        keys = sorted((key for key in frame.program.keys.get(one, ()) if key.isdigit()), key=int)
        found.add(tuple(next(iter(bound[one, key].consts), HOLE) for key in keys))
    return Value(frozenset(one for one in found if one))


def _percent(left: Value, right: Value, mappings: list[dict[str, Constant]]) -> Value:
    found: set[Constant] = set()
    for text in left.texts():
        known: list[object] = [] if _WIDE.search(text) else [*(mappings if "%(" in text else right.consts)]
        for const in known or [None]:
            try:
                found.add(text % const if known else _holed(text))
            except (TypeError, ValueError, OverflowError):
                found.add(_holed(text))
    return Value(frozenset(found))


def _holed(text: str) -> str:
    return re.sub(r"%(\(\w+\))?[sdr]", HOLE, text)


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    value = evaluate(frame, node.operand)
    if isinstance(node.op, ast.USub):
        return Value(frozenset(-const for const in value.consts if isinstance(const, int | float)))
    if isinstance(node.op, ast.Invert):
        return Value(frozenset(~const for const in value.consts if isinstance(const, int)))
    return NOTHING


def _any(frame: Frame, node: ast.BoolOp) -> Value:
    return either(evaluate(frame, part) for part in node.values)


def _compare(frame: Frame, node: ast.Compare) -> Value:
    evaluate(frame, node.left)
    for part in node.comparators:
        evaluate(frame, part)
    return NOTHING


def _if(frame: Frame, node: ast.IfExp) -> Value:
    evaluate(frame, node.test)
    return evaluate(frame, node.body) | evaluate(frame, node.orelse)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(frame, node.value)
    frame.bind(node.target.id, value)
    return value


def _sequence(frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    holder = container(frame, node)
    parts = [evaluate(frame, part.value if isinstance(part, ast.Starred) else part) for part in node.elts]
    result = ref(holder)
    if parts and all(len(part.consts) == 1 and not part.refs for part in parts):
        result |= constant(tuple(part.known() for part in parts))
    elif not parts and isinstance(node, ast.Tuple):
        result |= constant(())
    for index, part in enumerate(parts[:256]):
        frame.program.bind(holder, str(index), part)
    return Value(result.consts, result.refs, taints_of(parts))


def _dict(frame: Frame, node: ast.Dict) -> Value:
    holder = container(frame, node)
    taints: set[str] = set()
    more: frozenset[str] = frozenset()
    for key, part in zip(node.keys, node.values, strict=True):
        value = evaluate(frame, part)
        taints |= value.taints
        if key is None:
            more |= value.refs
        else:
            names = [str(const) for const in evaluate(frame, key).consts] or ["*"]
            for name in names:
                frame.program.bind(holder, name, value)
    return Value(frozenset(), frozenset([holder]) | more, frozenset(taints))


def container(frame: Frame, node: ast.expr) -> str:
    return f"D:{frame.module.name}:{node.lineno}:{node.col_offset}:{type(node).__name__}"


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    try:
        turns = _turns(frame, node)
        return constant(tuple(turn.known() for turn in turns), *taints_of(turns))
    except LookupError:
        pass
    inner = _looped(frame, node.generators)
    value = evaluate(inner, node.elt)
    holder = container(frame, node)
    frame.program.bind(holder, "*", value)
    return Value(frozenset(), frozenset([holder]), value.taints)


def _turns(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> list[Value]:
    """Every element, if all that it is made of is known. Raises LookupError."""
    frame.program.go_on()
    if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name | ast.Tuple):
        raise LookupError
    loop = node.generators[0]
    source = evaluate(frame, loop.iter).known()
    if loop.ifs or not isinstance(source, str | bytes | tuple) or len(source) > _LONGEST:
        raise LookupError
    turns = [evaluate(frame.with_names(_bound(loop.target, one)), node.elt) for one in source]
    for turn in turns:
        turn.known()
    return turns


def _bound(target: ast.expr, const: Constant) -> dict[str, Value]:
    if isinstance(target, ast.Name):
        return {target.id: constant(const)}
    if isinstance(target, ast.Tuple) and isinstance(const, tuple) and len(const) == len(target.elts):
        return {
            name: value
            for part, one in zip(target.elts, const, strict=True)
            for name, value in _bound(part, one).items()
        }
    raise LookupError


def _looped(frame: Frame, generators: list[ast.comprehension]) -> Frame:
    for loop in generators:
        names = {part.id: NOTHING for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
        source = evaluate(frame, loop.iter)
        frame = frame.with_names(names)
        assign_element(frame, loop.target, source)
        for test in loop.ifs:
            evaluate(frame, test)
    return frame


def _dict_comprehension(frame: Frame, node: ast.DictComp) -> Value:
    inner = _looped(frame, node.generators)
    evaluate(inner, node.key)
    value = evaluate(inner, node.value)
    holder = container(frame, node)
    frame.program.bind(holder, "*", value)
    return Value(frozenset(), frozenset([holder]), value.taints)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    scope = f"{frame.scope}{'.' if ':' in frame.scope else ':'}<{node.lineno}:{node.col_offset}>"
    frame.program.functions[scope] = Function(scope, node)
    for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        frame.program.bound.setdefault((scope, one.arg), NOTHING)
    positional = [*node.args.posonlyargs, *node.args.args]
    for one, default in zip(reversed(positional), reversed(node.args.defaults), strict=False):
        frame.program.bind(scope, one.arg, evaluate(frame, default))
    frame.program.give_back(scope, evaluate(frame.inner(scope), node.body))
    return ref(f"F:{scope}")


def _await(frame: Frame, node: ast.Await | ast.Starred) -> Value:
    return evaluate(frame, node.value)


def _yield(frame: Frame, node: ast.Yield | ast.YieldFrom) -> Value:
    if node.value is not None:
        value = evaluate(frame, node.value)
        given = element_of(frame.program, value) if isinstance(node, ast.YieldFrom) else value
        holder = f"D:{frame.module.name}:{frame.scope}:yielded"
        frame.program.bind(holder, "*", given)
        frame.program.give_back(frame.scope, given | ref(holder))
    return NOTHING


RULES: dict[type[ast.expr], Callable[[Frame, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _any,
    ast.Compare: _compare,
    ast.IfExp: _if,
    ast.NamedExpr: _walrus,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.Await: _await,
    ast.Starred: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
