"""Which hosts the code contacts, and whether anything names them."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.code import CallSite
from marketplace.screening.findings import Finding
from marketplace.screening.hosts import host_of, is_drop_point, is_near, is_number, is_vocabulary, urls_in
from marketplace.screening.outgoing import Outgoing
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
_CHOSEN = frozenset(["credential", "input", "variable", "environment"])


class Network(Check):
    name = "network"
    title = "Network"
    clean = "Every host that the code contacts is named by the listing or the privacy statement."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        contacted: dict[str, dict[str, Any]] = {}
        for one in subject.outgoing:
            yield from _of_contact(subject, one, contacted)
        mentioned = dict(_mentioned(subject, contacted))
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
    if subject.declared.covers(host):
        return None
    if is_number(host):
        return Finding("network.address", f"{host} is contacted by its number", site.path, site.line, site.source)
    if is_drop_point(url):
        return Finding("network.drop-point", f"{host} takes in anybody's data", site.path, site.line, site.source)
    message = f"{host} is contacted, and neither the listing nor the privacy statement names it"
    return Finding(
        "network.undeclared-host",
        message,
        site.path,
        site.line,
        site.source,
        severity="error" if one.certain else "warning",
    )


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


def _mentioned(subject: Subject, contacted: dict[str, Any]) -> Iterator[tuple[str, tuple[str, int]]]:
    for module in subject.program.modules.values():
        text = subject.files[module.path].decode(errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            for url in urls_in(line) if "://" in line else ():
                host = host_of(url)
                if (
                    host
                    and "." in host
                    and host not in contacted
                    and not is_near(host)
                    and not is_vocabulary(host)
                    and not subject.declared.covers(host)
                ):
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
