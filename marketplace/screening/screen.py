"""Run the checks over a package: each on its own, so that one that breaks takes nothing with it."""

import logging
import sys
from importlib import import_module
from time import perf_counter

from marketplace.difypkg import Package

from .checks import CHECKS, Check, NotScanned
from .context import Context
from .findings import Report, Section, State, storable
from .subject import Subject

log = logging.getLogger(__name__)
_DEEPEST = 4000  # of expressions nested in a plugin's source


def screen(package: Package, *, context: Context | None = None) -> Report:
    """Read the package with every enabled check. Never runs anything of it, never raises for what is in it."""
    context = context or Context()
    subject = Subject(package, context)
    return Report([run_check(check, subject) for check in load_checks(context.checks or CHECKS)])


def load_checks(names: tuple[str, ...]) -> list[Check]:
    """Checks by dotted name, those that are enabled."""
    found = []
    for name in names:
        module, _, kind = name.rpartition(".")
        check: Check = getattr(import_module(module), kind)()
        if check.enabled:
            found.append(check)
    return found


def run_check(check: Check, subject: Subject) -> Section:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEPEST))  # in a worker as in a command
    started = perf_counter()
    section = Section(check.name, State.PASSED, check.enforced, check.required, "", check.version)
    try:
        section.findings = [check.place(finding) for finding in check.run(subject, section.evidence)]
        section.state = State.FINDINGS if section.findings else State.PASSED
        section.summary = check.summary(section)
    except NotScanned as reason:
        section.state, section.summary = State.NOT_SCANNED, str(reason)
    except Exception as error:
        log.exception("the check %s broke on %s", check.name, subject.package.plugin_id)
        section.state, section.summary = State.FAILED, f"The check broke: {type(error).__name__}: {error}"[:2000]
    section.summary, section.evidence = storable(section.summary), storable(section.evidence)
    section.seconds = round(perf_counter() - started, 3)
    return section
