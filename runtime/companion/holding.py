"""A template: one plugin held just before its loop, so that further instances of it are forks of that very moment."""

import gc
import os
import random
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import becoming, forking, keeping
from .patching import NotApplied, Patch, fitting

if TYPE_CHECKING:
    from .serving import Server

MOST_SAID = 1 << 20  # bytes of what it wrote while it came up, said again by each instance
RUN = "core.server.io_server:IOServer.run"

PATCH = Patch(checked={RUN: frozenset({"388e33ea28bc1eea", "1206275f5274d8d3"})}, apply=lambda places: None)


def expect(server: "Server", ground: becoming.Ground) -> None:
    """From now on the plugin's `run` does not begin its loop, but waits in it for requests of the host's."""
    try:
        (run,) = fitting(PATCH)
    except NotApplied as error:
        server.tell({"refused": str(error)})
        os._exit(0)

    def hold(plugin: Any) -> Any:
        run.replace(run.checked)
        held(server, ground)
        return run.checked(plugin)

    run.replace(hold)


def held(server: "Server", ground: becoming.Ground) -> None:
    """Returns in each instance, as if nothing had happened in between; never in the template."""
    flush()
    try:
        forker = forking.Forker()
        forking.check({server.control.fileno()})
    except forking.CannotFork as error:
        server.tell({"refused": str(error)})
        os._exit(0)
    said = [(stream, os.pread(stream, MOST_SAID, 0)) for stream in (1, 2)]
    again = fresh()
    becoming.entitle(["patchbay: template"])
    keeping.keep()
    server.tell({"ready": {}})
    request, descriptors = server.loop(forker)
    becoming.settle(request, descriptors, ground)
    becoming.refresh()
    again()
    for stream, text in said:
        written = 0
        while written < len(text):
            written += os.write(stream, text[written:])


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def fresh() -> "Callable[[], None]":
    """Seeds what gives random numbers in this program anew, when called; `random` itself does that after every fork."""
    numpy = sys.modules.get("numpy.random")
    kinds = (numpy.BitGenerator,) if numpy else ()
    objects = gc.get_objects()
    own = [one for one in objects if type(one) is random.Random]
    theirs = [one for one in objects if isinstance(one, kinds)] if kinds else []

    def again() -> None:
        for one in own:
            one.seed()
        for other in theirs:
            other.state = type(other)().state

    return again
