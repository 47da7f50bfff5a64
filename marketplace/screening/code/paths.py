"""Paths as texts: PLUGIN is the package's own folder, other plugins lie beside it, HOME is of whoever runs it."""

import posixpath
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from .values import NOTHING, Value, constant

HOST = "/<host>"
PLUGIN, HOME, TEMPORARY = f"{HOST}/<disk>/<data>/<plugins>/<plugin>", "/<home>", "/tmp"  # noqa: S108 -- read in source, never opened
SITE = "/usr/lib/python3/site-packages"
_PATH = "pathlib.Path()"


# Variables that say where the host keeps plugins, and where whoever runs it is at home.
_PLUGINS = re.compile(r"^(DIFY|PLUGIN|STORAGE|MARKETPLACE)\w*_(PATH|DIR|FOLDER|ROOT|HOME|CWD)$|^OLDPWD$")
_OWN = ("PWD", "INIT_CWD")
_HOMES = {"HOME": "", "USERPROFILE": "", "XDG_CONFIG_HOME": "/.config", "XDG_DATA_HOME": "/.local/share"}


def of_environment(names: Iterable[str]) -> Value | None:
    """The path that a variable of the environment is known to hold."""
    for name in names:
        if name in _HOMES:
            return constant(HOME + _HOMES[name])
        if name in _OWN:
            return constant(PLUGIN)
        if _PLUGINS.match(name):
            return constant(posixpath.dirname(PLUGIN), "variable")
    return None


def is_path(value: Value) -> bool:
    return any(one in (_PATH, "pathlib.PurePath()", "pathlib.PosixPath()") for one in value.refs)


def path(*texts: str) -> Value:
    return Value(frozenset(texts), frozenset([_PATH]))


def path_attribute(value: Value, name: str) -> Value:
    if not is_path(value):
        return NOTHING
    texts = value.texts()
    match name:
        case "parent":
            return path(*(parent(text) for text in texts))
        case "parents":
            return Value(frozenset(tuple(parents(text)) for text in texts), frozenset(["pathlib.parents"]))
        case "parts":
            return Value(frozenset(PurePosixPath(text).parts for text in texts), taints=value.taints)
        case "name" | "stem" | "suffix":
            return Value(frozenset(_part(text, name) for text in texts))
    return NOTHING


def _part(text: str, name: str) -> str:
    base = posixpath.basename(text)
    stem, suffix = posixpath.splitext(base)
    return {"name": base, "stem": stem, "suffix": suffix}[name]


def parent(text: str) -> str:
    return posixpath.dirname(text.rstrip("/")) or "/" if text.startswith("/") else posixpath.dirname(text) or ".."


def parents(text: str) -> list[str]:
    result: list[str] = []
    while text not in ("/", "..", "") and len(result) < 20:
        text = parent(text)
        result.append(text)
    return [*result, *["/"] * 4]


def join_paths(left: Value, right: Value) -> Value:
    texts = [posixpath.join(one, other) for one in left.texts() for other in right.texts() or ["\ufffc"]]
    return Value(frozenset(texts[:32]), frozenset([_PATH]), left.taints | right.taints)


def path_method(value: Value, name: str, args: tuple[Value, ...]) -> Value | None:
    """What a method of a path gives, if it gives a path."""
    if not is_path(value):
        return None
    match name:
        case "with_name" | "with_stem" if args and args[0].texts():
            return path(*(posixpath.join(parent(text), name) for text in value.texts() for name in args[0].texts()))
        case "resolve" | "absolute" | "with_name" | "with_stem" | "with_suffix" | "relative_to":
            return path(*(absolute(text) for text in value.texts())).labelled(*value.taints)
        case "expanduser":
            return path(*(text.replace("~", HOME, 1) for text in value.texts())).labelled(*value.taints)
        case "joinpath":
            for one in args:
                value = join_paths(value, one)
            return value
        case "as_uri":
            return Value(frozenset(f"file://{absolute(text)}" for text in value.texts()), frozenset(), value.taints)
        case "as_posix" | "__str__" | "__fspath__":
            return Value(value.consts, frozenset(), value.taints)
        case "glob" | "rglob" | "iterdir" | "walk":
            return join_paths(value, args[0] if args else constant("*"))
    return None


def absolute(text: str) -> str:
    """Where a path leads, from the plugin's folder if it is relative."""
    return posixpath.normpath(posixpath.join(PLUGIN, text))


def path_call(name: str, args: tuple[Value, ...]) -> Value | None:
    """What functions of os, os.path and pathlib give, if it is a path."""
    first = args[0] if args else NOTHING
    match name:
        case "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath":
            value = first if first.consts else constant("\ufffc" if args else ".").labelled(*first.taints)
            for one in args[1:]:
                value = join_paths(value, one)
            return Value(value.consts, frozenset([_PATH]), value.taints)
        case "pathlib.Path.home":
            return path(HOME)
        case "pathlib.Path.cwd":
            return path(PLUGIN)
        case "importlib.resources.files":
            return path(*(f"{PLUGIN}/{text.replace('.', '/')}" for text in first.texts() or [""]))
        case "os.getcwd" | "os.getcwdb":
            return constant(PLUGIN)
        case "tempfile.gettempdir" | "tempfile.mkdtemp" | "tempfile.mktemp":
            return constant(TEMPORARY)
        case "os.path.expanduser" | "os.path.expandvars":
            return _mapped(first, expanded)
        case "os.path.dirname":
            return _mapped(first, posixpath.dirname)
        case "os.path.split":
            return Value(frozenset(posixpath.split(text) for text in first.texts()), taints=first.taints)
        case "os.path.relpath" | "os.path.normcase":
            return Value(first.consts, frozenset(), first.taints)
        case "os.path.commonpath" | "os.path.commonprefix":
            return _mapped(first, posixpath.dirname) | constant("/")
        case "os.path.basename":
            return _mapped(first, posixpath.basename)
        case "os.path.abspath" | "os.path.realpath" | "os.path.normpath":
            return _mapped(first, absolute)
        case "os.path.join" | "posixpath.join":
            value = first
            for one in args[1:]:
                value = join_paths(value, one)
            return Value(value.consts, frozenset(), value.taints)
        case "site.getsitepackages":
            return Value(frozenset([(SITE,)]))
        case "site.getusersitepackages" | "sysconfig.get_path" | "distutils.sysconfig.get_python_lib":
            return constant(SITE)
        case "os.fspath" | "builtins.str":
            return Value(first.consts, frozenset(), first.taints) if is_path(first) else None
    return None


def _mapped(value: Value, change: object) -> Value:
    texts = frozenset(change(text) for text in value.texts())  # type: ignore[operator]
    return Value(texts, frozenset(), value.taints)


def expanded(text: str) -> str:
    if (named := re.match(r"\$\{?(\w+)\}?", text)) and (known := of_environment([named[1]])) is not None:
        return known.texts()[0] + text[named.end() :]
    for written in ("~", "$HOME", "${HOME}"):
        if text.startswith(written):
            return HOME + text[len(written) :]
    return text
