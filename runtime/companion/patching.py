"""Patches of the SDK in memory: each applied as a whole or not at all, and only to functions whose source was checked."""

import hashlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from operator import attrgetter
from types import ModuleType
from typing import Any

# When this module of the SDK has been read, so have all that are patched, and no plugin has been made yet.
LAST = "dify_plugin.core.server.io_server"

PATCHES = {
    "reading": ".hastening:READING",
    "writing": ".hastening:WRITING",
    "sessions": ".hastening:SESSIONS",
    "loading": ".hastening:LOADING",
    "parsing": ".parsing:PATCH",
    "pooling": ".pooling:PATCH",
    "cancel": ".cancelling:PATCH",
}
"""Name of a patch → where it is; in the order in which they are applied: a later one may stand around an earlier one."""


class NotApplied(Exception):
    """Says why a patch does not fit this plugin."""


@dataclass(frozen=True)
class Patch:
    """`checked` has `<module below dify_plugin>:<name>` of each function that is replaced → digests of the sources that
    the replacement was written for. `apply` gets those functions in that order, raises NotApplied, and replaces them.
    """

    checked: dict[str, frozenset[str]]
    apply: Callable[["Sequence[Place]"], None]


class Place:
    """A function of the SDK where it can be replaced."""

    def __init__(self, where: str) -> None:
        module, _, name = where.partition(":")
        path, _, self.name = name.rpartition(".")
        self.where = where
        self.owner: Any = sys.modules[f"dify_plugin.{module}"]
        if path:
            self.owner = attrgetter(path)(self.owner)
        self.checked: Any = vars(self.owner)[self.name]

    @property
    def original(self) -> Any:
        """What is there now: the SDK's own, or what an earlier patch has put there."""
        return vars(self.owner)[self.name]

    def replace(self, function: Callable[..., Any]) -> None:
        setattr(self.owner, self.name, function)


def digest(function: Any) -> str:
    """Of a function's source, whatever its indentation."""
    return hashlib.sha256(inspect.cleandoc(inspect.getsource(function)).encode()).hexdigest()[:16]


def fitting(patch: Patch) -> list[Place]:
    """The places of a patch; raises NotApplied where one of them is not what it was written for."""
    places = []
    for where, digests in patch.checked.items():
        try:
            place = Place(where)
            found = digest(place.checked)
        except (KeyError, AttributeError, OSError, TypeError) as error:
            raise NotApplied(f"{where} is not there: {error!r}") from None
        if found not in digests:
            raise NotApplied(f"{where} of this SDK has a source that was not checked: {found}")
        places.append(place)
    return places


def applied(names: Iterable[str]) -> dict[str, str]:
    """Applies patches in the order of the table; name → "" or why it was not. All are checked before any is applied."""
    order = list(PATCHES)
    chosen = sorted(names, key=lambda name: order.index(name) if name in order else -1)
    told: dict[str, str] = {}
    ready: list[tuple[str, Patch, list[Place]]] = []
    for name in chosen:
        with noting(told, name):
            module, _, attribute = PATCHES[name].partition(":")
            patch: Patch = getattr(import_module(module, __package__), attribute)
            ready.append((name, patch, fitting(patch)))
    for name, patch, places in ready:
        with noting(told, name):
            patch.apply(places)
    return told


@contextmanager
def noting(told: dict[str, str], name: str) -> Iterator[None]:
    """Whatever goes wrong: the plugin runs as well without this patch."""
    try:
        yield
    except Exception as error:
        told[name] = str(error) or repr(error)
    else:
        told[name] = ""


def announce(told: dict[str, str]) -> None:
    """One line to the host, between those of the SDK."""
    line = json.dumps({"event": "companion", "data": told}, separators=(",", ":"))
    os.write(1, f"\n{line}\n".encode())


class Finder(MetaPathFinder):
    """Waits for the plugin to import its SDK: before that nothing is read or changed that the plugin had not asked for."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != LAST:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self.then()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign] # of this one loader
        return spec


def expect(names: Sequence[str]) -> None:
    """Applies these patches as soon as the SDK is there, and announces them."""

    def now() -> None:
        announce(applied(names))

    if LAST in sys.modules:
        now()
    else:
        sys.meta_path.insert(0, Finder(now))
