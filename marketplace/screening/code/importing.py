"""Import statements: which names of the module stand for which modules, local or from a library."""

import ast

from .frames import Frame
from .program import Program
from .values import NOTHING, Value, ref


def import_names(frame: Frame, node: ast.Import) -> None:
    for alias in node.names:
        if alias.asname:
            frame.bind(alias.asname, module_ref(frame, alias.name, node.lineno))
        else:
            module_ref(frame, alias.name, node.lineno)
            top = alias.name.partition(".")[0]
            frame.bind(top, module_ref(frame, top, node.lineno))


def import_from(frame: Frame, node: ast.ImportFrom) -> None:
    source = module_ref(frame, _absolute(frame, node), node.lineno)
    for alias in node.names:
        if alias.name == "*":
            frame.program.bind(frame.module.name, "*", source)
        else:
            frame.bind(alias.asname or alias.name, member(frame, source, alias.name))


def _absolute(frame: Frame, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = frame.module.package.split(".") if frame.module.package else []
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def module_ref(frame: Frame, name: str, line: int = 0) -> Value:
    """`M:` and the name if the package has it (also beside the importing file), else the library's dotted name."""
    program = frame.program
    for candidate in (name, f"{frame.module.package}.{name}" if frame.module.package else name):
        if candidate and program.is_local(candidate):
            program.imports.setdefault(frame.module.name, set()).update((candidate, *_parents(candidate)))
            return ref(f"M:{candidate}")
    if line:
        program.foreign.setdefault(name, (frame.module.path, line))
    return ref(name) if name else NOTHING


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def member(frame: Frame, source: Value, name: str) -> Value:
    result = NOTHING
    for one in source.refs:
        result |= _member_of(frame, one, name)
    return result


def _member_of(frame: Frame, module: str, name: str) -> Value:
    if not module.startswith("M:"):
        return ref(f"{module}.{name}")
    return local_member(frame.program, module[2:], name, importer=frame.module.name)


def local_member(program: Program, module: str, name: str, *, importer: str = "") -> Value:
    """A name of a local module: what it binds, a module below it, or what it got by a star."""
    if (found := program.bound.get((module, name))) is not None:
        return found
    if program.is_local(below := f"{module}.{name}"):
        if importer:
            program.imports.setdefault(importer, set()).add(below)
        return ref(f"M:{below}")
    result = NOTHING
    for one in program.bound.get((module, "*"), NOTHING).refs:
        result |= local_member(program, one[2:], name) if one[:2] == "M:" and one[2:] != module else NOTHING
    return result
