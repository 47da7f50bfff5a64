"""Files outside the plugin's own folder."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.code import CallSite, Value
from marketplace.screening.code.lookups import element_of
from marketplace.screening.code.paths import HOME, HOST, PLUGIN, absolute, is_path
from marketplace.screening.code.values import constant
from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check

_AT_ZERO = re.compile(
    r"^(builtins\.open|io\.(open|FileIO|open_code)|codecs\.open|aiofiles\.open|os\.(open|"
    r"listdir|scandir|walk|fwalk|stat|readlink|remove|unlink|rename|replace|link"
    r"|symlink|chdir|chmod|truncate|rmdir|removedirs|makedirs|mkdir)|glob\.i?glob|shutil\.(copy\w*|"
    r"move|rmtree|make_archive|unpack_archive|copytree)"
    r"|socket\.socket\(\)\.connect(_ex)?|httpx\.(HTTP|AsyncHTTP)Transport|os\.path\.(exists|isfile|isdir|getsize)|linecache\.getlines?|fileinput\.input|tarfile\.(open|TarFile)(\(\)\.add)?|"
    r"zipfile\.ZipFile(\(\)\.write)?|mmap\.mmap|sqlite3\.connect|numpy\.(fromfile|loadtxt)"
    r"|pandas\.read_\w+|dotenv\.(load_dotenv|dotenv_values)|configparser\.ConfigParser\(\)\.read|"
    r"tomllib\.load|runpy\.run_path|os\.(system|popen)|subprocess\.\w+|pathlib\.Path\.(read_text|read_bytes|"
    r"open))$"
)
_METHODS = frozenset(
    [
        "read_text",
        "read_bytes",
        "open",
        "iterdir",
        "glob",
        "rglob",
        "walk",
        "write_text",
        "write_bytes",
        "unlink",
        "exists",
        "is_file",
        "is_dir",
        "stat",
        "symlink_to",
        "hardlink_to",
        "rename",
        "replace",
    ]
)
_WRITING = re.compile(
    r"\.(write_text|write_bytes|unlink|rename|replace|rmtree|remove|move|symlink|symlink_to|mkdir|makedirs|chmod)$"
)
_ASKING = frozenset(["os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize"])
_SECRETS = re.compile(
    r"(^|/)\.(ssh|aws|gnupg|kube|docker|netrc|pgpass|npmrc|pypirc|git-credentials|env|bash_history|"
    r"config/gcloud|azure|boto|vault-token)(/|$|\.)"
    r"|^/proc/(self|thread-self|\d+|\*|[^/]*\ufffc[^/]*|curproc)/|^/proc/?$|^/etc/(passwd|"
    r"shadow|sudoers|ssh|kubernetes|gshadow|master\.passwd)"
    r"|^/var/run/secrets|^/run/secrets|id_(rsa|ed25519|ecdsa|dsa)\b|^/var/run/docker\.sock|"
    r"/\.config/(gh|gcloud)|^/root(/|$)|^/var/lib/(docker|kubelet)"
    r"|/(Login Data|cookies\.sqlite|logins\.json)$|/credentials(\.json)?$(?<!<plugin>/credentials\.json)"
)
_PLUGINS = re.compile(
    r"(plugin_daemon|plugin_packages|/cwd/|difypkg|langgenius|/app/storage|/app/plugins|plugins?"
    r"/(installed|working|packages)|/plugins?(/|$))"
)
_SYSTEM = re.compile(
    r"^/(etc|bin|sbin|usr|lib|boot|proc|sys|var/spool)/|/\.(\w*rc|profile|bash_\w+|config/autostart|"
    r"local/bin)|site-packages|sitecustomize|\.pth$"
    r"|plugin_packages|/cwd/|manifest\.yaml|\.py$|^/app/api|\.\./"
)
_ALLOWED = re.compile(
    r"^(/tmp|/var/tmp|/dev/(null|urandom|random|stdout|stderr|stdin|fd|shm)|/usr/share|/usr/local/share|"
    r"/usr/lib|/usr/bin|/usr/local/bin|/bin|/etc/(ssl|pki|localtime|timezone|mime\.types|"
    r"os-release|ca-certificates|hosts|resolv\.conf)"
    r"|/System/Library|/Library/Fonts|/opt/homebrew|/usr/local/lib|/sys/fs/cgroup|C:|/Windows|/mnt/data)(/|$|:)"
)
_REST = re.compile(
    r"^/(etc|proc|sys|home|root|var|opt|srv|mnt|media|app|boot|run|data|Users|\*|storage|plugins?)(/|$)|^/$|^/<home>"
)


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
        evidence["calls"] = sum(any(_AT_ZERO.match(name) for name in site.names) for site in subject.program.calls)


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
    if is_path(site.receiver) and any(name.rpartition(".")[2] in _METHODS for name in site.names):
        values.append(site.receiver)
        if method in ("glob", "rglob"):
            values = [_joined(site)]
    for name in site.names:
        values += [constant(path) for pattern, path in _BY_NATURE if pattern.search(name)]
        if name.endswith(("urlopen", ".get", "read_csv", "read_json", "urlretrieve")):
            values += [constant(text[7:]) for text in site.argument(0, "url").texts() if text.startswith("file:///")]
        if _AT_ZERO.match(name):
            first = site.argument(0, "file", "path", "pathname", "name", "filename", "args", "src")
            values += (
                [first, element_of(subject.program, first)] if first.refs or name.startswith("subprocess") else [first]
            )
            if name == "shutil.make_archive":
                values = [site.argument(2, "root_dir"), site.argument(3, "base_dir")]
            if name.startswith(("glob.", "pathlib.Path.")):
                values.append(site.argument(-1, "root_dir"))
    return {path for value in values for text in value.texts() for path in _leads_to(text, site)}


# What reads secrets without being told where they are.
_BY_NATURE = (
    (re.compile(r"^netrc\.netrc$"), f"{HOME}/.netrc"),
    (re.compile(r"^pwd\.getpw(all|nam)$|^spwd\.getsp"), "/etc/shadow"),
    (re.compile(r"^psutil\..*\.(environ|cmdline|open_files|memory_maps)$"), "/proc/*/environ"),
    (re.compile(r"^(browser_cookie3|browsercookie|pycookiecheat)\."), f"{HOME}/.config/cookies.sqlite"),
    (re.compile(r"^keyring\.get_(password|credential)$"), f"{HOME}/.gnupg/keyring"),
)


def _joined(site: CallSite) -> Value:
    patterns = site.argument(0).texts() or ["*"]
    return Value(frozenset(posixpath.join(text, pattern) for text in site.receiver.texts() for pattern in patterns))


def _leads_to(text: str, site: CallSite) -> list[str]:
    if any(name.startswith("socket.") for name in site.names) and not text.startswith("/"):
        return []
    if text.startswith("file:"):  # SQLite's way of naming a file
        text = text.removeprefix("file:").partition("?")[0]
    if not text or len(text) > 1000 or "\n" in text or "://" in text or text == "\ufffc":
        return []
    words = [text]
    if any(name.startswith(("subprocess.", "os.system", "os.popen")) for name in site.names):
        words = [word for word in text.split() if word.startswith(("/", "~", ".."))]
    return [absolute(word.replace("~/", f"{HOME}/", 1) if word.startswith("~/") else word) for word in words]


def holds_secrets(path: str) -> bool:
    """Whether a path of a real machine is one of those that hold secrets."""
    return bool(_SECRETS.search(path)) and path not in _ASKED_BY_PYTHON


# Python itself looks there for the home of a user.
_ASKED_BY_PYTHON = ("/etc/passwd",)


def classify(path: str, site: CallSite) -> str:
    """The rule that opening this path breaks, "" if it is the plugin's own or harmless."""
    if path.startswith(f"{PLUGIN}/") or path == PLUGIN:
        return ""
    if path.startswith("\ufffc"):
        return ""
    if path.startswith(HOST):
        return "files.other-plugin"
    if _SECRETS.search(path):
        return "files.host-secret"
    if re.search(r"site-packages|sitecustomize|usercustomize|\.pth$", path) and _opens_for_writing(site):
        return "files.written-system"
    if _ALLOWED.match(path):
        return ""
    if _links(site, path):
        return "files.other-plugin" if _REST.match(path) or _PLUGINS.search(path) else "files.host"
    if any(_WRITING.search(name) for name in site.names) or _opens_for_writing(site):
        removes = any(re.search(r"\.(rmtree|removedirs|rmdir)$", name) for name in site.names)
        return "files.written-system" if removes or _SYSTEM.search(path) else "files.written-outside"
    if all(name in _ASKING for name in site.names):
        return "files.host"
    if "\ufffc" in path.split("/")[1:2] or not (_REST.match(path) or _PLUGINS.search(path) or "<" in path):
        return "files.other-plugin" if path.count("/") < 2 and _lists(site) else "files.host"
    return "files.other-plugin"


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
