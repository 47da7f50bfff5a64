"""What checks look at: calls with the values that reach them, and mentions of things that matter."""

import ast
from dataclasses import dataclass, field

from .modules import Module
from .values import NOTHING, Value


def written(node: ast.AST, most: int = 160) -> str:
    """As it stands in the source, on one line and shortened."""
    try:
        text = " ".join(ast.unparse(node).split())
    except RecursionError:
        text = "(nested too deeply to be shown)"
    return text if len(text) <= most else f"{text[: most - 3]}..."


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call in the source: what may be called (`callee.refs`) with what."""

    module: Module
    node: ast.expr
    scope: str
    callee: Value
    receiver: Value
    args: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def source(self) -> str:
        """The call as it is written, shortened."""
        return written(self.node)

    @property
    def names(self) -> frozenset[str]:
        return self.callee.refs

    def argument(self, index: int, *names: str) -> Value:
        """By position or by one of the names."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return self.args[index] if 0 <= index < len(self.args) else NOTHING

    def values(self) -> list[Value]:
        """Everything that is handed over."""
        return [*self.args, *self.keywords.values()]


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing that is named, called or not."""

    module: Module
    line: int
    name: str
    source: str

    @property
    def path(self) -> str:
        return self.module.path
