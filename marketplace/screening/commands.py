"""Other programs that are started, and whether a reader can tell which."""

import ast
import re
from collections.abc import Iterator

from .code import CallSite, Value
from .code.lookups import element_of
from .code.paths import PLUGIN, TEMPORARY, absolute
from .code.values import HOLE, ordered
from .findings import Finding
from .subject import Subject

PROCESS = re.compile(
    r"^(os\.(system|popen|spawn\w*|exec[lv]\w*|posix_spawnp?|startfile|fork|forkpty)|subprocess\.\w+|"
    r"pty\.spawn|commands\.\w+|popen2\.\w+"
    r"|asyncio\.(create_)?subprocess_(shell|exec)|asyncio\.create_subprocess_(shell|exec)"
    r"|asyncio\.subprocess\.\w+|sh\.\w+|pexpect\.(spawn|run)|plumbum\.\w+|fabric\.\w+"
    r"|asyncio\.get_event_loop\(\)\.subprocess_(shell|exec)|multiprocessing\.popen_fork\.\w+|"
    r"_posixsubprocess\.fork_exec|platform\.popen|invoke\.run|delegator\.run)$"
)
_NOT_STARTING = re.compile(r"^subprocess\.(PIPE|DEVNULL|STDOUT|list2cmdline|\w+Error|TimeoutExpired|CompletedProcess)")
_PIP = re.compile(r"\b(pip3?|uv|easy_install|conda)\b.{0,20}\b(install|add)\b", re.DOTALL)
_INSTALLERS = frozenset(["pip", "pip3", "uv", "conda"])
_HIDING = frozenset(["decoded", "joined"])


def starts(name: str) -> bool:
    return bool(PROCESS.match(name)) and not _NOT_STARTING.match(name)


def is_plain(site: CallSite, name: str) -> bool:
    """Whether the call is written by the name that it has, so that a reader sees what it is."""
    if name.startswith("builtins."):
        return (
            isinstance(site.node, ast.Call)
            and isinstance(site.node.func, ast.Name)
            and f"builtins.{site.node.func.id}" == name
        )
    written = site.source.partition("(")[0]
    return written.rpartition(".")[2] == name.rpartition(".")[2]


def started(subject: Subject, site: CallSite, *, name: str, taints: frozenset[str]) -> Finding:
    texts = [text for value in site.values() for text in _words(value | element_of(subject.program, value))]
    if _PIP.search(" ".join(texts)) or (_INSTALLERS & set(texts) and {"install", "add"} & set(texts)):
        return Finding(
            "code.install",
            f"{name} installs packages while the plugin runs; declare them",
            site.path,
            site.line,
            site.source,
        )
    hidden = (
        taints & {"decoded", "response"}
        or site.callee.taints & _HIDING
        or not is_plain(site, name)
        or name == "pty.spawn"
        or (site.args and "variable" in site.args[0].taints and not site.args[0].consts and not site.args[0].refs)
        or _fetches(" ".join(texts))
        or _is_made_at_run_time(subject, site)
    )
    rule = "code.process-hidden" if hidden else "code.process"
    return Finding(rule, f"{name} starts another program", site.path, site.line, site.source)


_INTERPRETERS = re.compile(r"^(ba|da|z|k)?sh$|^python[\d.]*$|^(perl|ruby|node|env|nohup|setsid|nice)$")


def _is_made_at_run_time(subject: Subject, site: CallSite) -> bool:
    """Whether the program, or the script that it is to run, is a file that the package does not have."""
    given = site.argument(0, "args", "program", "cmd", "file", "path")
    bound = subject.program.bound
    held = [bound[one, key] for one in sorted(given.refs) for key in ("0", "1") if (one, key) in bound]
    words = [text for value in held[:2] for text in value.texts()] or [
        str(part)
        for const in ordered(given.consts)
        for part in (const if isinstance(const, tuple) else str(const).split())[:2]
    ]
    if any(one.startswith("tempfile.") for value in (given, *held[:1]) for one in value.refs):
        return True
    if not words or not _INTERPRETERS.match(words[0].rpartition("/")[2]):
        return any(is_missing(subject, word) for word in words[:1])
    reads_what_it_is_told = len(words) == 1 and not held[1:] and site.names <= _PIPED
    return reads_what_it_is_told or any(
        word == "-" or is_missing(subject, word) or _is_no_script(subject, word) for word in words[1:2]
    )


def _is_no_script(subject: Subject, word: str) -> bool:
    """Whether it is a file of the package that is not named as what can be run."""
    return not word.endswith(_SCRIPTS) and absolute(word).removeprefix(f"{PLUGIN}/") in subject.program.data


_SCRIPTS = (".sh", ".bash", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".py", ".pyz")
_PIPED = frozenset(f"subprocess.{name}" for name in ("Popen", "run", "call", "check_call", "check_output")) | {
    "pexpect.spawn",
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
}


def is_missing(subject: Subject, word: str) -> bool:
    """Whether a path is one of the temporary folder, or of the plugin's own, and the package has no such file."""
    if "/" not in word or HOLE in word or "://" in word:
        return False
    place = absolute(word)
    if place.startswith((f"{TEMPORARY}/", "/var/tmp/", "/dev/shm/", "/proc/self/fd", "/dev/fd")):  # noqa: S108 -- read in source, never opened
        return True
    own = place.removeprefix(f"{PLUGIN}/")
    return own != place and not own.startswith(".venv/") and own not in subject.files


def _words(value: Value) -> Iterator[str]:
    for const in ordered(value.consts):
        if isinstance(const, tuple):
            yield from (str(part) for part in const)
        elif isinstance(const, str):
            yield const


def _fetches(command: str) -> bool:
    """Whether a shell fetches something, decodes it or speaks to the network."""
    return bool(_FETCHES.search(command))


_FETCHES = re.compile(
    r"\b(curl|wget|nc|ncat|bash -i|/dev/tcp|powershell)\b|\bbase64\s+(-d|-D|--decode)\b|\bxxd\s+-r|\bopenssl\s+(enc|base64)\b"
    r"|\b(ba|da|z|k)?sh\s+-i\b|\|\s*(ba|da|z|k)?sh\b|\b(perl|ruby|node)\s+-e\b|\bphp\s+-r\b|\beval\s+[\"'$`]|\$\(printf\b"
    r"|\bpython[\d.]*\s+-c\b.*\b(exec|eval|__import__|b64decode|fromhex|import\s+(os|socket|subprocess|base64|urllib|ctypes))\b",
    re.DOTALL,
)
