"""Where credentials, the environment and files of the host go."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.hosts import is_near
from marketplace.screening.code import CallSite
from marketplace.screening.code.invoking import everything_in
from marketplace.screening.code.lookups import deep_taints
from marketplace.screening.findings import Finding
from marketplace.screening.leaking import LOGS, hands_over_whole, shows_credentials
from marketplace.screening.outgoing import Outgoing
from marketplace.screening.rules import RULES
from marketplace.screening.subject import Subject

from .base import Check
from .files import classify, paths_of

_PASSES = re.compile(r"^dify\.session\.(tool|app|model|workflow_node)\b")
_CHOSEN = frozenset(["credential", "input", "variable"])


class Credentials(Check):
    name = "credentials"
    title = "Credentials"
    clean = "Credentials reach no host but those that the package names."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        reads = _files_read(subject)
        for one in subject.outgoing:
            yield from _sent(subject, one, reads)
        told = {id(one.site) for one in subject.outgoing}
        for site in subject.program.calls:
            yield from _leaked(subject, site)
            if id(site) not in told:
                yield from _handed_over(subject, site)
        evidence["contacts"] = sum("credential" in one.carries for one in subject.outgoing)


def _files_read(subject: Subject) -> frozenset[tuple[str, str]]:
    """(path, scope) of functions that read files of the host."""
    found = set()
    for site in subject.program.calls:
        if any(classify(path, site) in ("files.host-secret", "files.other-plugin") for path in paths_of(subject, site)):
            found.add((site.path, site.scope))
    return frozenset(found)


def _sent(subject: Subject, one: Outgoing, reads: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    site = one.site
    strange = [host for host, _ in one.hosts() if not is_near(host) and not subject.declared.covers(host)]
    if "credential" in one.carries and strange:
        message = f"Credentials reach {strange[0]}, which neither the listing nor the privacy statement names"
        yield Finding("credentials.exfiltration", message, site.path, site.line, site.source)
    elif "credential" in one.carries and one.unknown and one.direct and not one.address.taints & _CHOSEN:
        yield _unknown(one)
    if "environment" in one.carries and not _is_proxy_setting(one):
        yield Finding(
            "credentials.environment", "The process's environment is sent to a host", site.path, site.line, site.source
        )
    if "file" in one.carries and (site.path, site.scope) in reads:
        yield Finding(
            "credentials.host-file", "A file of the host is sent to a host", site.path, site.line, site.source
        )


def _unknown(one: Outgoing) -> Finding:
    site = one.site
    message = f"{site.source} sends credentials to a host that cannot be told from the code"
    return Finding("credentials.unknown-host", message, site.path, site.line, site.source)


def _is_proxy_setting(one: Outgoing) -> bool:
    return not one.direct and not one.hosts()


def _leaked(subject: Subject, site: CallSite) -> Iterator[Finding]:
    for name in site.names:
        rule = "raised" if _is_error(subject, name) else _leak(name)
        if rule is None:
            continue
        taints = frozenset().union(*(deep_taints(subject.program, value) for value in site.values()))
        whole = rule in ("credentials.stored", "written")
        if "credential" in taints and shows_credentials(site, whole=whole):
            message = f"{site.source} {_DOORS[rule]} the credentials themselves"
            yield Finding("credentials.leaked", message, site.path, site.line, site.source)
            return
        if "credential" in taints and rule in RULES and (rule == "credentials.stored" or _names_secret(site)):
            yield Finding(rule, f"{site.source} is given credentials", site.path, site.line, site.source)
            return


_PUTS = re.compile(
    r"^(?!\w*(credential|config|auth|token|key|option|setting|header|param))(x?add|append|capture|create|emit|enqueue|index|insert|log|l?push|notify|post|produce|publish|put|r?push|save|send"
    r"|set|store|track|upload|write)(_\w+|[A-Z]\w*)?$"
)
# What tells those who watch over a program how it does; nobody needs a secret for that.
_MEASURES = re.compile(
    r"\.(set_(attributes?|tags?|extra|context|user|baggage)|increment|decrement|gauge|histogram|timing|add_breadcrumb|add_event"
    r"|capture_(message|event|exception)|record_exception)$"
)
_AT_HOME = re.compile(r"^(builtins|dify|json|logging|hashlib|base64|os|io|re|functools)\b|^.:")


def _handed_over(subject: Subject, site: CallSite) -> Iterator[Finding]:
    """All credentials as the content of what a library puts somewhere: its account may be anybody's."""
    names = [one for one in site.names if not _AT_HOME.match(one)]
    puts = any(_PUTS.match(one.rpartition(".")[2]) for one in names)
    measures = any(map(_MEASURES.search, names))
    if not (puts or measures) or "credential" not in everything_in(subject.program, site):
        return
    if (measures and shows_credentials(site)) or (puts and hands_over_whole(site)):
        message = f"{site.source} puts the credentials themselves where only the library knows"
        yield Finding("credentials.leaked", message, site.path, site.line, site.source)


_DOORS = {
    "credentials.logged": "writes into the log",
    "credentials.stored": "puts into the storage",
    "credentials.passed-on": "hands on",
    "credentials.shown": "puts into the answer",
    "raised": "puts into an error's text",
    "written": "writes into a file",
}
_ERRORS = re.compile(r"(^|\.)\w*(Error|Exception)$")
_WRITES = re.compile(r"^(json|pickle|yaml|marshal|toml)\.(safe_)?dump$|^builtins\.open\(\)\.write$|\.write_text$")


def _is_error(subject: Subject, name: str) -> bool:
    """Whether it makes an error of the package's own."""
    return name.startswith("C:") and any(map(_ERRORS.search, subject.program.foreign_bases(name[2:])))


def _leak(name: str) -> str | None:
    if _ERRORS.search(name):
        return "raised"
    if _WRITES.search(name):
        return "written"
    if LOGS.match(name):
        return "credentials.logged"
    if name.startswith("dify.session.storage.set"):
        return "credentials.stored"
    if _PASSES.match(name):
        return "credentials.passed-on"
    return "credentials.shown" if re.search(r"\.create_(text|json|variable|log|blob|link)_message$", name) else None


def _names_secret(site: CallSite) -> bool:
    """Whether what is logged names credentials or a key, not only something that was computed with them."""
    return bool(re.search(r"credential|api_?key|token|secret|passw", site.source.partition("(")[2], re.IGNORECASE))
