"""Functions of Python's own that reach into things by name, hold calls back, or run what they are given."""

import ast
from collections.abc import Callable

from .embedded import run_text
from .frames import Frame
from .importing import module_ref
from .invoking import call_value
from .lookups import attribute, foreign, note_references, owner_objects
from .paths import PLUGIN, of_environment
from .sites import CallSite
from .values import HOLE, NOTHING, Value, constant, either, ref


def _template(_: Frame, site: CallSite) -> Value:
    return Value(site.argument(0).consts, frozenset(["string.Template()"]), site.argument(0).taints)


def _import(frame: Frame, site: CallSite) -> Value:
    given = site.argument(0, "name")
    found = either(module_ref(frame, name, site.line) for name in given.texts() if name and HOLE not in name)
    labels = {"decoded", "joined"} & given.taints
    return (found if found.refs else ref("importlib.unknown")).labelled(*labels)


def _getattr(frame: Frame, site: CallSite) -> Value:
    holder, names = site.argument(0), site.argument(1)
    if not names.texts():
        found = either(foreign(f"{one}.?") for one in holder.refs if one[1:2] != ":")
        return (found | site.argument(2)).labelled(*holder.taints)
    found = either(attribute(frame.program, holder, name) for name in names.texts())
    note_references(frame, site.node, found)
    default = site.argument(2)
    return found if found.refs or found.consts else found | default


def _setattr(frame: Frame, site: CallSite) -> Value:
    for one in owner_objects(site.argument(0)):
        for name in site.argument(1).texts():
            frame.program.bind(one, name, site.argument(2))
    return NOTHING


def _partial(frame: Frame, site: CallSite) -> Value:
    holder = f"P:{site.module.name}:{site.line}:{site.node.col_offset}"
    for index, value in enumerate(site.args):
        frame.program.bind(holder, "callee" if index == 0 else f"{index:03}", value)
    for name, value in site.keywords.items():
        frame.program.bind(holder, f"={name}", value)
    return ref(holder)


def _environment(_: Frame, site: CallSite) -> Value:
    name = site.argument(0)
    if not site.args and not site.keywords:
        return Value(taints=frozenset(["environment"]))
    if (known := of_environment(name.texts())) is not None:
        return known
    return Value(site.argument(1, "default").consts, frozenset(), frozenset(["variable"]))


def _own_file(_: Frame, site: CallSite) -> Value:
    return constant(f"{PLUGIN}/{site.module.path}")


def _super(frame: Frame, _: CallSite) -> Value:
    return ref(f"I:{frame.owner}") if frame.owner else NOTHING


def _members(_: Frame, site: CallSite) -> Value:
    """Whatever an object holds; of the session it can be any part."""
    return ref(*(f"{one}.?" if one.startswith("dify.session") else f"{one}.?[]" for one in site.argument(0).refs))


def _type(_: Frame, site: CallSite) -> Value:
    given = site.argument(0)
    return ref(*(f"C:{one[2:]}" if one.startswith("I:") else one.removesuffix("()") for one in given.refs))


def _attrgetter(_: Frame, site: CallSite) -> Value:
    return ref(*(f"operator.attrgetter:{name}" for name in site.argument(0).texts()))


def _methodcaller(frame: Frame, site: CallSite) -> Value:
    names = site.argument(0).texts()
    for name in names:
        frame.program.bind(f"methodcaller:{name}", "args", either(site.args[1:]))
    return ref(*(f"operator.methodcaller:{name}" for name in names))


def _gotten(frame: Frame, site: CallSite, one: str) -> Value:
    """What an attrgetter or a methodcaller gives for the thing that it is called with."""
    kind, _, path = one.partition(":")
    found = site.argument(0)
    for name in path.split("."):
        found = attribute(frame.program, found, name)
    note_references(frame, site.node, found)
    if kind.endswith("attrgetter"):
        return found
    node = site.node.__dict__.setdefault("called", ast.copy_location(ast.Call(site.node, [], []), site.node))
    held = frame.program.bound.get((f"methodcaller:{path}", "args"), NOTHING)
    return call_value(frame, node, found, args=(held,))


def _resolved(_: Frame, site: CallSite) -> Value:
    """What is found by its dotted name, written as a text."""
    return ref(*(text.replace(":", ".") for text in site.argument(0).texts() if text and HOLE not in text))


_RESOLVERS = (
    *("pydoc.locate", "pkgutil.resolve_name", "werkzeug.utils.import_string", "zope.dottedname.resolve.resolve"),
    *("django.utils.module_loading.import_string", "kombu.utils.imports.symbol_by_name"),
    *("celery.utils.imports.symbol_by_name", "hydra.utils.get_method", "hydra.utils.get_object"),
)


SPECIAL: dict[str, Callable[[Frame, CallSite], Value]] = dict.fromkeys(_RESOLVERS, _resolved) | {
    "builtins.__import__": _import,
    "importlib.import_module": _import,
    "importlib.__import__": _import,
    "builtins.getattr": _getattr,
    "operator.attrgetter": _attrgetter,
    "operator.methodcaller": _methodcaller,
    "builtins.setattr": _setattr,
    "functools.partial": _partial,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "os.environ.copy": _environment,
    "os.environ.items": _environment,
    "os.environ.pop": _environment,
    "string.Template": _template,
    "inspect.getfile": _own_file,
    "inspect.getsourcefile": _own_file,
    "inspect.getabsfile": _own_file,
    "builtins.exec": run_text,
    "builtins.eval": run_text,
    "builtins.super": _super,
    "builtins.type": _type,
    "inspect.getmembers": _members,
    "inspect.getmembers_static": _members,
}
GETTERS: dict[str, Callable[[Frame, CallSite, str], Value]] = {
    "operator.attrgetter": _gotten,
    "operator.methodcaller": _gotten,
}
