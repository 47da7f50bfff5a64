"""Code that is made, fetched or hidden, and other programs that are started."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.code import CallSite, Program, Value
from marketplace.screening.code.lookups import deep_taints
from marketplace.screening.code.sites import written
from marketplace.screening.commands import PROCESS, is_missing, is_plain, started, starts
from marketplace.screening.findings import Finding
from marketplace.screening.insides import inner_workings, loaders, reducers
from marketplace.screening.pickles import harmful
from marketplace.screening.subject import Subject
from marketplace.screening.unseen import unseen

from .base import Check

_RUN = re.compile(
    r"^(builtins\.(exec|eval)|code\.(InteractiveInterpreter|InteractiveConsole)\(\)\.\w+|"
    r"code\.interact|runpy\.run_(path|module)"
    r"|types\.(FunctionType|CodeType|LambdaType)|timeit\.(timeit|repeat)|timeit\.Timer|c?"
    r"[pP]rofile\.(Profile\(\)\.)?run(ctx)?|[pb]db\.([PB]db\(\)\.)?run(eval|ctx)?|trace\.Trace\(\)\.run(ctx)?"
    r"|doctest\.(debug_src|debug_script|run_docstring_examples)"
    r"|ctypes\.cast\(\)|ctypes\.(CFUNCTYPE|PYFUNCTYPE|WINFUNCTYPE)\(\)|ctypes\..*\(\)\.(system|popen|exec\w*|dlopen|mprotect|PyRun\w*)|ctypes\.pythonapi\.PyRun\w*|"
    r"imp\.load_\w+|importlib\.machinery\.(SourceFileLoader|SourcelessFileLoader|"
    r"ExtensionFileLoader)(\(\)\.\w+)?"
    r"|zipimport\.zipimporter(\(\)\.\w+)?|asteval\.Interpreter\(\)|execjs\.\w+|js2py\.\w+|"
    r"IPython\..*run_(cell|code|line_magic)|tkinter\.Tcl\(\)\.eval|(quickjs|py_mini_racer|dukpy|lupa|STPyV8)\.[\w.()]*(eval\w*|execute)"
    r"|(distutils|setuptools)\.(core\.)?run_setup|setuptools\.sandbox\.run_setup|pkg_resources\..*run_script"
    r"|builtins\.eval|_?testcapi\.\w+)$"
)
_COMPILE = ("builtins.compile", "codeop.compile_command", "importlib.util.spec_from_file_location")
_LOAD = re.compile(
    r"^(_?pickle\.loads?|_?pickle\.Unpickler|dill\.loads?|cloudpickle\.loads?|joblib\.load|"
    r"marshal\.loads?|shelve\.open|jsonpickle\.decode"
    r"|multiprocessing\.reduction\.(ForkingPickler\.)?loads|pandas\.io\.pickle\.read_pickle|dill\.Unpickler"
    r"|yaml\.(unsafe_load|full_load|load|load_all|unsafe_load_all)|torch\.load|pandas\.read_pickle|numpy\.load)$"
)
_NATIVE = re.compile(
    r"^(ctypes\.(CDLL|PyDLL|WinDLL|cdll\.\w+|cdll\.LoadLibrary|pythonapi\.\w+|util\.find_library)"
    r"|cffi\.FFI\(\)\.(dlopen|verify)|sqlite3\.connect\(\)\.load_extension)$"
)
_HIDING = frozenset(["decoded", "joined"])
_DYNAMIC = frozenset(["decoded", "response", "file", "input", "credential", "environment", "variable"])


class Execution(Check):
    name = "execution"
    title = "Code that runs code"
    clean = "No code is made, fetched or hidden, and no other program is started."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        program = subject.program
        for path, reason in sorted(program.unread.items()):
            yield Finding("code.unreadable", f"The file cannot be read as Python: {reason}", path)
        for path, content in subject.files.items():
            if name := harmful(path, content):
                yield Finding("code.pickle", f"Loading this file calls {name}", path, evidence=name)
        yield from inner_workings(program)
        yield from loaders(program)
        yield from reducers(program)
        seen: set[tuple[str, str, int]] = set()
        for site in program.calls:
            for finding in _of_site(subject, site):
                key = (finding.rule, finding.path, finding.line)
                if key not in seen:
                    seen.add(key)
                    yield finding
        if not program.settled:
            yield Finding(
                "code.too-tangled", "The source is too tangled to be followed to its end; findings may be missing"
            )
        evidence["capabilities"] = _capabilities(program)
        evidence["files"] = len(program.modules)
        evidence["calls"] = len(program.sites)


_CAPABILITIES = {
    "command": PROCESS,
    "code_exec": _RUN,
    "native": _NATIVE,
    "sql": re.compile(
        r"^(sqlite3|psycopg2?|pymysql|MySQLdb|cx_Oracle|oracledb|pyodbc|asyncpg|aiomysql|"
        r"duckdb|pymssql|clickhouse_driver)\.connect$"
        r"|^sqlalchemy\.create_engine$|^snowflake\.connector\.connect$|^neo4j\.GraphDatabase\.driver$|"
        r"^pymongo\.MongoClient$"
    ),
    "ssh": re.compile(r"^(paramiko\.(SSHClient|Transport)|asyncssh\.connect|fabric\.Connection|pysftp\.Connection)$"),
    "browser": re.compile(
        r"^(playwright\.(sync|async)_api\.(sync|async)_playwright|selenium\.webdriver\.\w+|pyppeteer\.launch)$"
    ),
}


def _capabilities(program: Program) -> list[dict[str, str]]:
    """Sensitive abilities (marketplace.md B.2), each with the first place where it is used."""
    found: dict[str, str] = {}
    for site in program.calls:
        for ability, pattern in _CAPABILITIES.items():
            if ability not in found and any(
                pattern.match(name) and (ability != "command" or starts(name)) for name in site.names
            ):
                found[ability] = f"{site.path}:{site.line}"
    return [{"name": ability, "text": place} for ability, place in sorted(found.items())]


def _of_site(subject: Subject, site: CallSite) -> Iterator[Finding]:
    taints = frozenset().union(*(deep_taints(subject.program, value) for value in site.values()))
    for name in sorted(site.names):
        if _RUN.match(name):
            yield _run(site, name, taints)
        elif _EVALUATORS.match(name):
            yield from _evaluated(site, name, taints)
        elif name == "logging.config.dictConfig" and re.search(
            r"[\"']\(\)[\"']: ?[\"'](os|subprocess|builtins|runpy)\.", written(site.node, 4000)
        ):
            yield Finding(
                "code.exec-hidden",
                "A logging configuration names what is to be called",
                site.path,
                site.line,
                site.source,
            )
        elif name in _COMPILE:
            yield from _compiled(site, name, taints)
        elif _LOAD.match(name):
            yield from _load(site, name, taints)
        elif starts(name):
            yield started(subject, site, name=name, taints=taints)
        elif _NATIVE.match(name):
            is_made = any(is_missing(subject, text) for value in site.values() for text in value.texts())
            rule = "code.exec-hidden" if is_made else "code.native"
            yield Finding(rule, f"{name} loads machine code", site.path, site.line, site.source)
        elif name in ("importlib.import_module", "builtins.__import__", "importlib.__import__"):
            yield from _import(site, taints)
        elif _WRITES.search(name) and taints & _HIDING | taints & {"response"}:
            yield from _written(site, taints)
        elif re.match(r"^sys\.(meta_path|path_hooks)\.(insert|append|extend)$", name):
            message = f"{name} decides what an import runs"
            yield Finding("code.exec-hidden", message, site.path, site.line, site.source)
        elif re.match(r"^sys\.path\.(insert|append|extend)$", name):
            yield from _searched(site)
        elif re.match(r"^(pip|pip\._internal)(\.\w+)*\.main$|^ensurepip\.", name):
            yield Finding("code.install", f"{name} installs packages", site.path, site.line, site.source)
        if why := unseen(subject, site, name):
            yield Finding("code.exec-hidden", why, site.path, site.line, site.source)


_WRITES = re.compile(r"^O:.*\.(write|writelines)$|\(\)\.(write_text|write_bytes)$")
_CODE_FILE = re.compile(r"^O:|\.(py|pyc|so|pth|sh)$")


def _written(site: CallSite, taints: frozenset[str]) -> Iterator[Finding]:
    """Hidden or fetched content that is written into a file of code."""
    places = [*site.receiver.texts(), *site.names]
    if any(_CODE_FILE.search(text) for text in places):
        message = "Code that is hidden or fetched is written into a file"
        yield Finding("code.exec-hidden", message, site.path, site.line, site.source)


_ANYBODYS = re.compile(r"^/(tmp|var/tmp|dev/shm)(/|$)|\.(zip|whl|egg|dat|bin)$")


def _searched(site: CallSite) -> Iterator[Finding]:
    """Where Python looks for modules: a folder that anybody may write to, or an archive."""
    for value in site.values():
        for text in filter(_ANYBODYS.search, value.texts()):
            yield Finding(
                "code.import-hidden", f"{text} is put where modules are looked for", site.path, site.line, site.source
            )


def _run(site: CallSite, name: str, taints: frozenset[str]) -> Finding:
    if taints & _HIDING or site.callee.taints & _HIDING or not is_plain(site, name) or name == "types.CodeType":
        return Finding(
            "code.exec-hidden",
            f"{name} runs code, and what it runs is hidden from a reader",
            site.path,
            site.line,
            site.source,
        )
    given = site.argument(0, "source", "stmt", "object")
    loads = name.startswith(("runpy.", "imp.", "importlib.", "zipimport."))
    if (
        given.consts
        and not loads
        and not taints & _DYNAMIC
        and "\ufffc" not in "".join(given.texts())
        and _is_short(given)
    ):
        return Finding(
            "code.exec-literal",
            f"{name} runs code that stands in a text; write it as code",
            site.path,
            site.line,
            site.source,
        )
    return Finding(
        "code.exec",
        f"{name} runs code that is made or fetched while the plugin runs",
        site.path,
        site.line,
        site.source,
    )


# What evaluates texts of its own kind, and Python if a text reaches for it.
_EVALUATORS = re.compile(
    r"^(jinja2\.(Template|Environment\(\)\.from_string)|mako\.template\.Template|numexpr\.evaluate|sympy\.(sympify|parse_expr|S)|sympy\.parsing\..*parse_expr|pandas\..*(eval|query))$"
)


def _evaluated(site: CallSite, name: str, taints: frozenset[str]) -> Iterator[Finding]:
    texts = site.argument(0, "expr", "expression", "a", "ex").texts()
    if taints & {"decoded", "response"} or any(
        re.search(r"__\w+__|\bimport\b|@\w*exec|@\w*eval", text) for text in texts
    ):
        yield Finding(
            "code.exec-hidden", f"{name} evaluates a text that reaches for Python", site.path, site.line, site.source
        )


def _is_short(value: Value) -> bool:
    return all(len(text) < 400 and not re.search(r"import|__|http|open\(|chr\(", text) for text in value.texts())


def _compiled(site: CallSite, name: str, taints: frozenset[str]) -> Iterator[Finding]:
    modes = site.argument(2, "mode").texts()
    if name == "builtins.compile" and site.callee.refs == {"builtins.compile"}:
        hidden = bool(taints & _HIDING) or not is_plain(site, name)
        rule = "code.exec-hidden" if hidden else "code.exec"
        if modes or hidden or len(site.args) >= 2:
            yield Finding(rule, f"{name} makes code out of data", site.path, site.line, site.source)
    elif name != "builtins.compile":
        outside = any(text.startswith(("/", "~")) for value in site.values() for text in value.texts())
        odd = any(not text.endswith((".py", "\ufffc")) for text in site.argument(1, "location").texts())
        rule = "code.exec-hidden" if taints & _HIDING or outside or odd else "code.import-computed"
        yield Finding(rule, f"{name} loads code from a file by its path", site.path, site.line, site.source)


# Files that are programs: whoever ships one can ship Python.
_PROGRAMS = re.compile(r"^(_?pickle|dill|cloudpickle)\.(load|Unpickler)$|^shelve\.open$")


def _load(site: CallSite, name: str, taints: frozenset[str]) -> Iterator[Finding]:
    if name.startswith("yaml.") and not name.startswith("yaml.unsafe"):
        loader = site.argument(1, "Loader").refs
        if name.endswith("full_load") or not any(one.endswith(("UnsafeLoader", "yaml.Loader")) for one in loader):
            return
    if name == "numpy.load" and site.keywords.get("allow_pickle", Value()).consts != {True}:
        return
    is_model = name.startswith(("torch", "numpy", "joblib"))  # such are fetched as they are
    hidden = taints & ({"decoded"} if is_model else {"decoded", "response"})
    rule = (
        "code.unsafe-load-hidden"
        if hidden or name.startswith(("marshal", "yaml.")) or _PROGRAMS.match(name) or not is_plain(site, name)
        else "code.unsafe-load"
    )
    yield Finding(rule, f"{name} can run code that the data chooses", site.path, site.line, site.source)


_SENSITIVE = frozenset(
    [
        "os",
        "subprocess",
        "ctypes",
        "builtins",
        "pty",
        "marshal",
        "pickle",
        "socket",
        "importlib",
        "sys",
        "code",
        "runpy",
        "shutil",
        "posix",
        "nt",
    ]
)


def _is_sensitive(site: CallSite, names: Value) -> bool:
    """Whether a module that can do harm is imported past the import statement."""
    return bool(_SENSITIVE & {text.partition(".")[0] for text in names.texts()})


def _import(site: CallSite, taints: frozenset[str]) -> Iterator[Finding]:
    names = site.argument(0, "name")
    if names.taints & _HIDING or _is_sensitive(site, names):
        yield Finding(
            "code.import-hidden",
            "A module is imported by a name that is hidden from a reader",
            site.path,
            site.line,
            site.source,
        )
    elif not names.consts:
        rule = "code.import-hidden" if taints & {"response"} else "code.import-computed"
        yield Finding(
            rule, "A module is imported by a name that is made while the plugin runs", site.path, site.line, site.source
        )
