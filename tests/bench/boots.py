"""All plugins of a folder, each started plainly and forked: `python -m tests.bench.boots --official FOLDER` (make boots).

Prints what failed in either way and why it was not forked, then the figures. Environments and copies of the plugins stay in
the folder DATA (build/boots unless given), so that only the first run builds them.
"""

# ruff: noqa: E402 - Django must be set up before anything that has models

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import yaml

from runtime import companion, environment, reverse
from runtime.backends.local import LocalBackend, LocalOptions
from runtime.environment import Environment, EnvironmentFailed
from runtime.errors import StartFailed
from runtime.forkserver import Forking, ForkOptions, TemplateOptions, origin_of
from runtime.headroom import available
from runtime.spawning import Plain, Spawner
from tests import places, sdk

MIB = 1 << 20
SETTLED = 0.4  # seconds after the heartbeat until memory is read


@dataclass(slots=True)
class Boot:
    """One start: seconds to the heartbeat, private bytes; `how` it was made; or why there was none."""

    seconds: float = 0.0
    private: int = 0
    how: str = ""
    failure: str = ""

    @property
    def forked(self) -> bool:
        return self.how.startswith("forked")


@dataclass(slots=True)
class Tried:
    plugin: str
    plain: Boot
    forked: Boot


def folders(official: Path) -> list[Path]:
    return sorted(path.parent for path in official.glob("*/*/manifest.yaml"))


def copied(folder: Path, data: Path) -> Path:
    """A copy of its own: plugins write into their folder."""
    copy = data / "plugins" / folder.parent.name / folder.name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    return copy


def built(folder: Path, data: Path) -> Environment:
    usual = environment.usual()
    options = sdk.options(root=data / "environments", cache=data / "uv-cache", python=usual)
    return environment.build(folder, options, progress=lambda _: None, marker=sdk.MARKER)


def options_for(folder: Path, made: Environment, spawner: Spawner) -> LocalOptions:
    entrypoint = yaml.safe_load((folder / "manifest.yaml").read_text())["meta"]["runner"]["entrypoint"]
    variables = {
        "PATH": f"{made.python.parent}:/usr/bin:/bin",
        "VIRTUAL_ENV": str(made.path),
        "LANG": "C.UTF-8",
        "INSTALL_METHOD": "local",
        "PATCHBAY_HOST": sdk.MARKER,
    }
    return LocalOptions(
        argv=companion.wrap(str(made.python), entrypoint, sdk.PATCHES),
        folder=folder,
        environment=variables,
        log=sdk.Log(),
        answer=reverse.answer,
        spawner=spawner,
        origin=origin_of(made, entrypoint, patches=sdk.PATCHES),
    )


async def boot(options: LocalOptions) -> Boot:
    backend = LocalBackend(options)
    began = time.monotonic()
    try:
        await backend.start()
    except StartFailed as error:
        return Boot(failure=str(error)[:300])
    found = Boot(time.monotonic() - began, how=backend.process.how)
    await asyncio.sleep(SETTLED)
    found.private = private(backend.pid)
    await backend.stop(0)
    return found


def private(pid: int) -> int:
    """Bytes that nobody else has."""
    return memory(pid, "Private_")


def memory(pid: int, kind: str) -> int:
    """Bytes, as /proc/<pid>/smaps_rollup has them in lines that begin so."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kind))


async def tried(folder: Path, data: Path, forking: Forking) -> Tried:
    name = f"{folder.parent.name}/{folder.name}"
    try:
        made = await asyncio.to_thread(built, folder, data)
    except EnvironmentFailed as error:
        failed = Boot(failure=f"no environment: {error}"[:300])
        return Tried(name, failed, failed)
    copy = copied(folder, data)
    plain = await boot(options_for(copy, made, Plain()))
    before = forking.started
    forked = await boot(options_for(copy, made, forking))
    if forking.started != before and forked.forked:  # the time of the fork-server's own start is in it
        forked = await boot(options_for(copy, made, forking))
    return Tried(name, plain, forked)


async def all_of(chosen: list[Path], data: Path) -> AsyncIterator[Tried]:
    forking = Forking(ForkOptions(templates=TemplateOptions(most=0)))
    try:
        for folder in chosen:
            yield await tried(folder, data, forking)
    finally:
        await forking.close()


@dataclass(frozen=True, slots=True)
class Together:
    """All at once, idle: how many, private MiB of all of them and of their fork-servers, all memory of both with what they
    share counted once (PSS: also what others have of the same files), and what the machine had less.
    """

    up: int
    private: float
    servers: float
    shared: float
    missing: float

    def __str__(self) -> str:
        own = f"private {self.private:,.0f} MiB, fork-servers {self.servers:,.0f} MiB"
        return (
            f"{self.up} at once: {own}; {self.shared:,.0f} MiB with what is shared, {self.missing:,.0f} MiB less free"
        )


async def together(chosen: list[Path], data: Path) -> Together:
    """Starts all of them as forks and leaves them idle. What does not come up is left out."""
    forking = Forking(ForkOptions(templates=TemplateOptions(most=0)))
    before, backends = available() or 0, []
    for folder in chosen:
        with contextlib.suppress(EnvironmentFailed, StartFailed):
            made = await asyncio.to_thread(built, folder, data)
            backend = LocalBackend(options_for(copied(folder, data), made, forking))
            await backend.start()
            backends.append(backend)
    await asyncio.sleep(SETTLED)
    servers = [one.server.pid for ones in forking.servers.values() for one in ones]
    pids = [backend.pid for backend in backends]
    used, own = (sum(map(private, some)) / MIB for some in (pids, servers))
    shares = sum(memory(pid, "Pss:") for pid in (*pids, *servers)) / MIB
    found = Together(len(backends), used, own, shares, (before - (available() or 0)) / MIB)
    for backend in backends:
        await backend.stop(0)
    await forking.close()
    return found


def complaints(found: list[Tried]) -> Iterator[str]:
    for one in found:
        if one.plain.failure:
            yield f"{one.plugin}: does not start plainly: {one.plain.failure}"
        if one.forked.failure and one.forked.failure != one.plain.failure:
            yield f"{one.plugin}: does not start: {one.forked.failure}"
        if not one.forked.failure and not one.forked.forked:
            yield f"{one.plugin}: {one.forked.how}"


@dataclass(frozen=True, slots=True)
class Sums:
    """Over those that came up: how many, seconds (median, p90, longest), private MiB (median, all)."""

    up: int
    median: float
    p90: float
    longest: float
    private: float
    together: float

    def __str__(self) -> str:
        times = f"median {self.median:.3f}, p90 {self.p90:.2f}, longest {self.longest:.1f} s"
        return f"{self.up} up; {times}; private {self.private:.1f} MiB, all {self.together:,.0f} MiB"


def sums(boots: list[Boot]) -> Sums:
    up = [one for one in boots if not one.failure]
    times = sorted(one.seconds for one in up)
    memory = [one.private / MIB for one in up]
    p90 = quantiles(times, n=10)[-1] if len(times) > 1 else times[0]
    return Sums(len(up), median(times), p90, times[-1], median(memory), sum(memory))


def ratio(found: list[Tried]) -> float:
    """Median of how many times faster each of those comes up that come up in both ways."""
    return median(
        one.plain.seconds / one.forked.seconds for one in found if not (one.plain.failure or one.forked.failure)
    )


def chosen_of(official: Path, sample: int) -> list[Path]:
    every = folders(official)
    return sorted(random.Random(8).sample(every, sample)) if sample else every


async def measured(chosen: list[Path], data: Path, told: Path | None = None) -> list[Tried]:
    found = []
    async for one in all_of(chosen, data):
        found.append(one)
        if told:
            with told.open("a") as file:
                file.write(json.dumps(asdict(one)) + "\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--official", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=places.BUILD / "boots")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, always the same ones")
    parser.add_argument("--together", action="store_true", help="start all as forks, and look at their memory")
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    if given.together:
        print(asyncio.run(together(chosen_of(given.official, given.sample), given.data)))
        return
    told = given.data / "boots.jsonl"
    told.unlink(missing_ok=True)
    found = asyncio.run(measured(chosen_of(given.official, given.sample), given.data, told))
    print(*complaints(found), sep="\n")
    print("plain: ", sums([one.plain for one in found]))
    print("forked:", sums([one.forked for one in found]), f"; {sum(one.forked.forked for one in found)} as forks")
    print(f"median of ratios: {ratio(found):.1f}")


if __name__ == "__main__":
    main()
