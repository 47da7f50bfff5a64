"""From a copy of the fork-server to the plugin's own process: what `python -m main` would find, as nearly as can be."""

import ctypes
import gc
import importlib
import os
import posix
import signal
import site
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
HOST_IS_GONE = 125
CONFINING = os.path.join(os.path.dirname(os.path.dirname(__file__)), "confining.py")


def confining() -> ModuleType:
    """The host's module that puts limits on a process; read before the fork, so that every child has it."""
    spec = spec_from_file_location("patchbay_confining", CONFINING)
    assert spec and spec.loader  # noqa: S101 - it is a file of ours
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Ground:
    """What of the process is the fork-server's own, noted before it became anything else."""

    def __init__(self) -> None:
        own = os.path.join(sys.prefix, "")
        self.confining = confining()
        self.prefix = sys.prefix
        # set by the interpreter as it starts where no locale is (PEP 538)
        self.variables = {name: os.environ[name] for name in ("LC_CTYPE",) if name in os.environ}
        self.paths = [path for path in sys.path if not path.startswith(own)]


def settle(request: "dict[str, Any]", descriptors: "list[int]", ground: "Ground") -> None:
    """The process itself: its streams, its session, whose death it does not survive, its limits, its variables."""
    for target, descriptor in enumerate(descriptors):
        posix.dup2(descriptor, target)
    for descriptor in descriptors:
        posix.close(descriptor)
    os.setsid()
    system = ctypes.CDLL(None)
    system.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != request["host"]:
        os._exit(HOST_IS_GONE)
    system.prctl(PR_SET_NAME, b"python", 0, 0, 0)
    entitle(["python", "-m", request["entrypoint"]])
    os.environ.clear()
    os.environ.update(ground.variables | request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    ground.confining.confine(request["limits"])


def move(request: "dict[str, Any]", ground: Ground) -> None:
    """The interpreter: as if it were that of the plugin's environment, started in the plugin's folder."""
    python, folder, entrypoint = request["python"], request["folder"], request["entrypoint"]
    prefix = os.path.dirname(os.path.dirname(python))
    sys.executable = python
    sys.prefix = sys.exec_prefix = prefix
    sys.path[:] = ground.paths
    site.venv(set(map(os.path.abspath, ground.paths)))
    if prefix != ground.prefix:
        resettle(ground.prefix, prefix)
    sys.path.insert(0, folder)
    sys.argv[:] = [os.path.join(folder, *entrypoint.split(".")) + ".py"]
    sys.orig_argv[:] = [python, "-m", entrypoint]
    importlib.invalidate_caches()


def resettle(before: str, now: str) -> None:
    """Packages that came from the fork-server's environment find what they load later in the plugin's: the same files."""
    for module in list(sys.modules.values()):
        places = getattr(module, "__path__", None)
        if isinstance(places, list):
            places[:] = [now + place[len(before) :] if place.startswith(before) else place for place in places]
    if config := sys.modules.get("sysconfig"):
        config.__dict__.update(_PREFIX=now, _EXEC_PREFIX=now, _CONFIG_VARS=None, _CONFIG_VARS_INITIALIZED=False)


def refresh() -> None:
    """What must not be alike, or still be at work, in two copies of one process. `random` sees to itself."""
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if gevent := sys.modules.get("gevent"):
        gevent.reinit()
    count_once()
    gc.enable()


def count_once() -> None:
    """The main thread has a number by gevent and one by the system; after a fork `threading` lists it by both."""
    threading = sys.modules["threading"]  # imported by the SDK, after gevent
    own, threads = threading.get_ident(), threading._active
    for number, thread in list(threads.items()):
        if number != own and thread is threads.get(own):
            del threads[number]


def entitle(words: "list[str]") -> None:
    """What ps(1) shows of this process: written over the arguments it was started with, which had room for it."""
    try:
        with open("/proc/self/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])
    except (OSError, ValueError, IndexError):
        return
    text = "\0".join(words).encode() + b"\0"
    if 0 < start < end and len(text) < end - start:
        ctypes.memset(start, 0, end - start)
        ctypes.memmove(start, text, len(text))
