"""Becomes a plugin: `<python> run.py <patches> <entrypoint>` is `<python> -m <entrypoint>` with patches of its SDK.

`<python> run.py <patches> "" <descriptor> <room>` becomes a fork-server, and each copy of it a plugin.
"""

import builtins
import os
import runpy
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

NAME = "patchbay_companion"  # under its own name in the plugin's process, where `runtime` may be the plugin's


def companion(part: str) -> ModuleType:
    """A module of this file's package, found by where it is: nothing of it is put on the plugin's path."""
    here = os.path.dirname(__file__)
    spec = spec_from_file_location(NAME, os.path.join(here, "__init__.py"), submodule_search_locations=[here])
    assert spec and spec.loader  # noqa: S101 - it is a file beside this one
    sys.modules[NAME] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    return import_module(f"{NAME}.{part}")


def main() -> None:
    _, patches, entrypoint, *serving = sys.argv
    names = patches.split(",") if patches else []
    if serving:
        del sys.path[0]
        entrypoint = companion("serving").serve(names, int(serving[0]))["entrypoint"]
    else:
        sys.path[0] = os.getcwd()
        del sys.argv[1:]
        companion("patching").expect(names)
    become_main(entrypoint)


def become_main(entrypoint: str) -> None:
    """What `python -m` does once it is up, in a `__main__` that holds nothing of ours."""
    sys.modules["__main__"] = fresh = ModuleType("__main__")
    fresh.__dict__["__builtins__"] = builtins
    runpy._run_module_as_main(entrypoint)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
