"""Which hosts the code contacts, and whether anything names them."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from marketplace.hosts import (
    METADATA,
    NEUTRAL,
    host_of,
    is_drop_point,
    is_near,
    is_number,
    is_placeholder,
    is_vocabulary,
    registrable,
    urls_in,
)
from marketplace.screening.code import CallSite
from marketplace.screening.code.contacts import ADDRESS_NAMES
from marketplace.screening.findings import Finding
from marketplace.screening.outgoing import BARE, Outgoing, known_end
from marketplace.screening.spoken import Spoken
from marketplace.screening.subject import Subject

from .base import Check

_LISTENS = re.compile(
    r"^(socket\.socket\(\)\.(bind|listen)|socketserver\.\w*Server|http\.server\.\w*Server|"
    r"asyncio\.start_server|flask\.Flask\(\)\.run|uvicorn\.run|aiohttp\.web\.run_app)$"
)
_TIMELESS = re.compile(
    r"^requests\.(get|post|put|patch|delete|head|options|request)$|^requests\.[sS]ession\(\)\.(get|"
    r"post|put|patch|delete|request)$|^urllib\.request\.urlopen$"
)
_PROSE = 500  # characters of a text that is no address but a page
_EXAMPLES = frozenset(f"{sub}example.{top}" for sub in ("", "www.") for top in ("com", "org", "net"))
_PICTURES = re.compile(r"\.(png|jpe?g|gif|webp|svg|pdf|mp[34]|wav)$", re.IGNORECASE)
_CHOSEN = frozenset(["credential", "input", "variable", "environment"])


class Network(Check):
    name = "network"
    title = "Network"
    clean = "Every host that the code contacts is named by the listing or the privacy statement."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        contacted: dict[str, dict[str, Any]] = {}
        for one in subject.outgoing:
            yield from _of_contact(subject, one, contacted)
        unnamed = [*_in_code(subject, contacted), *_in_data(subject, contacted)]
        yield from unnamed
        mentioned = dict(_mentioned(subject, {*contacted, *(one.evidence for one in unnamed)}))
        for host, (path, line) in mentioned.items():
            yield Finding(
                "network.mentioned-host",
                f"{host} stands in the code and the listing does not name it",
                path,
                line,
                host,
            )
        for site in subject.program.calls:
            yield from _habits(site)
        evidence["hosts"] = list(contacted.values())
        evidence["mentioned"] = sorted(mentioned)
        evidence["declared"] = sorted(subject.declared.domains)


def _of_contact(subject: Subject, one: Outgoing, contacted: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    site = one.site
    for host, url in one.hosts():
        known = host in contacted
        row = contacted.setdefault(host, {"host": host, "declared": subject.declared.covers(host), "places": []})
        row["places"].append({"path": site.path, "line": site.line})
        finding = judge(subject, one, host=host, url=url)
        if finding is not None and not (known and finding.severity != "error"):
            yield finding
    if one.unknown and one.direct:
        yield _unknown(one)


def judge(subject: Subject, one: Outgoing, *, host: str, url: str) -> Finding | None:
    site = one.site
    if is_near(host) or is_vocabulary(host):
        return None
    if "decoded" in one.address.taints and not is_plain_address(subject, host):
        return Finding(
            "network.hidden-host",
            f"{host} is contacted, and its address is hidden from a reader",
            site.path,
            site.line,
            site.source,
        )
    if subject.declared.covers(host) or is_front_page(one, host, url):
        return None
    if is_number(host) or host in METADATA:
        return Finding("network.address", f"{host} is contacted by its number", site.path, site.line, site.source)
    if is_drop_point(url):
        return Finding("network.drop-point", f"{host} takes in anybody's data", site.path, site.line, site.source)
    message = f"{host} is contacted, and neither the listing nor the privacy statement names it"
    return Finding("network.undeclared-host", message, site.path, site.line, site.source)


_BODIES = frozenset(["json", "data", "files", "content"])


def is_front_page(one: Outgoing, host: str, url: str) -> bool:
    """Whether a page that everybody knows is only opened, with nothing in its address and no credentials."""
    bare = url.rstrip("/").endswith(f"://{host}")
    if _BODIES & {*one.site.keywords}:
        return False
    return registrable(host) in NEUTRAL and "credential" not in one.carries and (bare or not one.carries)


def is_plain_address(subject: Subject, host: str) -> bool:
    """Whether a reader of the source, or of the declarations, can see the host's name."""
    return any(
        host.encode() in content for path, content in subject.files.items() if path.endswith((".py", ".yaml", ".yml"))
    )


def _unknown(one: Outgoing) -> Finding:
    site = one.site
    if one.address.taints & _CHOSEN:
        return Finding(
            "network.user-given",
            f"{site.source} contacts a host that its caller chooses",
            site.path,
            site.line,
            site.source,
        )
    if "decoded" in one.address.taints:
        return Finding(
            "network.hidden-host",
            "A host is contacted whose address is hidden from a reader",
            site.path,
            site.line,
            site.source,
        )
    return Finding(
        "network.runtime-host",
        f"{site.source} contacts a host that is only known while the plugin runs",
        site.path,
        site.line,
        site.source,
    )


def _in_code(subject: Subject, contacted: dict[str, Any]) -> Iterator[Finding]:
    """Addresses in texts of the code that no contact accounts for: they go somewhere that was not followed."""
    seen, spoken = set(contacted), Spoken(subject.program)
    for module in subject.program.modules.values():
        for text, node in code_texts(module.tree):
            for url in urls_in(text) if "://" in text and len(text) < _PROSE else ():
                host = host_of(url) or known_end(url)
                is_new = host and host not in seen and _is_strange(subject, host) and not _PICTURES.search(url)
                if is_new and not spoken.is_only_spoken_of(node):
                    seen.add(host)
                    message = f"{host} stands in the code, and neither the listing nor the privacy statement names it"
                    yield Finding("network.unnamed-address", message, module.path, node.lineno, url[:160])


_DATA = (".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".env", ".txt", ".properties", ".xml", ".csv")


def _in_data(subject: Subject, contacted: dict[str, Any]) -> Iterator[Finding]:
    """Addresses in files of data, where the code contacts a host that it has read from a file."""
    if not _contacts_what_it_read(subject):
        return
    for path, text in subject.texts():
        if path.endswith(_DATA) and "requirements" not in path and len(text) < 100_000:
            named = [(host_of(url), url) for url in urls_in(text)] + [(host, host) for host in _ALONE.findall(text)]
            for host, written in named:
                if host and host not in contacted and _is_strange(subject, host):
                    message = f"{host} stands in a file whose content the code contacts, and nothing names it"
                    yield Finding("network.unnamed-address", message, path, 0, written[:160])


# A host's name with nothing beside it, as a value in a file of data.
_ALONE = re.compile(rf"(?:^|[\s\"'=:,>\[])({BARE})(?=$|[\s\"',<\]])", re.MULTILINE)
_SPEAKERS = re.compile(r"(Session|Client|Pool|Manager|Connection|Handler|[cC]onnect)$")


def _contacts_what_it_read(subject: Subject) -> bool:
    variables = any(name.startswith("dotenv.") for site in subject.program.calls for name in site.names)
    origins = {"file", "variable"} if variables else {"file"}
    if any(one.unknown and origins & one.address.taints for one in subject.outgoing):
        return True
    return any(
        "file" in value.taints
        for site in subject.program.calls
        for key, value in [*(("", one) for one in site.args), *site.keywords.items()]
        if key in ADDRESS_NAMES or any(_SPEAKERS.search(name) for name in site.names)
    )


def code_texts(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    """Texts of a module that are not documentation, with their places."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in alone and isinstance(node.value, str | bytes):
            yield node.value if isinstance(node.value, str) else node.value.decode("latin-1"), node


def _is_strange(subject: Subject, host: str) -> bool:
    if (
        "." not in host
        or is_placeholder(host)
        or is_near(host)
        or is_vocabulary(host)
        or registrable(host) in NEUTRAL
        or host in _EXAMPLES
    ):
        return False
    return not subject.declared.covers(host)


def _mentioned(subject: Subject, known: set[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Addresses in comments and documentation."""
    for module in subject.program.modules.values():
        text = subject.files[module.path].decode(errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            for url in urls_in(line) if "://" in line else ():
                host = host_of(url)
                if host and host not in known and _is_strange(subject, host):
                    yield host, (module.path, number)


def _habits(site: CallSite) -> Iterator[Finding]:
    for name in site.names:
        if _LISTENS.match(name):
            yield Finding("network.listens", f"{name} opens a port", site.path, site.line, site.source)
        elif _TIMELESS.match(name) and "timeout" not in site.keywords and "**" not in site.keywords:
            yield Finding(
                "network.no-timeout", f"{name} has no time limit; give it timeout=", site.path, site.line, site.source
            )
            break
