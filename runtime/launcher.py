"""Becomes the program it is given, in such a way that the program cannot outlive the host that asked for it.

Run in the child as ``<python> -I -S launcher.py <pid of the host> <limit=value>... -- argv...``; `wrap` writes that line.
The kernel then kills the program when the thread that forked it ends (prctl(2), PR_SET_PDEATHSIG), so also after a
``kill -9`` of the host. What the program starts by itself is not covered: that is `orphans.sweep`.
"""

import ctypes
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PR_SET_PDEATHSIG = 1
HOST_IS_GONE = 125
CANNOT_RUN = 126


def wrap(argv: list[str], limits: "Mapping[str, int | str] | None" = None) -> list[str]:
    """Return the command line that runs `argv` bound to the life of this process (and of the calling thread).

    `limits`: what `confining.confine` takes.
    """
    said = [f"{name}={value}" for name, value in (limits or {}).items()]
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *said, "--", *argv]


def bind_to_parent() -> None:
    """Ask the kernel to kill this process when its parent ends; does nothing where there is no such call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def reset_signals() -> None:
    """Undo what an exec hands on: ignored signals (Python itself ignores SIGPIPE), the forking thread's mask."""
    for number in signal.valid_signals():
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def confined(limits: list[str]) -> str:
    """Put on limits, each ``name=value``; returns why that could not be done. Nothing is imported where there are none."""
    if not limits:
        return ""
    sys.path.append(os.path.dirname(__file__))  # noqa: PTH120 - pathlib is slow to import
    confining = __import__("confining")
    try:
        confining.confine(dict(limit.split("=", 1) for limit in limits))
    except (confining.CannotConfine, OSError, ValueError) as error:
        return f"its limits could not be put on: {error}"
    return ""


def main(arguments: list[str]) -> int:
    """Take the place of this process by ``argv``; returns an exit status only when that could not be done."""
    dashes = arguments.index("--")
    parent, limits, argv = arguments[0], arguments[1:dashes], arguments[dashes + 1 :]
    bind_to_parent()
    # the host may have died before the kernel was asked to watch it
    if os.getppid() != int(parent):
        return HOST_IS_GONE
    reset_signals()
    why = confined(limits)
    if not why:
        try:
            os.execvp(argv[0], argv)  # noqa: S606
        except OSError as error:
            why = f"cannot run {argv[0]}: {error.strerror}"
    sys.stderr.write(f"{why}\n")
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
