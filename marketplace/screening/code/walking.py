"""The walk over the syntax tree: each node goes to the rule of its kind; `reading.py` brings the rules together."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from .frames import Frame
from .values import NOTHING, Value

EXPRESSIONS: dict[type[ast.expr], Callable[[Frame, Any], Value]] = {}
STATEMENTS: dict[type[ast.stmt], Callable[[Frame, Any], None]] = {}


def evaluate(frame: Frame, node: ast.expr) -> Value:
    rule = EXPRESSIONS.get(type(node))
    return rule(frame, node) if rule is not None else NOTHING


def run(frame: Frame, body: Iterable[ast.stmt]) -> None:
    for statement in body:
        frame.program.go_on()
        if (rule := STATEMENTS.get(type(statement))) is not None:
            rule(frame, statement)
