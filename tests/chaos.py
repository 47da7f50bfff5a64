"""Load on a host whose processes are killed at random, and what its callers are told meanwhile."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.caller import Caller
from tests.programs import wait_until
from tests.servers import Host

CALLERS = 6
PAUSE = 0.4  # seconds between two kills
DEADLINE = 40.0  # seconds: those of waking up, and a machine that does much else
APPEARS_WITHIN = 15.0
LONGER = 240.0  # seconds that it may take until each kind was there
KINDS = ("plugin", "fork-server", "template", "worker", "web")
ROUND = [*KINDS, "plugin", "plugin", "fork-server", "template"]
CUT = (httpx.TransportError, httpx.StreamError)  # what a client sees when its server is gone


@dataclass
class Told:
    """How calls ended. A call that ends in none of these ways, or too late, is a `fault`."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0


def kind_of(pid: int) -> str:
    """What one of the processes of a node's own is; "" for what plugins have started, and for who has gone."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().strip(b"\0").split(b"\0")
        if words[0].startswith(b"patchbay: "):
            return words[0].partition(b": ")[2].decode()
        return "plugin" if words[-1] == b"main" else ""
    return ""


def call_until(over: threading.Event, caller: Caller, plugin: str, told: Told) -> None:
    """One caller: short and long calls in turn, each looked at as a client would."""
    number = 0
    while not over.is_set():
        number += 1
        long = number % 3 == 0
        began = time.monotonic()
        try:
            with caller.stream(plugin, "stream", count=40, delay_ms=20 if long else 0) as events:
                seen = list(events)
            end, fault = judged(seen, 40)
        except CUT as error:
            end, fault = f"cut off: {type(error).__name__}", ""
            time.sleep(0.1)
        took = time.monotonic() - began
        told.ends[end] += 1
        told.slowest = max(told.slowest, took)
        if fault or took > DEADLINE:
            told.faults.append(f"{fault or end} after {took:.1f} s")


def judged(seen: list[dict[str, Any]], expected: int) -> tuple[str, str]:
    """How a call has ended by what it was told, and what is wrong with that."""
    if not seen:
        return "nothing", "an answer that holds nothing"
    last = seen[-1]
    texts = [event["data"]["message"]["text"].partition(":")[0] for event in seen if event["code"] == 0]
    if texts != [str(number) for number in range(len(texts))]:
        return "mixed", f"chunks out of order: {texts}"
    if last["code"] == 0:
        fault = "" if len(texts) == expected else f"it looks whole, and has {len(texts)} of {expected} chunks"
        return "answered", fault
    return "error", "" if last.get("message") else f"an error that says nothing: {last}"


@dataclass
class Chaos:
    host: Host
    random: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def victims(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for pid in self.host.plugin_processes():
            if kind := kind_of(pid):
                found[kind].append(pid)
        return found

    def kill_one(self, kind: str) -> None:
        """One of these, as soon as there is one; nobody where none comes."""
        if kind in self.host.programs:
            self.host.kill(kind)
            self.host.start(kind)
            self.killed[kind] += 1
            return
        until = time.monotonic() + APPEARS_WITHIN
        while not (found := self.victims()[kind]) and time.monotonic() < until:
            time.sleep(0.1)
        if found:
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(found), signal.SIGKILL)
                self.killed[kind] += 1

    def go_on_for(self, seconds: float) -> None:
        """Round after round, each in another order; those of servers are rare, as they take long to come back.

        On a slow machine for longer: until one of each kind was there to be killed.
        """
        until, needed = time.monotonic() + seconds, set(KINDS) - {"template"}
        while True:
            for kind in self.random.sample(ROUND, len(ROUND)):
                time.sleep(self.random.uniform(0, 2 * PAUSE))
                self.kill_one(kind)
                over = time.monotonic() - until
                if over > LONGER or (over > 0 and needed <= set(self.killed)):
                    return


def under_load(chaos: Chaos, plugin: str, seconds: float) -> Told:
    """Kills for so long while callers call; returns what these were told."""
    told, over = Told(), threading.Event()
    callers = [Caller(chaos.host.url, chaos.host.key) for _ in range(CALLERS)]
    threads = [threading.Thread(target=call_until, args=(over, caller, plugin, told)) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        chaos.go_on_for(seconds)
    finally:
        over.set()
        for thread in threads:
            thread.join(DEADLINE + 20)
        for caller in callers:
            caller.http.close()
    told.faults += ["a caller still waits" for thread in threads if thread.is_alive()]
    return told


def settled(host: Host) -> None:
    """Nothing is left of what was killed: no process without its parent, none that nobody has waited for."""
    worker = host.programs["worker"].pid

    def strays() -> list[tuple[int, str]]:
        mine = {pid: parent_and_state(pid) for pid in host.plugin_processes()}
        return [(pid, what) for pid, (parent, what) in mine.items() if parent != worker and parent not in mine]

    wait_until(lambda: not strays(), what="orphans are gone", seconds=60)
    wait_until(lambda: not zombies_of(worker), what="all that has ended is waited for", seconds=60)


def parent_and_state(pid: int) -> tuple[int, str]:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[1]), fields[0]
    return 0, ""


def zombies_of(parent: int) -> list[int]:
    children = [
        int(pid) for file in Path(f"/proc/{parent}/task").glob("*/children") for pid in file.read_text().split()
    ]
    return [pid for pid in children if parent_and_state(pid)[1] == "Z"]


def pipes_and_sockets(pid: int) -> int:
    """Descriptors of a process that lead to others."""
    found = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found += str(link.readlink()).startswith(("pipe:", "socket:", "anon_inode:[pidfd]"))
    return found
