"""What statements bind, call and return."""

import ast
from collections.abc import Callable
from typing import Any

from .assigning import assign, assign_element
from .defining import bind_documentation, define_class, define_function
from .frames import Frame
from .importing import import_from, import_names
from .lookups import entered
from .matching import bind_pattern
from .modules import Module
from .paths import PLUGIN
from .program import Program
from .values import constant, ref
from .walking import evaluate, run


def run_module(program: Program, module: Module) -> None:
    frame = Frame(program, module, (module.name,))
    program.bound.setdefault((module.name, "__name__"), constant("__main__"))
    program.bound.setdefault((module.name, "__file__"), constant(f"{PLUGIN}/{module.path}"))
    program.bound.setdefault((module.name, "__builtins__"), ref("builtins"))
    bind_documentation(frame, module.name, module.tree)
    run(frame, module.tree.body)


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = evaluate(frame, node.value)
    for target in node.targets:
        assign(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(frame, node.target, evaluate(frame, node.value))
    known = frame.program.classes.get(frame.scope)
    if known and isinstance(node.target, ast.Name) and node.target.id not in known.fields:
        known.fields.append(node.target.id)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    left = ast.copy_location(_as_load(node.target), node)
    whole = ast.copy_location(ast.BinOp(left, node.op, node.value), node)
    assign(frame, node.target, evaluate(frame, whole))


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    assign_element(frame, node.target, evaluate(frame, node.iter))
    run(frame, [*node.body, *node.orelse])


def _while(frame: Frame, node: ast.While | ast.If) -> None:
    evaluate(frame, node.test)
    run(frame, [*node.body, *node.orelse])


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        value = entered(frame.program, evaluate(frame, item.context_expr))
        if item.optional_vars is not None:
            assign(frame, item.optional_vars, value)
    run(frame, node.body)


def _try(frame: Frame, node: ast.Try | ast.TryStar) -> None:
    run(frame, node.body)
    for handler in node.handlers:
        run(frame, handler.body)
    run(frame, [*node.orelse, *node.finalbody])


def _match(frame: Frame, node: ast.Match) -> None:
    subject = evaluate(frame, node.subject)
    for case in node.cases:
        bind_pattern(frame, case.pattern, subject)
        if case.guard is not None:
            evaluate(frame, case.guard)
        run(frame, case.body)


def _return(frame: Frame, node: ast.Return) -> None:
    if node.value is not None:
        frame.program.give_back(frame.scope, evaluate(frame, node.value))


def _expressions(frame: Frame, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(frame, child)


def _global(frame: Frame, node: ast.Global) -> None:
    frame.globals.update(node.names)


def _function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    run(define_function(frame, node), node.body)


def _class(frame: Frame, node: ast.ClassDef) -> None:
    run(define_class(frame, node), node.body)


RULES: dict[type[ast.stmt], Callable[[Frame, Any], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Return: _return,
    ast.Expr: _expressions,
    ast.Raise: _expressions,
    ast.Assert: _expressions,
    ast.Delete: _expressions,
    ast.Global: _global,
    ast.Import: import_names,
    ast.ImportFrom: import_from,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
