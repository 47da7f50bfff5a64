"""All checks, one after another: one that fails is a finding itself, and the next one follows."""

import logging
from collections.abc import Callable, Iterator

from runtime.doctoring import host, plugins, services
from runtime.doctoring.finding import Finding

log = logging.getLogger(__name__)

Check = Callable[[], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    services.database,
    services.migrations,
    services.redis,
    services.settings_contradict,
    plugins.nodes,
    plugins.standing,
    plugins.packages,
    plugins.environments,
    plugins.tasks,
    plugins.stale_rows,
    host.orphans,
    host.disk,
    host.memory,
    host.limits,
    host.programs,
    host.confinement,
)


def examine() -> list[Finding]:
    """Everything that is found, in the order of the checks."""
    return [finding for check in CHECKS for finding in made(check)]


def made(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        log.debug("The check %s failed", check.__name__, exc_info=True)
        area, words = check.__module__.rpartition(".")[2], str(error).strip().splitlines()
        says = (
            f"{check.__name__.replace('_', ' ')} could not be examined: {words[0] if words else type(error).__name__}"
        )
        yield Finding("bad", area, says, "See what else is found: the cause is mostly there.")
