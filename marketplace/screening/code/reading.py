"""Reading a package's source: every module is walked until nothing new is learnt about any name."""

from collections.abc import Mapping
from time import monotonic

from . import data, expressions, folding, invoking, library, reflecting, statements, walking
from .modules import at_run_time, parse_modules
from .program import OutOfTime, Program

_PASSES, _TEXT_PASSES = 8, 3
_SECONDS = 60  # a plugin that takes longer is read as far as it goes, and says which files were not

# Expressions hold calls, calls run code in texts, and that has expressions again: the rules meet here, and not by imports.
walking.EXPRESSIONS.update(expressions.RULES | invoking.RULES)
walking.STATEMENTS.update(statements.RULES)
library.SPECIAL.update(reflecting.SPECIAL | folding.SPECIAL | data.SPECIAL)
library.GETTERS.update(reflecting.GETTERS | data.GETTERS)


def read_program(files: Mapping[str, bytes], *, seconds: float = _SECONDS) -> Program:
    """Read all Python of a package. Never raises for what is in it."""
    modules, unread = parse_modules(files)
    modules = at_run_time(modules, files)
    held = {path: content for path, content in files.items() if not path.endswith(".py")}
    program = Program(modules, unread, frozenset(files), held, deadline=monotonic() + seconds)
    try:
        program.settled = _walk_on(program)
    except OutOfTime:
        late = f"it, or what is read before it, takes longer than {seconds:g} seconds to follow"
        unread |= {module.path: late for module in modules.values() if module.path not in program.walked}
    return program


def _walk_on(program: Program) -> bool:
    """Walk the modules until nothing new is learnt; whether it came to that. Raises OutOfTime."""
    for turn in range(_PASSES):
        program.changed = program.moved = False
        for module in program.modules.values():
            try:
                statements.run_module(program, module)
            except RecursionError:
                program.unread[module.path] = "nested too deeply"
            program.walked.add(module.path)
        # a text that grows in a loop would never come to rest
        if not program.changed or (turn >= _TEXT_PASSES and not program.moved):
            return True
    return False
