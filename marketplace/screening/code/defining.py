"""Definitions of functions and classes: their scopes, parameters and bases."""

import ast

from .frames import Frame, labels_of
from .invoking import call_value
from .program import Class, Function
from .values import NOTHING, Value, constant, ref
from .walking import evaluate

_BY_NAME = {"session": "dify.session", "runtime": "dify.runtime"}


def define_function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Frame:
    """Bind the name and the parameters; gives the frame in which the body stands."""
    scope = f"{frame.scope}{'.' if ':' in frame.scope else ':'}{node.name}"
    owner = frame.scope if frame.scope in frame.program.classes else ""
    function = Function(scope, node, owner, _kind(node))
    frame.program.functions[scope] = function
    bound = ref(f"B:{scope}" if owner and function.kind != "method" else f"F:{scope}")
    for decorator in reversed(node.decorator_list):
        bound |= _wrappers(_decorate(frame, decorator, bound))
    frame.bind(node.name, bound)
    bind_documentation(frame, f"F:{scope}", node)
    inner = frame.inner(scope, owner)
    _bind_parameters(frame, inner, function)
    return inner


def _kind(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    names = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
    if "staticmethod" in names:
        return "static"
    if names & {"property", "cached_property"}:
        return "property"
    return "class" if "classmethod" in names else "method"


def _wrappers(made: Value) -> Value:
    """Functions of the package that a decorator puts before the one that it got."""
    return Value(refs=frozenset(one for one in made.refs if one.startswith("F:")))


def _decorate(frame: Frame, decorator: ast.expr, function: Value) -> Value:
    """A decorator is called with the function."""
    callee = evaluate(frame, decorator)
    call = ast.copy_location(ast.Call(decorator, [], []), decorator)
    # the tree keeps it, so that it stays the same call in each pass
    kept = decorator.__dict__.setdefault("applied", call)
    return call_value(frame, kept, callee, args=(function,))


def _bind_parameters(frame: Frame, inner: Frame, function: Function) -> None:
    node, program = function.node, frame.program
    if function.owner and function.kind != "static":
        first = [*node.args.posonlyargs, *node.args.args][:1]
        for one in first:
            program.bind(inner.scope, one.arg, ref(f"{'C' if function.kind == 'class' else 'I'}:{function.owner}"))
    name = getattr(node, "name", "")
    for one in parameters_of(node):
        value = Value(taints=labels_of(name, one.arg)) | _annotation(frame, one.annotation)
        if not value.refs and one.arg in _BY_NAME:
            value |= ref(_BY_NAME[one.arg])
        if program.bound.get((inner.scope, one.arg)) is None:
            program.bind(inner.scope, one.arg, value)
            program.bound.setdefault((inner.scope, one.arg), value)
    _bind_defaults(frame, inner, node)


def _bind_defaults(frame: Frame, inner: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = [*zip(reversed(positional), reversed(node.args.defaults), strict=False)]
    defaults += [
        (one, default) for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default
    ]
    for one, default in defaults:
        value = evaluate(frame, default)
        if value != constant(None):
            frame.program.bind(inner.scope, one.arg, value)


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    more = [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, *more]


def _annotation(frame: Frame, node: ast.expr | None) -> Value:
    """An annotated parameter is an instance of what is named, of any of what is named."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError):
            return NOTHING
    if isinstance(node, ast.BinOp):
        return _annotation(frame, node.left) | _annotation(frame, node.right)
    if not isinstance(node, ast.Name | ast.Attribute):
        return NOTHING
    refs = [_instance(one) for one in evaluate(frame, node).refs]
    return Value(frozenset(), frozenset(one for one in refs if one))


def _instance(name: str) -> str:
    if name.startswith("C:"):
        return f"I:{name[2:]}"
    if name[1:2] == ":" or name.startswith(("builtins.", "typing.", "collections.")):
        return ""
    return f"{name}()"


def define_class(frame: Frame, node: ast.ClassDef) -> Frame:
    scope = f"{frame.scope}{'.' if ':' in frame.scope else ':'}{node.name}"
    known = frame.program.classes.setdefault(scope, Class(scope))
    for base in [*node.bases, *(keyword.value for keyword in node.keywords)]:
        for one in evaluate(frame, base).refs:
            _inherit(frame, known, one)
    bound = ref(f"C:{scope}")
    for decorator in node.decorator_list:
        _decorate(frame, decorator, bound)
    frame.bind(node.name, bound)
    bind_documentation(frame, scope, node)
    return frame.inner(scope, scope)


def bind_documentation(
    frame: Frame, scope: str, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
) -> None:
    """What `__doc__` gives: a text like any other."""
    if (text := ast.get_docstring(node, clean=False)) is not None:
        frame.program.bound.setdefault((scope, "__doc__"), constant(text))


def _inherit(frame: Frame, known: Class, base: str) -> None:
    if base.startswith("C:"):
        known.bases.add(base[2:])
        if parent := frame.program.classes.get(base[2:]):
            parent.children.add(known.scope)
    elif base[1:2] != ":":
        known.foreign.add(base)
