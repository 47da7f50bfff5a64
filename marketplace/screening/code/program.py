"""A package's source as a whole: its modules, functions and classes, and all that a name in it may be."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from .modules import Module
from .sites import CallSite, Reference
from .values import NOTHING, Value, crowded, is_crowded


class OutOfTime(Exception):
    """Following the source has taken all the time that there is."""


Callable = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Function:
    scope: str
    node: Callable
    owner: str = ""  # the class it is a method of
    kind: str = "method"  # method | static | class

    def parameters(self) -> list[str]:
        """Positional ones, without self."""
        names = [one.arg for one in (*self.node.args.posonlyargs, *self.node.args.args)]
        return names[1:] if self.owner and self.kind != "static" else names


@dataclass(slots=True)
class Class:
    scope: str
    bases: set[str] = field(default_factory=set)  # scopes of local ones
    foreign: set[str] = field(default_factory=set)  # dotted names
    children: set[str] = field(default_factory=set)
    fields: list[str] = field(default_factory=list)


@dataclass
class Program:
    """`bound` maps (scope or object, name) to all that it may be; `unread` says which files are not Python and why."""

    modules: dict[str, Module]
    unread: dict[str, str]
    files: frozenset[str] = frozenset()
    data: Mapping[str, bytes] = field(default_factory=dict)  # files that are no code
    bound: dict[tuple[str, str], Value] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    returned: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    sites: dict[int, CallSite] = field(default_factory=dict)
    references: dict[tuple[str, int, str], Reference] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)  # local modules by importing module
    walked: set[str] = field(default_factory=set)  # paths of modules that were followed to their end once
    foreign: dict[str, tuple[str, int]] = field(default_factory=dict)  # imported libraries: where first
    parsed: dict[tuple[str, object], object] = field(default_factory=dict)  # texts of data, by what has read them
    changed: bool = False
    moved: bool = False  # whether more changed than constants
    settled: bool = False
    deadline: float = math.inf  # of the monotonic clock

    def go_on(self) -> None:
        """Raises OutOfTime: one expression can ask for more work than a whole package should."""
        if monotonic() > self.deadline:
            raise OutOfTime

    @property
    def calls(self) -> list[CallSite]:
        return list(self.sites.values())

    def bind(self, scope: str, name: str, value: Value) -> None:
        old = self.bound.get((scope, name), NOTHING)
        new = old | value
        if is_crowded(new.consts):
            new = Value(crowded(new.consts), new.refs, new.taints)
        if new is not old and new != old:
            self.bound[scope, name] = new
            self.keys.setdefault(scope, set()).add(name)
            self._note(old, new)

    def give_back(self, scope: str, value: Value) -> None:
        old = self.returned.get(scope, NOTHING)
        new = old | value
        if is_crowded(new.consts):
            new = Value(crowded(new.consts), new.refs, new.taints)
        if new != old:
            self.returned[scope] = new
            self._note(old, new)

    def _note(self, old: Value, new: Value) -> None:
        self.changed = True
        self.moved = self.moved or old.refs != new.refs or old.taints != new.taints

    def is_local(self, name: str) -> bool:
        """Whether a module, or a folder of modules, has this dotted name."""
        return name in self.modules or any(other.startswith(f"{name}.") for other in self.modules)

    def family(self, scope: str) -> list[str]:
        """A class, what it inherits from and what inherits from it: one attribute is looked up in all of them."""
        seen = {scope: None}
        for one in _related(self, scope, "bases"):
            seen.setdefault(one)
        for one in _related(self, scope, "children"):
            seen.setdefault(one)
        return list(seen)

    def foreign_bases(self, scope: str) -> set[str]:
        bases = (self.classes[one].foreign for one in (scope, *_related(self, scope, "bases")) if one in self.classes)
        return set().union(*bases)


def _related(program: Program, scope: str, side: str) -> list[str]:
    seen: dict[str, None] = {}
    waiting = [scope]
    while waiting:
        known = program.classes.get(waiting.pop())
        for other in sorted(getattr(known, side, ())):
            if other not in seen and other != scope:
                seen[other] = None
                waiting.append(other)
    return list(seen)
