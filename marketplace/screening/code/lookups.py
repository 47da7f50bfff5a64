"""Attributes and items: what a name behind a dot, or a key in brackets, may be."""

import ast
import re
import string
import sys

from .data import OPENED, lines_of
from .frames import Frame
from .importing import local_member
from .paths import PLUGIN, of_environment, path_attribute
from .program import Program
from .sites import Reference, written
from .values import NOTHING, Constant, Value, constant, either, ordered, ref

_FAR = 2
_CONSTANTS = {
    "os.pardir": "..",
    "os.path.pardir": "..",
    "os.curdir": ".",
    "os.sep": "/",
    "os.path.sep": "/",
    "sys.prefix": f"{PLUGIN}/.venv",
    "sys.exec_prefix": f"{PLUGIN}/.venv",
    "sys.executable": f"{PLUGIN}/.venv/bin/python",
    "string.ascii_lowercase": string.ascii_lowercase,
    "string.ascii_uppercase": string.ascii_uppercase,
    "string.ascii_letters": string.ascii_letters,
    "string.digits": string.digits,
    "string.printable": string.printable,
}
_SDK = {".session": "dify.session", ".runtime": "dify.runtime"}
_NAMESPACES = (".__dict__", "vars()", "globals()", "locals()")
_SPACES = re.compile(r"^(.*(?:\.__dict__|vars\(\)))(?:\.(?:items|values)\(\))?$")


def attribute(program: Program, value: Value, name: str) -> Value:
    result = Value(taints=value.taints)
    for one in value.refs:
        result |= _attribute_of(program, one, name)
    if not value.refs and not value.consts and name == "session":
        result |= ref("dify.session")
    if name == "credentials" and any(one.startswith("dify.") for one in value.refs):
        result = result.labelled("credential")
    return result | path_attribute(value, name)


def note_references(frame: Frame, node: ast.expr, value: Value) -> None:
    """What leads to the host is kept for the checks, called or not."""
    for name in value.refs:
        if name.startswith("dify.session.") or ".InvokeType." in name:
            key = (frame.module.path, node.lineno, name)
            if key not in frame.program.references:
                frame.program.references[key] = Reference(frame.module, node.lineno, name, written(node))


def _attribute_of(program: Program, one: str, name: str) -> Value:
    kind, _, scope = one.partition(":")
    match kind:
        case "M":
            return local_member(program, scope, name)
        case "I" | "C":
            return _member(program, scope, name, instance=kind == "I")
        case "D":
            held = NOTHING if f"{one}.{name}"[-2:] == "()" else program.bound.get((one, name), NOTHING)
            return held | ref(f"{one}.{name}")
        case "F" | "B" | "P":
            return program.bound.get((one, name), NOTHING)
    # what was hung on a library's thing comes off it again
    return foreign(f"{one}.{name}") | program.bound.get((one, name), NOTHING)


def foreign(name: str) -> Value:
    """A thing of a library; the SDK's session and runtime have names of their own, however they are reached."""
    if name in _CONSTANTS:
        return constant(_CONSTANTS[name])
    if name == "__main__.__file__":
        return constant(f"{PLUGIN}/main.py")
    if name.endswith((".__file__", ".__path__[]")):
        return constant(f"{PLUGIN}/.venv/lib/python3/site-packages/{name.partition('.')[0]}/__init__.py")
    if name.startswith("dify.runtime.") and name.endswith(
        (".model_dump", ".model_dump_json", ".dict", ".json", ".__dict__")
    ):
        return ref(name).labelled("credential")
    if name == "os.environ":
        return ref(name).labelled("environment")
    if name.startswith("builtins.") and name.endswith(".__self__"):
        return ref("builtins")
    if name.startswith("dify_plugin.") and ".Session()" in name:  # whoever makes one has one
        return foreign("dify.session" + name.partition(".Session()")[2])
    if name.startswith(("dify_plugin.", "dify.")):
        for suffix, short in _SDK.items():
            if name.endswith(suffix):
                return ref(short)
    if name.endswith(".session") and name.partition(".")[0] in sys.stdlib_module_names:
        return ref("dify.session")  # through a frame, a reference, a namespace
    if name.startswith("dify.runtime.credentials"):
        return ref("dify.runtime.credentials").labelled("credential")
    return ref(name)


def _member(program: Program, scope: str, name: str, *, instance: bool) -> Value:
    result = NOTHING
    for one in program.family(scope):
        for holder in (one, f"I:{one}"):
            result |= program.bound.get((holder, name), NOTHING)
    if instance:
        result = _bound_methods(program, result) | _described(program, result, owner=scope)
    if result == NOTHING:
        for base in program.foreign_bases(scope):
            result |= foreign(f"{base}().{name}")
    if result == NOTHING and name in ("session", "runtime"):
        return ref(f"dify.{name}")
    return result if result != NOTHING or name.startswith("__") else _asked(program, scope, name)


def _described(program: Program, value: Value, *, owner: str) -> Value:
    """What descriptors of a class give to its instances."""
    return either(_answer(program, one, "__get__", given=ref(f"I:{owner}")) for one in sorted(value.refs))


_OPERATORS = {"Add": "add", "Sub": "sub", "Mult": "mul", "Div": "truediv", "FloorDiv": "floordiv", "Mod": "mod"} | {
    "LShift": "lshift",
    "RShift": "rshift",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
    "MatMult": "matmul",
    "Pow": "pow",
}


def operated(program: Program, left: Value, right: Value, *, kind: str) -> Value:
    """What an operator gives that a class has made its own."""
    name = _OPERATORS.get(kind, "")
    found = either(_answer(program, one, f"__{name}__", given=right) for one in sorted(left.refs))
    return found | either(_answer(program, one, f"__r{name}__", given=left) for one in sorted(right.refs))


def entered(program: Program, value: Value) -> Value:
    """What `with` gives a name: what is entered, and what it gives when it is."""
    return value | either(_answer(program, one, "__enter__") for one in sorted(value.refs))


def _answer(program: Program, one: str, method: str, *, given: Value = NOTHING) -> Value:
    """What a method of Python's own gives that the class of an instance has."""
    for scope in program.family(one[2:]) if one.startswith("I:") else ():
        if (known := program.functions.get(f"{scope}.{method}")) is not None:
            for parameter in known.parameters()[:1]:
                program.bind(known.scope, parameter, given)
            return program.returned.get(known.scope, NOTHING)
    return NOTHING


def _asked(program: Program, scope: str, name: str) -> Value:
    """What a class's own `__getattr__` gives for a name that it does not have."""
    return _answer(program, f"I:{scope}", "__getattr__", given=constant(name))


def _bound_methods(program: Program, value: Value) -> Value:
    result = Value(value.consts, frozenset(), value.taints)
    for one in value.refs:
        known = program.functions.get(one[2:]) if one[:2] in ("F:", "B:") else None
        if known is None or not known.owner:
            result |= ref(one)
        elif known.kind == "property":
            result |= program.returned.get(known.scope, NOTHING)
        else:
            result |= ref(f"B:{known.scope}")
    return result


def item(program: Program, value: Value, index: Value) -> Value:
    """What brackets give."""
    # one variable of the environment is not the environment
    result = Value(taints=value.taints - {"environment"})
    for one in value.refs:
        result |= _item_of(program, one, index)
    for const in ordered(value.consts):
        for key in ordered(index.consts):
            result |= _at(const, key)
    if not index.consts:
        result |= either(constant(part) for const in value.consts if isinstance(const, tuple) for part in const[:16])
    return result


def _item_of(program: Program, one: str, index: Value) -> Value:
    if one.startswith(("D:", "I:")):
        return _held(program, one, index) | _answer(program, one, "__getitem__", given=index)
    names = [key for key in index.consts if isinstance(key, str)]
    if one == "os.environ":
        return of_environment(names) or Value(taints=frozenset(["variable"]))
    if one == "sys.argv" and 0 in index.consts:
        return constant(f"{PLUGIN}/main.py")
    if one == "sys.modules":
        return ref(*names)
    for suffix in _NAMESPACES:
        if one.endswith(suffix):
            return either(attribute(program, _space(program, one, suffix), name) for name in names)
    if one == "builtins":
        return ref(*(f"builtins.{name}" for name in names))
    return ref(one) if one.startswith("dify.") else _part(one)


def _part(one: str) -> Value:
    if one.startswith("gc.get_"):
        return ref("dify.session.?")  # among all things that there are is the session
    return ref(f"{one}[]") if one.count("[]") < _FAR else NOTHING


def _space(program: Program, one: str, suffix: str) -> Value:
    base = one.removesuffix(suffix)
    return program.bound.get(("namespace", one), NOTHING) | (ref(base) if base else NOTHING)


def _held(program: Program, one: str, index: Value) -> Value:
    keys = program.keys.get(one, set())
    wanted = {str(key) for key in index.consts} & keys
    if wanted:
        return either(program.bound[one, key] for key in sorted(wanted)) | program.bound.get((one, "*"), NOTHING)
    return either(program.bound[one, key] for key in sorted(keys)[:64])


def _at(const: Constant, key: Constant) -> Value:
    if isinstance(const, str | bytes | tuple) and isinstance(key, int):
        try:
            return constant(const[key])
        except IndexError:
            return NOTHING
    return NOTHING


def element_of(program: Program, value: Value) -> Value:
    """Any element of what can be looped over."""
    result = Value(taints=value.taints)
    for const in ordered(value.consts):
        if isinstance(const, tuple):
            result |= either(constant(part) for part in const[:32])
    for one in value.refs:
        if one.startswith("D:"):
            result |= _elements(program, one)
        elif one.startswith(OPENED):
            result |= lines_of(program, one)
        elif one == "pathlib.parents":
            result |= ref("pathlib.Path()")
        elif one.startswith("I:"):
            result |= _iterated(program, one)
        elif (space := _SPACES.match(one)) is not None:
            result |= _anything_of(program, space[1])
        elif one[1:2] != ":":
            result |= _part(one)
    return result


def _anything_of(program: Program, space: str) -> Value:
    """Whatever an object holds; of the session it can be any part."""
    held = _space(program, space, next(one for one in _NAMESPACES if space.endswith(one)))
    return ref(*(f"{one}.?" for one in held.refs if one.startswith("dify.session")))


def _iterated(program: Program, one: str) -> Value:
    given = _answer(program, one, "__iter__") | _answer(program, one, "__next__")
    return either(element_of(program, ref(held)) for held in given.refs if held.startswith("D:")) | given


def _elements(program: Program, one: str) -> Value:
    for suffix in (".values()", ".items()", ".keys()"):
        if one.endswith(suffix):
            holder = one.removesuffix(suffix)
            if suffix == ".keys()":
                return Value(frozenset(key for key in program.keys.get(holder, ()) if key not in ("*", "[]")))
            return _all(program, holder)
    return _all(program, one)


def _all(program: Program, one: str) -> Value:
    return either(program.bound[one, key] for key in sorted(program.keys.get(one, ()))[:64])


def owner_objects(value: Value) -> list[str]:
    """Scopes in which attributes and items of the value are kept."""
    return [one if one[:2] in ("D:", "I:") else one[2:] for one in value.refs if one[:2] in ("D:", "I:", "C:", "M:")]


def deep_taints(program: Program, value: Value) -> frozenset[str]:
    """Labels of the value and of everything that it holds."""
    found = set(value.taints)
    seen: set[str] = set()
    waiting = [one for one in value.refs if one[:2] in ("D:", "I:")]
    while waiting and len(seen) < 200:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for key in program.keys.get(one, ()):
            held = program.bound[one, key]
            found |= held.taints
            waiting += [other for other in held.refs if other[:2] == "D:"]
    return frozenset(found)
