"""Becomes a plugin: `<python> run.py <patches> <entrypoint>` is `<python> -m <entrypoint>` with patches of its SDK."""

import os
import runpy
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

NAME = "patchbay_companion"  # under its own name in the plugin's process, where `runtime` may be the plugin's


def companion() -> ModuleType:
    """The package of this file, found by where it is: nothing of it is put on the plugin's path."""
    here = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is slow to import, and a plugin's start waits for this
    spec = spec_from_file_location(NAME, os.path.join(here, "__init__.py"), submodule_search_locations=[here])  # noqa: PTH118
    assert spec and spec.loader  # noqa: S101 - it is a file beside this one
    sys.modules[NAME] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    return import_module(f"{NAME}.patching")


def main() -> None:
    _, patches, entrypoint = sys.argv
    sys.path[0] = os.getcwd()  # noqa: PTH109 - as -m does
    del sys.argv[1:]
    companion().expect(patches.split(","))
    runpy.run_module(entrypoint, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
