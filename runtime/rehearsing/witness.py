"""Runs a plugin's entrypoint and writes down what it touches; the network it refuses.

Run in the plugin's own environment as ``python witness.py RECORD ENTRYPOINT``. It stands on Python's audit events
(PEP 578): names that are looked up, connections, files that are opened outside, programs that are started. What
machine code and other programs do by themselves it does not see, but for what they ask of the proxy beside it; the namespaces
around the process stop that all the same.
"""

# ruff: noqa: PTH100, PTH109, PTH118, PTH120 -- pathlib would open what it is to watch
import contextlib
import fcntl
import json
import os
import runpy
import socket
import struct
import subprocess
import sys
import tempfile
from typing import Any

MOST = 2000
LOOPBACK = ("localhost", "127.0.0.1", "::1", "")
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex")
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
FILES = ("open", "os.listdir", "os.scandir")


class Witness:
    def __init__(self, record: str) -> None:
        self.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.seen: set[tuple[str, str]] = set()
        roots = [
            os.getcwd(),
            sys.prefix,
            sys.base_prefix,
            tempfile.gettempdir(),
            os.path.dirname(os.path.abspath(__file__)),
        ]
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
            os.write(self.record, json.dumps({"kind": kind, "what": what[:500]}).encode() + b"\n")

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


def bring_up_loopback() -> None:
    """A new network namespace has one that is down (netdevice(7): read the flags of lo, write them with IFF_UP)."""
    read_flags, write_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        told = fcntl.ioctl(asking, read_flags, struct.pack("16sh22x", b"lo", 0))
        (flags,) = struct.unpack("16xh22x", told)
        fcntl.ioctl(asking, write_flags, struct.pack("16sh22x", b"lo", flags | up))


def name_proxy(record: str) -> None:
    """Start the proxy, and name it to whoever reads the environment; without a loopback there is none."""
    with contextlib.suppress(OSError, ValueError):
        bring_up_loopback()
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "proxy.py")
        command = [sys.executable, "-I", program, record]
        proxy = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        address = f"http://127.0.0.1:{int(proxy.stdout.readline() if proxy.stdout else b'')}"
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            os.environ[name] = os.environ[name.upper()] = address
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = "localhost,127.0.0.1,::1"


def main(record: str, entrypoint: str) -> None:
    name_proxy(record)
    sys.path[0] = os.getcwd()
    sys.argv = [entrypoint]
    sys.addaudithook(Witness(record))
    runpy.run_module(entrypoint, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
