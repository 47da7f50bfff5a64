"""Whether a process may be stopped without anybody noticing, by what /proc shows of it (man 5 proc). Linux only.

A plugin that nobody calls may still be at work: it serves a port of its own, keeps a connection, has children, or a
thread that does something every now and then. Two looks some time apart tell; a plugin of that kind stays awake.
"""

import contextlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
ESTABLISHED, LISTEN = "01", "0A"  # states in /proc/net/tcp
BUSY = 0.03  # share of one core; the SDK's heartbeat takes a fiftieth of that
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What some processes were doing at one moment. `threads`: how often each, beyond the first, had waited."""

    threads: dict[str, int] = field(default_factory=dict)
    children: int = 0
    listening: tuple[str, ...] = ()
    connected: tuple[str, ...] = ()
    cpu: float = 0.0  # seconds
    trouble: str = ""  # why nothing could be seen


def look(pids: Iterable[int]) -> Sighting:
    """All of these processes as one sighting. One that has gone says nothing."""
    threads: dict[str, int] = {}
    listening: list[str] = []
    connected: list[str] = []
    children, cpu = 0, 0.0
    for pid in pids:
        try:
            threads |= {f"{pid}/{tid}": waits for tid, waits in other_threads(pid)}
            children += len(children_of(pid))
            cpu += processor_seconds(pid)
            for heard, address in sockets(pid):
                (listening if heard else connected).append(address)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except PermissionError as error:
            return Sighting(trouble=f"what it does cannot be seen ({error.strerror})")
    return Sighting(threads, children, tuple(listening), tuple(connected), cpu)


def at_work(before: Sighting, after: Sighting, seconds: float) -> str:
    """What the processes were doing by themselves between two looks, in words; "" where they did nothing."""
    if sys.platform != "linux":
        return ""
    woken = [tid for tid, waits in after.threads.items() if before.threads.get(tid) != waits]
    used = (after.cpu - before.cpu) / max(seconds, 0.1)
    found = (
        after.trouble,
        after.children and f"it has {counted(after.children, 'process', 'processes')} of its own",
        after.listening and f"it listens on {', '.join(after.listening[:3])}",
        after.connected and f"it is connected to {', '.join(after.connected[:3])}",
        woken and f"{counted(len(woken), 'thread', 'threads')} of it worked though nobody called",
        used > BUSY and f"it took {used:.0%} of a core though nobody called",
    )
    return next((str(one) for one in found if one), "")


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def other_threads(pid: int) -> list[tuple[str, int]]:
    """Threads but the first, and how often each has given up the processor: a parked one does not. The SDK's reader is one."""
    found = []
    for entry in os.scandir(PROC / str(pid) / "task"):
        if entry.name != str(pid):
            with contextlib.suppress(FileNotFoundError):
                status = (Path(entry) / "status").read_text()
                found.append((entry.name, sum(map(switches, status.splitlines()))))
    return found


def switches(line: str) -> int:
    return int(line.split()[1]) if "ctxt_switches" in line else 0


def children_of(pid: int) -> list[str]:
    """Pids of children, of whichever thread."""
    found: list[str] = []
    for entry in os.scandir(PROC / str(pid) / "task"):
        with contextlib.suppress(FileNotFoundError):
            found += (Path(entry) / "children").read_text().split()
    return found


def processor_seconds(pid: int) -> float:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def sockets(pid: int) -> list[tuple[bool, str]]:
    """(whether it listens, the address) of each TCP socket that listens or is connected."""
    inodes = set()
    for entry in os.scandir(PROC / str(pid) / "fd"):
        with contextlib.suppress(FileNotFoundError):
            target = str(Path(entry).readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    if not inodes:
        return []
    found = []
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError):
            lines = (PROC / str(pid) / "net" / table).read_text().splitlines()[1:]
            found += [row for line in lines if (row := connection(line.split(), inodes))]
    return found


def connection(fields: list[str], inodes: set[str]) -> tuple[bool, str] | None:
    if len(fields) < 10 or fields[9] not in inodes or fields[3] not in (ESTABLISHED, LISTEN):
        return None
    listens = fields[3] == LISTEN
    return listens, readable(fields[1] if listens else fields[2])


def readable(address: str) -> str:
    """`0100007F:1F90` is 127.0.0.1:8080; words of four bytes, each in the machine's order."""
    words, _, port = address.partition(":")
    raw = b"".join(int(words[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(words), 8))
    if len(raw) == 16 and raw[:12] == bytes(10) + b"\xff\xff":
        raw = raw[12:]
    host = ".".join(map(str, raw)) if len(raw) == 4 else f"[{raw.hex(':', 2)}]"
    return f"{host}:{int(port, 16)}"
