"""Builders that are killed, meet each other, or wait for something that never comes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from runtime import environment, orphans
from runtime.environment import EnvironmentFailed
from tests.runtime.environment import wheels
from tests.runtime.environment.conftest import Bench
from tests.runtime.environment.index import Index

HOST = f"{sys.version_info[0]}.{sys.version_info[1]}"
ROOT = Path(__file__).parents[3]
BUILDER = """
import json, os, sys
from pathlib import Path
from runtime.environment import EnvironmentOptions, build
folder, root, cache, directory, marker = sys.argv[1:]
options = EnvironmentOptions(root=Path(root), cache=Path(cache), find_links=Path(directory), offline=True)
news = open(Path(folder).parent / ("news-" + str(os.getpid())), "w", buffering=1)
built = build(Path(folder), options, progress=lambda one: print(one.line, file=news), marker=marker)
print(json.dumps(str(built.path)))
"""
# a build that tells of itself and goes on when it is let; the module says how often it was built
PATIENT = """
log = Path({log!r})
with log.open("a") as file:
    file.write(f"{{NAME}} {{time.time()}}\\n")
while not Path({go!r}).exists():
    time.sleep(0.02)
with log.open("a") as file:
    file.write(f"{{NAME}} {{time.time()}}\\n")
"""


class Gate:
    """Holds source builds until it is opened."""

    def __init__(self, folder: Path) -> None:
        self.log, self.go = folder / "log", folder / "go"

    @property
    def work(self) -> str:
        return PATIENT.format(log=str(self.log), go=str(self.go))

    def begun(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    def open(self) -> None:
        self.go.touch()


@pytest.fixture
def gate(tmp_path) -> Gate:
    return Gate(tmp_path)


def start(bench: Bench, folder: Path) -> "subprocess.Popen[str]":
    options = bench.options
    arguments = [folder, options.root, options.cache, options.find_links, bench.marker]
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, *map(str, arguments)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def waited(builder: "subprocess.Popen[str]", folder: Path) -> bool:
    """Whether a builder has said that it waits."""
    news = folder.parent / f"news-{builder.pid}"
    return news.exists() and "waiting for another build of the same" in news.read_text()


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def carriers(marker: str) -> list[str]:
    """Names of the living processes that carry a marker."""
    found = []
    for pid in [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]:
        with suppress(OSError):  # it has ended between two looks
            if orphans._is_marked(pid, marker):
                found.append(Path(f"/proc/{pid}/comm").read_text().strip())
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_builder_leaves_nothing_that_looks_ready(bench, gate):
    wheels.make_source(bench.wheels, "slow", work=gate.work)
    folder = bench.plugin(requirements_txt="dify_plugin\nslow")
    name = environment.key(folder, bench.options)
    with start(bench, folder) as builder:
        wait_for(gate.begun)
        assert "uv" in carriers(bench.marker)
        os.kill(builder.pid, signal.SIGKILL)
    # uv goes with its host; what it had started is swept by the next one
    wait_for(lambda: "uv" not in carriers(bench.marker))
    orphans.sweep(bench.marker)
    assert environment.find(name, bench.options) is None
    assert len(bench.leftovers()) == 1
    gate.open()
    built = bench.build(folder)
    assert built == environment.find(name, bench.options)
    assert bench.leftovers() == []


def test_two_processes_build_one_environment_once(bench, gate):
    wheels.make_source(bench.wheels, "slow", work=gate.work)
    folder = bench.plugin(requirements_txt="slow")
    with start(bench, folder) as one, start(bench, folder) as two:
        wait_for(gate.begun)
        wait_for(lambda: sum(waited(each, folder) for each in (one, two)) == 1)
        gate.open()
        first, second = (json.loads(one.communicate()[0]) for one in (one, two))
        assert first == second
        assert gate.begun() == 2
        assert sorted(waited(each, folder) for each in (one, two)) == [False, True]


def test_a_waiting_builder_takes_over_from_a_killed_one(bench, gate):
    wheels.make_source(bench.wheels, "slow", work=gate.work)
    folder = bench.plugin(requirements_txt="slow")
    with start(bench, folder) as builder:
        wait_for(gate.begun)
        with ThreadPoolExecutor() as pool:
            waiter = pool.submit(bench.build, folder)
            wait_for(lambda: any(one.step == "wait" for one in bench.news))
            os.kill(builder.pid, signal.SIGKILL)
            gate.open()
            assert waiter.result(60).facts["packages"] == {"slow": "1.0"}


def test_a_waiting_builder_can_be_cancelled_and_has_a_limit(bench, gate):
    wheels.make_source(bench.wheels, "slow", work=gate.work)
    folder = bench.plugin(requirements_txt="slow")
    with start(bench, folder):
        wait_for(gate.begun)
        with pytest.raises(environment.EnvironmentCancelled):
            bench.build(folder, lambda: True)
        bench.set(total_timeout=0.3)
        with pytest.raises(EnvironmentFailed, match="waiting for another build") as failed:
            bench.build(folder)
        assert failed.value.retry
        gate.open()


def test_threads_build_different_environments_side_by_side(bench, gate):
    for name in ("left", "right"):
        wheels.make_source(bench.wheels, name, work=gate.work)
        bench.plugin(name, requirements_txt=name)
    with ThreadPoolExecutor() as pool:
        builds = [pool.submit(bench.build, bench.plugins / name) for name in ("left", "right")]
        # both are in the middle of it
        wait_for(lambda: gate.begun() == 2)
        gate.open()
        assert len({build.result(60).key for build in builds}) == 2


class TestQuiet:
    def test_a_build_that_only_works_is_left_alone(self, bench):
        work = "end = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
        wheels.make_source(bench.wheels, "busy", work=work)
        bench.set(idle_timeout=1.5)
        assert bench.build(bench.plugin(requirements_txt="busy")).facts["packages"] == {"busy": "1.0"}

    def test_a_build_that_does_nothing_is_named_and_ended(self, bench):
        wheels.make_source(bench.wheels, "asleep", work="time.sleep(120)")
        bench.set(idle_timeout=1.5)
        started = time.monotonic()
        with pytest.raises(EnvironmentFailed, match=r"no activity for 1\.5 seconds while working on asleep") as failed:
            bench.build(bench.plugin(requirements_txt="asleep"))
        assert time.monotonic() - started < 30
        assert failed.value.package == "asleep==1.0"
        assert failed.value.retry
        wait_for(lambda: carriers(bench.marker) == [])
        assert bench.leftovers() == []

    def test_the_whole_has_a_limit(self, bench):
        wheels.make_source(bench.wheels, "long", work="while True: time.sleep(0.001)")
        bench.set(total_timeout=5)
        with pytest.raises(EnvironmentFailed, match=r"not finished after 5 seconds while working on long"):
            bench.build(bench.plugin(requirements_txt="long"))


@pytest.fixture
def big(tmp_path) -> Path:
    """A wheel of 1.4 MB: random digits are compressed to a half."""
    noise = os.urandom(1_400_000).hex()
    return wheels.make_wheel(tmp_path / "served", "big", files={"big.py": "VERSION = 1\n", "big_data/noise.txt": noise})


class TestDownload:
    def online(self, bench: Bench, index: Index, **options) -> Path:
        bench.set(find_links=None, offline=False, index_url=index.url, **options)
        return bench.plugin(requirements_txt="big")

    def test_slow_and_silent_is_not_stuck(self, bench, big):
        """The daemon killed such downloads after its time of silence (runtime.md 1, row 1)."""
        with Index(big, lambda _: 0.3) as index:
            built = bench.build(self.online(bench, index, idle_timeout=2))
        assert built.facts["packages"] == {"big": "1.0"}
        assert built.facts["seconds"] > 2

    def test_stuck_is_ended_and_says_what_was_fetched(self, bench, big):
        with Index(big, lambda number: 60 if number == 3 else 0) as index:
            started = time.monotonic()
            with pytest.raises(EnvironmentFailed, match="no activity for 2 seconds while working on big") as failed:
                bench.build(self.online(bench, index, idle_timeout=2))
        assert time.monotonic() - started < 40
        assert failed.value.retry

    def test_an_index_that_is_not_there(self, bench, big):
        with Index(big, lambda _: 0) as index:
            folder = self.online(bench, index)
        bench.set(extra_args=("--offline",))
        with pytest.raises(EnvironmentFailed) as failed:
            bench.build(folder)
        assert failed.value.package == "big"


@pytest.mark.parametrize("same", [True, False])
def test_addresses_in_a_lock_that_do_not_answer_are_not_needed(bench, tmp_path, same):
    """The hashes say what the files have to be; where they come from does not matter. Other files are refused."""
    wheel = wheels.make_wheel(tmp_path / "one", "six", "2")
    served = wheel if same else wheels.make_wheel(tmp_path / "two", "six", "2", files={"six.py": "VALUE = 'other'"})
    lock = wheels.lock("plugin", [wheel], index="http://127.0.0.1:9/simple")
    project = f'[project]\nname = "plugin"\nversion = "0.1.0"\nrequires-python = ">={HOST}"\ndependencies = ["six"]\n'
    folder = bench.plugin(pyproject_toml=project, uv_lock=lock)
    with Index(served) as index:
        bench.set(find_links=None, offline=False, extra_args=("--default-index", index.url))
        if same:
            assert bench.build(folder).facts["packages"] == {"six": "2"}
            assert any("do not answer" in one.line for one in bench.news)
        else:
            # told is what happened first: with it somebody can do something
            with pytest.raises(EnvironmentFailed, match=r"127\.0\.0\.1:9"):
                bench.build(folder)
