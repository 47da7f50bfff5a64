"""Things of libraries that keep what they are given and give it back: namespaces, queues, context variables, references."""

from .frames import Frame
from .lookups import element_of
from .program import Program
from .sites import CallSite
from .values import NOTHING, Value, ref

_MARK = ":kept"
_WORTH = "dify."  # only what leads back to the host is followed so far


def _worth(value: Value) -> Value:
    return Value(refs=frozenset(one for one in value.refs if one.startswith(_WORTH)))


def made_of(frame: Frame, site: CallSite) -> Value:
    """What a library makes out of the session: it may be the session, and may hold it under any name."""
    given = {str(index): value for index, value in enumerate(site.args)} | site.keywords
    found = {name: kept for name, value in given.items() if (kept := _worth(value)).refs}
    if not found:
        return NOTHING
    holder = f"D:{frame.module.name}:{site.line}:{site.node.col_offset}{_MARK}"
    for name, value in found.items():
        frame.program.bind(holder, name, value)
    passed = frozenset(one for name, value in found.items() if name.isdigit() for one in value.refs)
    return Value(refs=passed | {holder})


def put_into(frame: Frame, name: str, site: CallSite) -> None:
    """`queue.put(session)`: whatever the name holds gives it back later."""
    for value in site.values():
        if (kept := _worth(value)).refs:
            scope = frame.home(name)
            holder = f"D:{scope}:{name}{_MARK}"
            frame.program.bind(holder, "*", kept)
            frame.program.bind(scope, name, ref(holder))


def given_back(program: Program, one: str) -> Value | None:
    """What a call of such a thing, or of any method of it, gives; None if it is none."""
    holder, mark, _ = one.partition(_MARK)
    return element_of(program, ref(holder + mark)) if mark else None
