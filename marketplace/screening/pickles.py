"""Pickles are programs: what a file of that kind would call when it is loaded, without loading it."""

import pickletools
import re
from collections.abc import Iterator

_NAMES = re.compile(r"\.(pkl|pickle|joblib|bin|dat|pt|pth|model|cache|sav)$", re.IGNORECASE)
_LARGEST = 5_000_000
_MODULES = frozenset(
    [
        "os",
        "posix",
        "nt",
        "subprocess",
        "sys",
        "socket",
        "pty",
        "runpy",
        "importlib",
        "shutil",
        "commands",
        "webbrowser",
    ]
)
_BUILTINS = frozenset(["exec", "eval", "__import__", "getattr", "setattr", "compile", "open", "globals", "breakpoint"])


def harmful(path: str, content: bytes) -> str:
    """The first thing that loading the file would call and that can do harm, "" if there is none or it is no pickle."""
    if len(content) > _LARGEST or not (_NAMES.search(path) or content[:1] == b"\x80"):
        return ""
    try:
        return next((name for name in _called(content) if _does_harm(name)), "")
    except Exception:  # whatever is no pickle ends somewhere in the middle
        return ""


def _called(content: bytes) -> Iterator[str]:
    texts: list[str] = []
    for operation, argument, _ in pickletools.genops(content):
        if operation.name in ("GLOBAL", "INST"):
            yield str(argument).replace(" ", ".")
        elif operation.name == "STACK_GLOBAL":
            yield ".".join(texts[-2:])
        elif isinstance(argument, str):
            texts.append(argument)


def _does_harm(name: str) -> bool:
    module, _, function = name.rpartition(".")
    return module.partition(".")[0] in _MODULES or (module in ("builtins", "__builtin__") and function in _BUILTINS)
