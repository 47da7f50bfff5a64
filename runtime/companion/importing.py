"""What a fork-server has imported, so that a host can tell for which plugins that is the same as what they would import."""

import importlib
import os
import re
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SDK = "dify_plugin"
# What the SDK itself loads no earlier than for its first call: shared by all if it is there before the fork.
LATER = (
    "dify_plugin.invocations.app",
    "dify_plugin.invocations.app.chat",
    "dify_plugin.invocations.app.completion",
    "dify_plugin.invocations.app.workflow",
    "dify_plugin.invocations.file",
    "dify_plugin.invocations.model.llm",
    "dify_plugin.invocations.model.llm_structured_output",
    "dify_plugin.invocations.model.moderation",
    "dify_plugin.invocations.model.rerank",
    "dify_plugin.invocations.model.speech2text",
    "dify_plugin.invocations.model.text_embedding",
    "dify_plugin.invocations.model.tts",
    "dify_plugin.invocations.storage",
    "dify_plugin.invocations.tool",
    "dify_plugin.invocations.workflow_node.parameter_extractor",
    "dify_plugin.invocations.workflow_node.question_classifier",
    "encodings.idna",
)


class Sought(MetaPathFinder):
    """Stands behind all finders and notes what none of them has found: another environment may have it."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: "ModuleType | None" = None) -> "ModuleSpec | None":
        if path is None:
            self.names.add(name)
        return None


def load() -> "dict[str, Any]":
    """Imports the SDK. `packages`: name → version of all that was imported; `strange`: what belongs to none of them;
    `modules`: what is loaded; `sought`: what was looked for in vain. Of modules the first part of their names."""
    sought = Sought()
    sys.meta_path.append(sought)
    importlib.import_module(SDK)
    for name in LATER:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # this release has no such thing
    sys.meta_path.remove(sought)
    packages, strange = imported()
    modules = {name.partition(".")[0] for name in sys.modules}
    return {
        "packages": packages,
        "strange": strange,
        "modules": sorted(modules),
        "sought": sorted(sought.names - modules),
    }


def imported() -> "tuple[dict[str, str], list[str]]":
    """Packages of the environment of which something is loaded, and modules in it that belong to none."""
    own = os.path.join(sys.prefix, "")
    packages: dict[str, str] = {}
    strange: set[str] = set()
    for place in [path for path in sys.path if path.startswith(own)]:
        loaded = tops(place)
        known = [(top, package) for top, package in owned(place) if top in loaded]
        packages.update(package for _, package in known)
        strange |= loaded - {top for top, _ in known}
    return packages, sorted(strange)


def tops(place: str) -> "set[str]":
    """First parts of the paths below `place` that modules were loaded from."""
    inside = os.path.join(place, "")
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    return {file[len(inside) :].partition(os.sep)[0] for file in files if file.startswith(inside)}


def owned(place: str) -> "Iterator[tuple[str, tuple[str, str]]]":
    """First part of a path below `place` → the package it belongs to, and that one's version."""
    for entry in os.listdir(place):
        if entry.endswith(".dist-info"):
            name, _, version = entry[: -len(".dist-info")].partition("-")
            for line in lines(os.path.join(place, entry, "RECORD")):
                yield line.partition(",")[0].partition("/")[0].strip('"'), (normal(name), version)


def lines(path: str) -> "list[str]":
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:
        return []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
