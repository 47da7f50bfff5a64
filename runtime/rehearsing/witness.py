"""Runs a plugin's entrypoint and writes down what it touches; the network it refuses.

Run in a cell, in the plugin's own environment, as ``python witness.py ENTRYPOINT``; while an environment is built every
Python there has it by the `sitecustomize` beside it. It stands on Python's audit events (PEP 578): names that are looked up,
connections, files that are opened outside, programs that are started. What machine code and other programs do by themselves
it does not see, but for what they ask at the cell's door; the cell stops that all the same.
"""

# ruff: noqa: PTH100, PTH109, PTH120 -- pathlib would open what it is to watch
import json
import os
import runpy
import socket
import sys
import tempfile
from typing import Any

MOST = 2000
NOTES = "/run/notes"  # where a cell takes them
OWN = "WITNESS_OWN"  # folders that are not worth a note, in the environment
LOOPBACK = ("localhost", "127.0.0.1", "::1", "")
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex")
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
FILES = ("open", "os.listdir", "os.scandir")


class Witness:
    def __init__(self) -> None:
        self.letters = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.letters.connect(NOTES)
        self.seen: set[tuple[str, str]] = set()
        roots = [
            os.getcwd(),
            sys.prefix,
            sys.base_prefix,
            tempfile.gettempdir(),
            os.path.dirname(os.path.abspath(__file__)),
        ]
        roots += os.environ.get(OWN, "").split(os.pathsep) if os.environ.get(OWN) else []
        roots += [
            "/usr/",
            "/lib",
            "/dev/",
            "/etc/ssl",
            "/etc/localtime",
            "/etc/mime.types",
            "/etc/resolv.conf",
            "/etc/hosts",
            "/etc/nsswitch.conf",
        ]
        self.own = tuple(os.path.realpath(root) for root in roots) + tuple(roots)

    def note(self, kind: str, what: str) -> None:
        key = (kind, what)
        if key not in self.seen and len(self.seen) < MOST:
            self.seen.add(key)
            os.write(self.letters.fileno(), json.dumps({"kind": kind, "what": what[:500]}).encode())

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in LOOKUPS:
            self.look_up(args[0])
        elif event == "socket.connect":
            self.connect(args[1])
        elif event in STARTS:
            self.note("process", " ".join(map(str, args[1] if isinstance(args[1], (list, tuple)) else args[:1])))
        elif event in FILES and args and isinstance(args[0], (str, bytes)):
            self.touch(os.fsdecode(args[0]))

    def look_up(self, host: object) -> None:
        name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
        if name not in LOOPBACK:
            self.note("host", name)
            raise socket.gaierror(socket.EAI_NONAME, "the network is closed while the plugin is rehearsed")

    def connect(self, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in LOOPBACK:
            self.note("host", str(address[0]))
            raise ConnectionRefusedError("the network is closed while the plugin is rehearsed")

    def touch(self, path: str) -> None:
        full = os.path.abspath(path)
        if not full.startswith(self.own) and not full.startswith(f"/proc/{os.getpid()}/") and full != "/proc/self/maps":
            self.note("file", full)


def main(entrypoint: str) -> None:
    sys.path[0] = os.getcwd()
    sys.argv = [entrypoint]
    sys.addaudithook(Witness())
    runpy.run_module(entrypoint, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
