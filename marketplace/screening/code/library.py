"""What functions of the standard library and of others give, as far as it matters."""

import ast
import re
from collections.abc import Callable
from itertools import permutations

from .contacts import contact_of
from .data import own_file, own_text
from .decoding import DECODERS, PLAIN, pure_call
from .embedded import run_command
from .frames import Frame
from .keeping import given_back, made_of
from .lookups import element_of, item
from .paths import path_call
from .program import Program
from .sites import CallSite
from .values import HOLE, NOTHING, Value, constant, either, ref, taints_of
from .walking import evaluate

_FORGETTING = frozenset(
    [
        "len",
        "bool",
        "isinstance",
        "hasattr",
        "any",
        "all",
        "ord",
        "id",
        "int",
        "float",
        "abs",
        "min",
        "max",
        "sum",
        "round",
        "hash",
        "callable",
        "issubclass",
        "exists",
        "is_file",
        "is_dir",
        "startswith",
        "endswith",
        "isdigit",
        "count",
        "index",
        "find",
        "status_code",
        "compare_digest",
        "sleep",
        "time",
        "perf_counter",
        "type",
        "range",
        "enumerate",
    ]
) - {"enumerate"}
_FAR = 2
_FEW = 3  # parts that are tried in every order
_WIDE = re.compile(r"\{[^}]*:[^}]*(\d{4,}|\{)")
_SPACES_GET = ("globals().get", "vars().get", "locals().get", ".__dict__.get", "sys.modules.get")
_COMMANDS = re.compile(r"^(subprocess\.\w+|os\.(system|popen|exec\w+|spawn\w+)|asyncio\.create_subprocess_\w+)$")
_READING = (
    *("builtins.open", "io.open", "codecs.open", "aiofiles.open", "os.open", "os.fdopen", "dotenv.dotenv_values"),
    "pathlib.Path().open",
    *("configparser.ConfigParser", "configparser.RawConfigParser", "importlib.resources.read_text", "pkgutil.get_data"),
)

# By the dotted name that is called: functions that call others themselves, and so stand above calls.
SPECIAL: dict[str, Callable[[Frame, CallSite], Value]] = {}
# By what made them: things that get an attribute by name, which stands behind a colon.
GETTERS: dict[str, Callable[[Frame, CallSite, str], Value]] = {}


def forget_labels(name: str, taints: frozenset[str]) -> frozenset[str]:
    """What a number, or a yes or no, still tells of its origin: nothing."""
    return frozenset() if name.rpartition(".")[2] in _FORGETTING else taints


def call_library(frame: Frame, site: CallSite, one: str) -> Value:
    if (special := SPECIAL.get(one)) is not None:
        return special(frame, site)
    if _COMMANDS.match(one):
        run_command(frame, site)
    if one.endswith(_SPACES_GET):
        return item(frame.program, ref(one.removesuffix(".get")), site.argument(0))
    if (getter := GETTERS.get(one.partition(":")[0])) is not None:
        return getter(frame, site, one)
    if (found := path_call(one, site.args)) is not None:
        return found
    taints = taints_of([site.receiver, *site.values()])
    if one in DECODERS or one in PLAIN or one.startswith("builtins."):
        return _pure(frame, site, one)
    if contact_of(one) is not None:
        return ref(f"{one}()").labelled("response")
    if one.startswith("D:"):
        kept = given_back(frame.program, one)
        return kept if kept is not None else _of_container(frame.program, site, one)
    if one in _HOLDERS:
        return either(site.values()) | _given_by(frame, site)
    if one in _READING or one.endswith((".read_text", ".read_bytes")):
        return (ref(f"{one}()") | _code_file(site) | _own(frame.program, site, one)).labelled(*taints, "file")
    read = ["file"] if any(own_file(frame.program, value).refs for value in site.args[:1]) else []
    return (_result(one) | made_of(frame, site)).labelled(*forget_labels(one, taints), *read)


# Containers that hold what another holds; the function of a `defaultdict` gives what is missing.
_HOLDERS = frozenset(
    f"collections.{name}" for name in ("ChainMap", "OrderedDict", "defaultdict", "deque", "UserDict", "UserList")
) | {"types.MappingProxyType", "copy.copy", "copy.deepcopy"}


def _given_by(frame: Frame, site: CallSite) -> Value:
    made = [frame.program.returned.get(one[2:], NOTHING) for one in site.argument(0).refs if one[:2] in ("F:", "B:")]
    if not made or not site.callee.refs & {"collections.defaultdict"}:
        return NOTHING
    holder = f"D:{frame.module.name}:{site.line}:{site.node.col_offset}:defaultdict"
    frame.program.bind(holder, "*", either(made))
    return ref(holder)


def _code_file(site: CallSite) -> Value:
    """`O:` and the path of an opened file that would be run: what is written into it is code."""
    opened = [text for text in site.argument(0, "file").texts() if text.endswith((".py", ".so", ".pth", ".sh"))]
    return ref(*(f"O:{text}" for text in opened))


def _own(program: Program, site: CallSite, one: str) -> Value:
    """What is opened or read, if it is a file of the package itself."""
    if one.endswith((".read_text", ".read_bytes")):
        return own_text(program, site.receiver)
    return own_file(program, site.receiver if one.startswith("pathlib.") else site.argument(0, "file"))


def _result(one: str) -> Value:
    """A name for what the call gives, unless it is too far from anything that is known by name."""
    if one.startswith("dify.runtime.credentials") or one == "dify.session":
        return ref(one)
    if one.startswith("dify.session.") or one.count("()") + one.count("[]") > _FAR:
        return NOTHING
    return ref(f"{one}()")


def _pure(frame: Frame, site: CallSite, one: str) -> Value:
    taints = taints_of([site.receiver, *site.values()])
    result = pure_call(one, site.args, site.keywords)
    if one in DECODERS:
        result = result.labelled("decoded")
    if one in _PASSING:
        result |= either(
            Value(value.consts if one == "builtins.str" else frozenset(), value.refs) for value in site.args
        )
    if one == "builtins.compile":
        result |= Value(frozenset(site.argument(0, "source").texts()))
    if one == "builtins.next":
        result |= element_of(frame.program, site.argument(0))
    if one in _READING:
        return (ref("builtins.open()") | _code_file(site) | _own(frame.program, site, one)).labelled("file", *taints)
    if one in ("builtins.vars", "builtins.globals", "builtins.locals"):
        result |= _namespace(frame, site, one)
    return result.labelled(*forget_labels(one, taints))


_PASSING = frozenset(
    f"builtins.{name}"
    for name in [
        "staticmethod",
        "classmethod",
        "property",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "iter",
        "next",
        "enumerate",
        "zip",
        "filter",
        "str",
        "bytes",
    ]
)


def _namespace(frame: Frame, site: CallSite, one: str) -> Value:
    name = f"{one.rpartition('.')[2]}()"
    space = site.args[0] if site.args else ref(f"M:{frame.module.name}")
    frame.program.bind("namespace", name, space)
    frame.program.bound.setdefault(("namespace", name), NOTHING)
    return ref(name)


def mapped(frame: Frame, site: CallSite) -> Value:
    """Each element through a built-in function, if all of them are known."""
    function, source = site.args
    elements = [const for const in source.consts if isinstance(const, str | bytes | tuple) and len(const) <= 4096]
    if len(elements) != 1 or len(function.refs) != 1:
        return NOTHING
    (name,) = function.refs
    try:
        if not name.startswith("F:"):
            return constant(tuple(pure_call(name, (constant(part),), {}).known() for part in elements[0]))
    except LookupError:
        return NOTHING
    return _through_lambda(frame, name[2:], elements[0])


def _through_lambda(frame: Frame, scope: str, elements: str | bytes | tuple[object, ...]) -> Value:
    known = frame.program.functions.get(scope)
    if known is None or not isinstance(known.node, ast.Lambda) or len(known.parameters()) != 1:
        return NOTHING
    inner = frame.inner(scope)
    body, (name,) = known.node.body, known.parameters()
    try:
        return constant(tuple(evaluate(inner.with_names({name: constant(part)}), body).known() for part in elements))
    except LookupError:
        return NOTHING


def _of_container(program: Program, site: CallSite, one: str) -> Value:
    holder, _, method = one.rpartition(".")
    if method in ("get", "pop", "setdefault", "__getitem__"):
        found = item(program, ref(holder), site.argument(0))
        return found | (site.args[1] if len(site.args) > 1 else NOTHING)
    if method in ("items", "values", "keys"):
        return ref(f"{one}()").labelled(*site.receiver.taints)
    if method == "copy":
        return ref(holder).labelled(*site.receiver.taints)
    return Value(taints=site.receiver.taints)


def method_of_text(program: Program, site: CallSite, method: str) -> Value | None:
    """What a method of a text or of bytes gives; None if there is no such method."""
    if not hasattr(str, method) and not hasattr(bytes, method) and method not in ("substitute", "safe_substitute"):
        return None
    taints = forget_labels(method, taints_of([site.receiver, *site.values()]))
    if method == "join" and site.args:
        return _join(program, site).labelled(*taints)
    if method in ("substitute", "safe_substitute"):
        return _substituted(site).labelled(*taints)
    if method in ("format", "format_map"):
        return _format(site, _given(program, site, method)).labelled(*taints)
    if method == "translate" and site.args:
        return _translated(site, _by_code(program, site.args[0])).labelled(*taints, "decoded")
    result = pure_call(f"str.{method}", (site.receiver, *site.args), site.keywords)
    return result.labelled(*taints, *(["decoded"] if method in ("translate", "swapcase") else []))


def _join(program: Program, site: CallSite) -> Value:
    value = pure_call("str.join", (site.receiver, site.args[0]), {})
    grown = any((one, "*") in program.bound for one in site.args[0].refs)
    if value.consts and not grown:
        return value.labelled("joined")
    parts = element_of(program, site.args[0])
    words = [text for text in parts.texts() if HOLE not in text]
    if 1 < len(words) <= _FEW and all(isinstance(const, str) for const in parts.consts):
        # collected one after another: the order is not known, the possible ones are few
        texts = [between.join(some) for between in site.receiver.texts()[:2] for some in permutations(sorted(words))]
        return Value(frozenset(texts), frozenset(), parts.taints | {"joined"})
    return Value(frozenset([f"{HOLE}"]), frozenset(), parts.taints)


def _by_code(program: Program, value: Value) -> dict[int, str]:
    """A table for `translate`, as far as it is written out."""
    held = [(key, program.bound[one, key]) for one in value.refs for key in program.keys.get(one, ())]
    return {int(key): text for key, part in held if key.isdigit() for text in part.texts()[:1]}


def _translated(site: CallSite, table: dict[int, str]) -> Value:
    return Value(frozenset(text.translate(table) for text in site.receiver.texts()) if table else frozenset())


def _given(program: Program, site: CallSite, method: str) -> dict[str, Value]:
    """What a text is filled in with by name: keywords, or the dictionary of `format_map` and of two stars."""
    spread = [*site.args[:1]] if method == "format_map" else [site.keywords["**"]] if "**" in site.keywords else []
    holders = [one for value in spread for one in value.refs if one.startswith("D:")]
    held = {key: program.bound[one, key] for one in holders for key in program.keys.get(one, ())}
    return {key: value for key, value in (held | site.keywords).items() if key.isidentifier()}


def _format(site: CallSite, given: dict[str, Value]) -> Value:
    texts: set[str] = set()
    args = [str(next(iter(value.consts))) if len(value.consts) == 1 else HOLE for value in site.args]
    keywords = {key: str(next(iter(v.consts))) if len(v.consts) == 1 else HOLE for key, v in given.items()}
    for text in site.receiver.texts():
        try:
            texts.add(text.format(*args, **keywords) if not _WIDE.search(text) else HOLE)
        except (LookupError, ValueError, AttributeError, TypeError):
            texts.add(text.partition("{")[0] + HOLE)
    return Value(frozenset(texts))


def _substituted(site: CallSite) -> Value:
    texts = set()
    for text in site.receiver.texts():
        for key, value in site.keywords.items():
            known = next(iter(value.texts()), HOLE)
            text = text.replace(f"${{{key}}}", known).replace(f"${key}", known)
        texts.add(text)
    return Value(frozenset(texts))
