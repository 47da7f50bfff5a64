"""The Python files of a package as modules, by the name under which they are imported."""

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_LARGEST = 2_000_000
_TESTS = re.compile(r"(^|/)(tests?|testing|__tests__|examples?)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")


@dataclass(frozen=True, slots=True)
class Module:
    """One file; `name` is dotted from the package's root, which is where the SDK's loader looks."""

    path: str
    name: str
    tree: ast.Module
    is_package: bool

    @property
    def package(self) -> str:
        """What relative imports are relative to."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def looks_like_test(self) -> bool:
        return bool(_TESTS.search(self.path))


def parse_modules(files: Mapping[str, bytes]) -> tuple[dict[str, Module], dict[str, str]]:
    """Modules by name, and the reason by path for each file that could not be read as Python."""
    modules: dict[str, Module] = {}
    unread: dict[str, str] = {}
    for path in files:
        if path.endswith((".py", ".pyw")):
            try:
                module = parse_module(path, files[path])
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                unread[path] = f"{error}"
            else:
                modules[module.name] = module
    return modules, unread


def parse_module(path: str, source: bytes) -> Module:
    """Raises SyntaxError, ValueError or RecursionError."""
    if len(source) > _LARGEST:
        raise ValueError(f"larger than {_LARGEST} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source, path)
    parts = PurePosixPath(path).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(path, ".".join(parts[:-1] if is_package else parts) or "__init__", tree, is_package)


def at_run_time(modules: Mapping[str, Module], files: Mapping[str, bytes]) -> dict[str, Module]:
    """The modules without tests that nothing else names, neither by an import nor in a text or a declaration."""
    wanted = {name: module for name, module in modules.items() if not module.looks_like_test}
    tests = {name: module for name, module in modules.items() if name not in wanted}
    if tests:
        declared = b"\n".join(content for path, content in files.items() if path.endswith((".yaml", ".yml", ".toml")))
        wanted |= {name: module for name, module in tests.items() if module.path.encode() in declared}
    waiting = list(wanted.values())
    while waiting and tests:
        named = _names_in(waiting.pop().tree)
        found = [name for name in tests if name not in wanted and _is_named(name, named)]
        wanted |= {name: tests[name] for name in found}
        waiting += [tests[name] for name in found]
    return {name: module for name, module in modules.items() if name in wanted}


def _is_named(name: str, named: frozenset[str]) -> bool:
    path = name.replace(".", "/")
    return name in named or path in named or f"{path}.py" in named or name.rpartition(".")[2] in named


def _names_in(tree: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names}
            names |= {node.module or "", *((node.module or "").rpartition(".")[2:])}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            names.add(node.value)
    return frozenset(names)
