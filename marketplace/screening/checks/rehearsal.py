"""What the plugin really touches when it is installed, started, and asked to check made-up credentials."""

from collections.abc import Iterator
from typing import Any

from marketplace.hosts import is_near, is_reserved
from marketplace.screening.context import Rehearsed
from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check, NotScanned
from .files import holds_secrets


class Rehearsal(Check):
    name = "rehearsal"
    title = "Install test and dry run"
    clean = "It installs and starts, and reaches for nothing but what it names."
    required = False

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        if subject.context.rehearse is None:
            raise NotScanned("Rehearsals are switched off (SCREENING_REHEARSAL), or it is screened without one.")
        try:
            seen = subject.context.rehearse(subject.package)
        except Exception as error:
            # by name: checks know nothing of the runtime
            if type(error).__name__ == "CannotRehearse":
                raise NotScanned(str(error)) from error
            raise
        evidence |= _evidence(seen, subject)
        yield from _outcome(seen)
        yield from _built(seen)
        yield from _touched(subject, seen)


def _evidence(seen: Rehearsed, subject: Subject) -> dict[str, Any]:
    hosts = [{"host": host, "declared": subject.declared.covers(host), "places": []} for host in seen.hosts]
    return {
        "hosts": [one for one in hosts if not is_reserved(str(one["host"]))],
        "requests": seen.requests[:200],
        "files": seen.files[:200],
        "processes": seen.processes[:200],
        "build_hosts": seen.build_hosts[:200],
        "build_files": seen.build_files[:200],
        "build_seconds": seen.build_seconds,
        "answers": [{"asked": asked, "error": error} for asked, error in seen.answers],
        "start_seconds": seen.start_seconds,
        "memory": seen.memory,
        "log": seen.log[:200],
    }


def _outcome(seen: Rehearsed) -> Iterator[Finding]:
    if not seen.installed:
        yield Finding("rehearsal.does-not-install", f"The environment cannot be built: {seen.trouble}")
    elif not seen.started:
        yield Finding("rehearsal.does-not-start", f"The plugin does not start: {seen.trouble}")
    for asked, error in seen.answers:
        if not error:
            yield Finding("rehearsal.accepts-anything", f"{asked} accepted credentials that were made up")


def _built(seen: Rehearsed) -> Iterator[Finding]:
    """What its requirements did while they were installed."""
    for host in seen.build_hosts:
        named = host in seen.named_hosts
        rule = "rehearsal.source-refused" if named else "rehearsal.build-host"
        yield Finding(rule, f"While it was installed, {host} was reached for, and refused", evidence=host)
    for path in seen.build_files:
        yield Finding(_rule(path, seen), f"While it was installed, {path} was opened", evidence=path)


def _rule(path: str, seen: Rehearsed) -> str:
    return "rehearsal.file" if holds_secrets(path) or path in seen.closed else "rehearsal.host-file"


def _touched(subject: Subject, seen: Rehearsed) -> Iterator[Finding]:
    for host in seen.hosts:
        # the addresses that were made up are asked for because they were handed out
        if not is_near(host) and not host.endswith("rehearsal.invalid") and not subject.declared.covers(host):
            yield Finding("rehearsal.undeclared-host", f"{host} was reached for, and nothing names it", evidence=host)
    for path in seen.files:
        yield Finding(_rule(path, seen), f"{path} was opened", evidence=path)
    for line in seen.processes:
        yield Finding("rehearsal.process", f"Another program was started: {line}", evidence=line)
