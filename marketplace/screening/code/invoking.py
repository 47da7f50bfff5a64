"""Calls: noted for the checks, and followed into local functions; what libraries give comes from tables."""

import ast
from collections.abc import Callable
from typing import Any

from .decoding import number_as_bytes
from .frames import Frame
from .keeping import put_into
from .library import call_library, forget_labels, method_of_text
from .lookups import attribute, deep_taints, note_references, owner_objects
from .paths import path_method
from .program import Function, Program
from .sites import CallSite
from .values import NOTHING, Value, either, ordered, ref, taints_of
from .walking import evaluate

_PUTTING = frozenset(["append", "extend", "add", "insert", "update", "setdefault", "put", "write", "appendleft", "set"])
_LATER = {  # positions of the function among the arguments; what follows it is handed on
    "submit": 0,
    "run_in_executor": 1,
    "to_thread": 0,
    "run_sync": 0,
    "call_soon": 0,
    "call_later": 1,
    "apply_async": 0,
    "start_new_thread": 0,
    "register": 0,
    "map": 0,
    "starmap": 0,
    "filter": 0,
    "reduce": 0,
}

_SPREAD = 64  # elements of a sequence that is spread

_THREADS = {  # what their positional arguments are
    "Thread": ("group", "target", "name", "args", "kwargs"),
    "Process": ("group", "target", "name", "args", "kwargs"),
    "Timer": ("interval", "function", "args", "kwargs"),
}


def call(frame: Frame, node: ast.Call) -> Value:
    receiver = evaluate(frame, node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING
    if isinstance(node.func, ast.Attribute):
        callee = attribute(frame.program, receiver, node.func.attr)
        note_references(frame, node.func, callee)
    else:
        callee = evaluate(frame, node.func)
        receiver = _holder_of(frame, node.func)
    args = _arguments(frame, node)
    keywords = _keywords(frame, node)
    return call_value(frame, node, callee, args=args, receiver=receiver, keywords=keywords)


def _holder_of(frame: Frame, function: ast.expr) -> Value:
    """Of `getattr(path, "read_text")()` the path."""
    site = frame.program.sites.get(id(function))
    return site.argument(0) if site is not None and site.names == {"builtins.getattr"} else NOTHING


def _keywords(frame: Frame, node: ast.Call) -> dict[str, Value]:
    """By name; of a dictionary that is spread, what is known of it, and the dictionary itself under two stars."""
    found = {one.arg or "**": evaluate(frame, one.value) for one in node.keywords}
    if (starred := found.get("**")) is not None:
        held = {key: value for key, value in _named(frame, starred).items() if key.isidentifier()}
        return held | found
    return found


def _arguments(frame: Frame, node: ast.Call) -> tuple[Value, ...]:
    args: list[Value] = []
    for one in node.args:
        value = evaluate(frame, one)
        consts = [const for const in value.consts if isinstance(const, tuple)]
        if isinstance(one, ast.Starred) and len(consts) == 1:
            args += [Value(frozenset([part]), frozenset(), value.taints) for part in consts[0][:_SPREAD]]
        elif isinstance(one, ast.Starred) and (held := spread(frame, value)):
            args += held
        else:
            args.append(value)
    return tuple(args)


def call_value(
    frame: Frame,
    node: ast.Call,
    callee: Value,
    *,
    args: tuple[Value, ...],
    receiver: Value = NOTHING,
    keywords: dict[str, Value] | None = None,
) -> Value:
    frame.program.go_on()
    site = CallSite(frame.module, node, frame.scope, callee, receiver, args, keywords or {})
    frame.program.sites[id(node)] = site
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    _put(frame, site, method)
    if method and (known := _known_method(frame, site, method)) is not None:
        return known
    result = either(_invoke(frame, site, one) for one in sorted(callee.refs))
    if not callee.refs:
        _hand_on(frame, site, method)
        result = Value(taints=forget_labels(method, taints_of([receiver, *site.values()])))
    return result


def _known_method(frame: Frame, site: CallSite, method: str) -> Value | None:
    if method in ("__getattribute__", "__getattr__"):
        *holder, name = (site.receiver, *site.args)[-2:] if site.args else (site.receiver, NOTHING)
        given = either(attribute(frame.program, holder[0], text) for text in name.texts())
        note_references(frame, site.node, given)
        return given
    found = path_method(site.receiver, method, site.args)
    if method == "to_bytes" and (spelled := number_as_bytes(site.receiver, site.args, site.keywords)).consts:
        return spelled.labelled("decoded", *site.receiver.taints)
    if found is None and site.receiver.texts():
        found = method_of_text(frame.program, site, method)
    return found


def _put(frame: Frame, site: CallSite, method: str) -> None:
    """What is put into a container, or into whatever a name holds, comes out of it again."""
    if method not in _PUTTING:
        return
    for one in owner_objects(site.receiver):
        if one.startswith("D:"):
            _fill(frame.program, one, site, method=method)
    taints = taints_of(site.values())
    base = (
        site.node.func.value if isinstance(site.node, ast.Call) and isinstance(site.node.func, ast.Attribute) else None
    )
    if isinstance(base, ast.Name) and not _is_self(base):
        put_into(frame, base.id, site)
    while isinstance(base, ast.Attribute) and not _is_self(base.value):
        base = base.value
    if taints and isinstance(base, ast.Name) and not _is_self(base):
        _taint(frame, base.id, taints)
    elif taints and isinstance(base, ast.Attribute) and base.attr not in ("session", "runtime"):
        for one in owner_objects(evaluate(frame, base.value)):
            frame.program.bind(one, base.attr, Value(taints=taints))


def _taint(frame: Frame, name: str, taints: frozenset[str]) -> None:
    """Where the name lives, so that nothing hides what it stands for; modules and the session keep nothing."""
    held = frame.lookup(name)
    if any(one.startswith("dify.") for one in held.refs) or (held.refs and all(map(_is_module, held.refs))):
        return
    if name in frame.overlay or name in frame.globals:
        frame.bind(name, Value(taints=taints))
    else:
        frame.program.bind(frame.home(name), name, Value(taints=taints))


def _is_module(one: str) -> bool:
    return one[1:2] != ":" and "(" not in one


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _fill(program: Program, holder: str, site: CallSite, *, method: str) -> None:
    if method in ("extend", "update"):
        for value in site.args:
            for other in owner_objects(value):
                for key in sorted(program.keys.get(other, ())):
                    program.bind(holder, key if method == "update" else "*", program.bound[other, key])
            program.bind(holder, "*", Value(taints=value.taints))
        for key, value in site.keywords.items():
            program.bind(holder, key, value)
    elif method == "setdefault" and len(site.args) == 2:
        program.bind(holder, str(next(iter(ordered(site.args[0].consts)), "*")), site.args[1])
    elif site.args:
        program.bind(holder, "*", site.args[-1])


def _invoke(frame: Frame, site: CallSite, one: str) -> Value:
    program = frame.program
    kind, name = one[:2], one[2:]
    if kind in ("F:", "B:") and (function := program.functions.get(name)):
        return _enter(program, function, site, bound=kind == "B:")
    if kind == "C:" and name in program.classes:
        return _make(program, name, site)
    if kind == "P:":
        return _partial(frame, site, one)
    if kind == "I:":
        called = attribute(program, ref(one), "__call__")
        return either(_invoke(frame, site, other) for other in called.refs if other.startswith("B:"))
    _hand_on(frame, site, one.rpartition(".")[2])
    return call_library(frame, site, one)


def _enter(program: Program, function: Function, site: CallSite, *, bound: bool) -> Value:
    names = function.parameters()
    if function.owner and not bound and function.kind != "static":
        node = function.node.args
        names = [one.arg for one in (*node.posonlyargs, *node.args)]
    bind_arguments(program, function, names, args=site.args, keywords=site.keywords)
    return program.returned.get(function.scope, NOTHING)


def bind_arguments(
    program: Program,
    function: Function,
    names: list[str],
    *,
    args: tuple[Value, ...],
    keywords: dict[str, Value],
) -> None:
    spec = function.node.args
    for index, value in enumerate(args):
        if index < len(names):
            program.bind(function.scope, names[index], value)
        elif spec.vararg:
            _bind_rest(program, function.scope, spec.vararg.arg, key=str(index - len(names)), value=value)
    known = {one.arg for one in (*spec.args, *spec.kwonlyargs)}
    for name, value in keywords.items():
        if name in known:
            program.bind(function.scope, name, value)
        elif name == "**":
            _bind_spread(program, function.scope, value, known=known)
        elif spec.kwarg:
            _bind_rest(program, function.scope, spec.kwarg.arg, key=name, value=value)


def _bind_rest(program: Program, scope: str, name: str, *, key: str, value: Value) -> None:
    holder = f"D:{scope}:{name}"
    program.bind(scope, name, Value(frozenset(), frozenset([holder]), value.taints))
    program.bind(holder, key, value)


def _bind_spread(program: Program, scope: str, value: Value, *, known: set[str]) -> None:
    for holder in owner_objects(value):
        for key in sorted(program.keys.get(holder, ())):
            if key in known:
                program.bind(scope, key, program.bound[holder, key])


def _make(program: Program, name: str, site: CallSite) -> Value:
    """An instance; without an __init__ of its own the arguments become its fields."""
    taints = taints_of(site.values())
    for one in program.family(name):
        maker = program.functions.get(f"{one}.__init__")
        if maker is not None:
            bind_arguments(program, maker, maker.parameters(), args=site.args, keywords=site.keywords)
    fields = program.classes[name].fields
    for key, value in [*zip(fields, site.args, strict=False), *site.keywords.items()]:
        program.bind(f"I:{name}", key, value)
    return Value(frozenset(), frozenset([f"I:{name}"]), taints - {"credential", "input"} if fields else frozenset())


def _partial(frame: Frame, site: CallSite, one: str) -> Value:
    program = frame.program
    first = program.bound.get((one, "callee"), NOTHING)
    held = [program.bound[one, key] for key in sorted(program.keys.get(one, ())) if key.isdigit()]
    named = {key[1:]: program.bound[one, key] for key in program.keys.get(one, ()) if key.startswith("=")}
    later = CallSite(site.module, site.node, site.scope, first, NOTHING, (*held, *site.args), named | site.keywords)
    program.sites[hash((id(site.node), one))] = later
    return either(_invoke(frame, later, other) for other in sorted(first.refs) if other != one)


def _hand_on(frame: Frame, site: CallSite, method: str) -> None:
    """Functions that are handed to a library are called by it, with what is handed over beside them."""
    position = _LATER.get(method.removesuffix("()"))
    for index, value in enumerate(site.args):
        rest, named = (site.args[index + 1 :], site.keywords) if position == index else ((), {})
        _call_later(frame, site, value, args=rest, keywords=named)
    _hand_to_thread(frame, site, method)
    for name, value in site.keywords.items():
        if name != "target":
            _call_later(frame, site, value)


def _hand_to_thread(frame: Frame, site: CallSite, method: str) -> None:
    """Threads and timers take the function's arguments as a sequence and a dictionary."""
    given = dict(zip(_THREADS.get(method.removesuffix("()"), ()), site.args, strict=False)) | site.keywords
    target = given.get("target") or given.get("function")
    if target is not None:
        args = spread(frame, given.get("args", NOTHING))
        _call_later(frame, site, target, args=args, keywords=_named(frame, given.get("kwargs", NOTHING)))


def _named(frame: Frame, value: Value) -> dict[str, Value]:
    holders = [one for one in value.refs if one.startswith("D:")]
    return {key: frame.program.bound[one, key] for one in holders for key in frame.program.keys.get(one, ())}


def spread(frame: Frame, value: Value) -> tuple[Value, ...]:
    parts: list[Value] = []
    for one in value.refs:
        keys = sorted((key for key in frame.program.keys.get(one, ()) if key.isdigit()), key=int)
        parts += [frame.program.bound[one, key] for key in keys]
    if not parts:
        parts = [
            Value(frozenset([part])) for const in ordered(value.consts) if isinstance(const, tuple) for part in const
        ]
    return tuple(parts)


def _call_later(
    frame: Frame,
    site: CallSite,
    value: Value,
    *,
    args: tuple[Value, ...] = (),
    keywords: dict[str, Value] | None = None,
) -> None:
    named = keywords or {}
    for one in value.refs:
        function = frame.program.functions.get(one[2:]) if one[:2] in ("F:", "B:") else None
        if function is not None and (args or named):
            bind_arguments(frame.program, function, function.parameters(), args=args, keywords=named)
        elif function is None and (args or named) and one[1:2] != ":":
            later = CallSite(site.module, site.node, site.scope, ref(one), NOTHING, args, named)
            frame.program.sites[hash((id(site.node), one))] = later


def everything_in(program: Program, site: CallSite) -> frozenset[str]:
    """Labels of all that reaches a call, however deep."""
    return frozenset().union(*(deep_taints(program, value) for value in (site.receiver, *site.values())))


RULES: dict[type[ast.expr], Callable[[Frame, Any], Value]] = {ast.Call: call}
