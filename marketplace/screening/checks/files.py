"""Files outside the plugin's own folder."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.code import CallSite, Value
from marketplace.screening.code.lookups import element_of
from marketplace.screening.code.paths import HOME, HOST, PLUGIN, absolute, expanded, is_path
from marketplace.screening.code.values import constant
from marketplace.screening.findings import Finding
from marketplace.screening.opening import (
    ALLOWED,
    ASKING,
    AT_ZERO,
    BY_NATURE,
    ELSEWHERE,
    METHODS,
    OTHERS,
    PLAIN_SECRETS,
    PLUGINS,
    QUIET,
    READS,
    REST,
    SECRETS,
    SYSTEM,
    WRITING,
)
from marketplace.screening.subject import Subject

from .base import Check


class HostFiles(Check):
    name = "files"
    title = "Files of the host and of other plugins"
    clean = "Only the plugin's own files and temporary ones are touched."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        seen: dict[tuple[str, int], set[str]] = {}
        for site in subject.program.calls:
            for path in sorted(paths_of(subject, site)):
                rule = classify(path, site)
                rules = seen.setdefault((site.path, site.line), set())
                if rule and rule not in rules:
                    rules.add(rule)
                    yield Finding(rule, _MESSAGES[rule].format(shown(path)), site.path, site.line, site.source)
        yield from _in_data(subject)
        evidence["calls"] = sum(any(AT_ZERO.match(name) for name in site.names) for site in subject.program.calls)


_DATA = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".env", ".txt", ".properties", ".csv", ".conf", ".dat")
_WRITTEN = re.compile(r"""(?:^|[\s"'=:,\[])((?:~?/|(?:\.\./)+)[\w.~-][\w./~-]*)""", re.MULTILINE)


def _in_data(subject: Subject) -> Iterator[Finding]:
    """Paths in files of data, where the code opens what it has read from a file."""
    if not any(_opens_what_it_read(site) for site in subject.program.calls):
        return
    for path, text in subject.texts():
        if path.endswith(_DATA) and len(text) < 100_000 and "requirements" not in path:
            for written in sorted(set(_WRITTEN.findall(text))):
                named = absolute(written.replace("~/", f"{HOME}/", 1))
                if PLAIN_SECRETS.search(written) or OTHERS.search(written) or is_outside(named):
                    rule = "files.host-secret" if PLAIN_SECRETS.search(written) else "files.other-plugin"
                    yield Finding(rule, _MESSAGES[rule].format(written), path, 0, written)


def _opens_what_it_read(site: CallSite) -> bool:
    first = site.argument(0, "file", "path") if any(map(AT_ZERO.match, site.names)) else site.receiver
    opens = any(map(AT_ZERO.match, site.names)) or (is_path(first) and site.source.partition("(")[0].endswith(_OPENING))
    return opens and "file" in first.taints


_OPENING = (".read_text", ".read_bytes", ".open", ".iterdir")
_MESSAGES = {
    "files.host-secret": "{} holds secrets of the host",
    "files.other-plugin": "{} lies outside the plugin's own folder, where other plugins and the host keep theirs",
    "files.host": "{} is a file of the host",
    "files.written-system": "{} is written, which the host or another plugin acts on",
    "files.written-outside": "{} is written, outside the plugin's own and the temporary folder",
}


def shown(path: str) -> str:
    return path.replace("\ufffc", "…").replace(HOME, "~").replace(HOST, "…")


def paths_of(subject: Subject, site: CallSite) -> set[str]:
    """Paths that the call may open, absolute, as far as they are known."""
    values: list[Value] = []
    method = site.source.partition("(")[0].rpartition(".")[2]
    if is_path(site.receiver) and any(name.rpartition(".")[2] in METHODS for name in site.names):
        values.append(site.receiver)
        if method in ("glob", "rglob"):
            values = [_joined(site)]
    for name in site.names:
        values += [constant(path) for pattern, path in BY_NATURE if pattern.search(name)]
        if name.endswith(("urlopen", ".get", "read_csv", "read_json", "urlretrieve")):
            values += [constant(text[7:]) for text in site.argument(0, "url").texts() if text.startswith("file:///")]
        if AT_ZERO.match(name):
            first = site.argument(0, "file", "path", "pathname", "name", "filename", "args", "src", "files")
            values += [first, element_of(subject.program, first)]
            if name == "shutil.make_archive":
                values = [site.argument(2, "root_dir"), site.argument(3, "base_dir")]
            if name.startswith(("glob.", "pathlib.Path.")):
                values.append(site.argument(-1, "root_dir"))
        if name.endswith((".execute", ".executescript")):
            values += [constant(one) for text in site.argument(0).texts() for one in _ATTACHED.findall(text)]
        values += [site.argument(index, word) for pattern, index, word in ELSEWHERE if pattern.search(name)]
    found = {path for value in values for text in value.texts() for path in _leads_to(text, site)}
    if any(name.startswith("subprocess.") for name in site.names):
        found |= _looked_through(element_of(subject.program, site.argument(0, "args")).texts())
    return found | _handed_over(site)


def _looked_through(words: list[str]) -> set[str]:
    """Where a program that looks through folders is sent to, if its words stand one by one."""
    looks = any(_LOOKS_THROUGH.fullmatch(word) for word in words)
    return {absolute(word) for word in words if word in ("/", "/*", "..", "~")} if looks else set()


_ATTACHED = re.compile(r"""\bATTACH\s+(?:DATABASE\s+)?["']([^"']+)""", re.IGNORECASE)


def _handed_over(site: CallSite) -> set[str]:
    """Paths that a library is given, whatever it does with them: into another plugin's folder, or to secrets."""
    if not any(one[1:2] != ":" and not QUIET.search(one) for one in site.names):
        return set()
    texts = {text for value in site.values() for text in value.texts() if len(text) < 1000 and "\n" not in text}
    known = {text for text in texts if PLAIN_SECRETS.search(text) or (text.startswith(HOST) and is_outside(text))}
    if any(READS.search(one) for one in site.names):
        known |= {text for text in texts if OTHERS.search(text) or (text.startswith("../") and is_outside(text))}
    return {absolute(expanded(text)) for text in known}


def is_outside(text: str) -> bool:
    """Whether a path leads from the plugin's folder to what lies beside it."""
    named = absolute(text)
    return named.startswith(HOST) and not f"{named}/".startswith(f"{PLUGIN}/")


# Files as SQLite and other databases name them.
_NAMED = re.compile(r"^file:(//)?(?=/)|^file:|^(sqlite|duckdb)(\+\w+)?:///")


def _joined(site: CallSite) -> Value:
    patterns = site.argument(0).texts() or ["*"]
    return Value(frozenset(posixpath.join(text, pattern) for text in site.receiver.texts() for pattern in patterns))


def _leads_to(text: str, site: CallSite) -> list[str]:
    if any(name.startswith("socket.") for name in site.names) and not text.startswith("/"):
        return []
    if named := _NAMED.match(text):
        text = text[named.end() :].partition("?")[0]
    if not text or len(text) > 1000 or "\n" in text or "://" in text or text == "\ufffc":
        return []
    words = [text]
    if any(name.startswith(("subprocess.", "os.system", "os.popen")) for name in site.names):
        words = [word for word in _BETWEEN.split(text) if word.startswith(("/", "~", "..", "$"))]
        if not _LOOKS_THROUGH.search(text):
            words = [word for word in words if word.strip("/.~$") or word == ".."]
    return [absolute(expanded(word)) for word in words]


_LOOKS_THROUGH = re.compile(r"\b(find|ls|du|tar|grep|tree|cp|rsync|cat|zip)\b")
_BETWEEN = re.compile(r"[\s\"'`;|&<>=,]+")


def holds_secrets(path: str) -> bool:
    """Whether a path of a real machine is one of those that hold secrets."""
    return bool(SECRETS.search(path)) and path not in _ASKED_BY_PYTHON


# Python itself looks there for the home of a user.
_ASKED_BY_PYTHON = ("/etc/passwd",)


def classify(path: str, site: CallSite) -> str:
    """The rule that opening this path breaks, "" if it is the plugin's own or harmless."""
    if path.startswith(f"{PLUGIN}/") or path == PLUGIN:
        return ""
    if path.startswith("\ufffc") or (PLUGIN.startswith(path) and any(_SEARCHED.match(name) for name in site.names)):
        return ""
    if path.startswith(HOST):
        return "files.other-plugin"
    if SECRETS.search(path):
        return "files.host-secret"
    if re.search(r"site-packages|sitecustomize|usercustomize|\.pth$", path) and _opens_for_writing(site):
        return "files.written-system"
    if ALLOWED.match(path):
        return "files.other-plugin" if _EVERYBODYS.match(path) and _lists(site) else ""
    if _links(site, path):
        return "files.other-plugin" if REST.match(path) or PLUGINS.search(path) else "files.host"
    if any(WRITING.search(name) for name in site.names) or _opens_for_writing(site):
        removes = any(re.search(r"\.(rmtree|removedirs|rmdir)$", name) for name in site.names)
        return "files.written-system" if removes or SYSTEM.search(path) else "files.written-outside"
    if path.startswith("/*"):
        return "files.other-plugin"
    if all(name in ASKING for name in site.names):
        return "files.host"
    if "\ufffc" in path.split("/")[1:2] or not (REST.match(path) or PLUGINS.search(path) or "<" in path):
        return "files.other-plugin" if path.count("/") < 2 and _lists(site) else "files.host"
    return "files.other-plugin"


# Folders above the plugin's own are where its author had the modules that it was written with.
_SEARCHED = re.compile(r"^sys\.path\.|^site\.addsitedir$")


_EVERYBODYS = re.compile(r"^(/var)?/tmp(/\*.*)?$")


def _links(site: CallSite, path: str) -> bool:
    """Whether the path is what a link leads to: it is read by another name."""
    is_link = any(re.search(r"^os\.(sym)?link$", name) for name in site.names)
    return is_link and path in {absolute(text) for text in site.argument(0, "src").texts()}


def _lists(site: CallSite) -> bool:
    return any(re.search(r"(listdir|scandir|walk|glob|rglob|iterdir)$", name) for name in site.names)


def _opens_for_writing(site: CallSite) -> bool:
    modes = site.argument(1, "mode").texts()
    return any(name.endswith("open") for name in site.names) and any(
        set(mode) & set("wax+") and len(mode) <= 3 for mode in modes
    )
