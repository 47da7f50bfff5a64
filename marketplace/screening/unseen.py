"""How code comes to run that no reader of the source sees: out of other files, of memory, or found among many names."""

import ast
import re

from .code import CallSite
from .code.paths import PLUGIN, absolute
from .subject import Subject

_ALWAYS = re.compile(
    r"^(importlib\._bootstrap(_external)?\.\w+(\(\)\.\w+)?|os\.memfd_create"
    r"|ctypes\.(windll|oledll|cdll)\..*(VirtualAlloc\w*|Create(Remote)?Thread|RtlMoveMemory|WriteProcessMemory))$"
)
_LISTS = re.compile(
    r"^(builtins\.(vars|dir)|inspect\.getmembers)$|^(builtins|os|posix|subprocess)\.__dict__\.(items|values|keys)$"
)
_POWERFUL = frozenset(["builtins", "os", "posix", "nt", "subprocess", "ctypes", "pty"])
_MOVES = re.compile(r"^(shutil\.(copy\w*|move)|os\.(rename|renames|replace|link|symlink))$")
_PATH_MOVES = re.compile(r"^pathlib\.Path\(\)\.(rename|replace|copy|move|symlink_to|hardlink_to)$")
_UNPACKS = re.compile(
    r"^(zipfile\.ZipFile\(\)\.extract(all)?|tarfile\.(open|TarFile)\(.*\)\.extract(all)?|shutil\.unpack_archive)$"
)
_CODE = (".py", ".pyc", ".pth", ".so")
_MAPPED = 4  # what PROT_EXEC stands for


def unseen(subject: Subject, site: CallSite, name: str) -> str:
    """What is hidden by the call of this name, "" if nothing is."""
    if _ALWAYS.match(name):
        return f"{name} runs what no file of the package shows"
    if _LISTS.match(name) and (name.endswith(("items", "values", "keys")) or _POWERFUL & site.argument(0).refs):
        return "What can do harm is looked for among names, so that its own name is not written"
    if name == "mmap.mmap" and _is_executable(site):
        return "Memory is made in which machine code can be run"
    if _becomes_code(site, name):
        return "A file that is no code is put where code is"
    if _UNPACKS.match(name) and _lands_among_code(subject, site, name):
        return "An archive is unpacked where modules are looked for"
    return ""


def _is_executable(site: CallSite) -> bool:
    marks = [getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(site.node)]
    numbers = (
        [const for const in site.keywords["prot"].consts if isinstance(const, int)] if "prot" in site.keywords else []
    )
    return "PROT_EXEC" in marks or any(number & _MAPPED for number in numbers)


def _becomes_code(site: CallSite, name: str) -> bool:
    if _MOVES.match(name):
        source, goal = site.argument(0, "src"), site.argument(1, "dst")
    elif _PATH_MOVES.match(name):
        source, goal = site.receiver, site.argument(0, "target")
    else:
        return False
    return any(text.endswith(_CODE) for text in goal.texts()) and not all(
        text.endswith(_CODE) for text in source.texts() or [""]
    )


def _lands_among_code(subject: Subject, site: CallSite, name: str) -> bool:
    at = 1 if name.endswith((".extract", "unpack_archive")) else 0
    goal = site.argument(at, "path", "extract_dir")
    given = len(site.args) > at or {"path", "extract_dir", "**"} & site.keywords.keys()
    places = [absolute(text) for text in goal.texts()] or ([] if given else [PLUGIN])
    return any(place == PLUGIN or _has_code(subject, place) for place in places)


def _has_code(subject: Subject, place: str) -> bool:
    folder = place.removeprefix(f"{PLUGIN}/")
    return folder != place and any(path.startswith(f"{folder}/") and path.endswith(".py") for path in subject.files)
