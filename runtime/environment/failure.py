"""Why an environment could not be built, in words for the person who wanted the plugin."""

import re
from collections.abc import Sequence

from runtime.errors import RuntimeFault

TAIL_LINES = 20
SHOWN_LINES = 8
PACKAGE_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"Failed to (?:download|fetch|build|read|unzip|generate)[^`]*`([^`@ ]+)",
        r"Because (\S+) was not found",
        r"there (?:is|are) no versions? of ([^\s,]+)",
        r"Because ([\w.\-\[\]]+[=<>!~]\S+) (?:has no|cannot be used|depends on)",
        r"and ([\w.\-]+[=<>!~]\S*) depends on Python",
        r"Because ([\w.\-]+) (?:has no|needs to be|only has)",
    )
)
WORTH_RETRYING = re.compile(
    r"error sending request|timed? ?out|connection (?:reset|refused|closed)|dns error|status (?:429|5\d\d)|No space left",
    re.IGNORECASE,
)
CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


class EnvironmentFailed(RuntimeFault):
    """The environment is not there. `package` is the dependency at which it ended, or empty; `tail` the last output.

    `retry` tells whether the same build may succeed later (network, disk, time) or not (an impossible requirement).
    """

    def __init__(
        self, message: str, *, step: str, package: str = "", tail: Sequence[str] = (), retry: bool = False
    ) -> None:
        super().__init__(message, {"step": step, "package": package, "tail": list(tail)})
        self.step = step
        self.package = package
        self.tail = tuple(tail)
        self.retry = retry


class EnvironmentCancelled(EnvironmentFailed):
    """Somebody asked for the build to be ended."""


def explain(lines: Sequence[str], *, step: str, current: str) -> EnvironmentFailed:
    """Make the failure out of uv's output after it ended with an error; `current` is what it had in hand."""
    report = _report(lines)
    text = "\n".join(report)
    package = _package(text) or current
    sentence = _sentence(report) or "uv gave no reason"
    about = f" ({package})" if package and package not in sentence else ""
    return EnvironmentFailed(
        "\n".join([f"failed to install dependencies: {sentence}{about}", *report[-SHOWN_LINES:]]),
        step=step,
        package=package,
        tail=report,
        retry=WORTH_RETRYING.search(text) is not None,
    )


def interrupted(why: str, lines: Sequence[str], *, step: str, current: str) -> EnvironmentFailed:
    """Make the failure of a build that was ended from outside: too long, or too quiet."""
    tail = _visible(lines)[-TAIL_LINES:]
    doing = f" while working on {current}" if current else ""
    return EnvironmentFailed(
        "\n".join([f"failed to install dependencies: {why}{doing}", *tail[-SHOWN_LINES:]]),
        step=step,
        package=current,
        tail=tail,
        retry=True,
    )


def redact(line: str) -> str:
    """Hide user names and passwords in addresses."""
    return CREDENTIALS.sub("***@", line)


def _visible(lines: Sequence[str]) -> list[str]:
    shown = [line for line in lines if line.strip() and not line.startswith(("DEBUG", "TRACE"))]
    return shown or list(lines)


def _report(lines: Sequence[str]) -> list[str]:
    """The output from uv's last error on; all of it when there is no such line."""
    shown = _visible(lines)
    starts = [number for number, line in enumerate(shown) if line.startswith("error:")]
    return shown[starts[-1] :][:TAIL_LINES] if starts else shown[-TAIL_LINES:]


def _sentence(report: Sequence[str]) -> str:
    """The error and the root of its causes (uv prints them from the outside in)."""
    if not report:
        return ""
    causes = [line.strip().removeprefix("cause: ") for line in report if line.strip().startswith("cause: ")]
    return ": ".join([report[0].removeprefix("error: "), *causes[-1:]])


def _package(text: str) -> str:
    for pattern in PACKAGE_PATTERNS:
        if found := pattern.search(text):
            return found[1].rstrip(",.")
    return ""
