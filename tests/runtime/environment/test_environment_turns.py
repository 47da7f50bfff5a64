"""Builds take turns: bounded in number, in the order in which they came, and who waits knows how many come first."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from runtime.environment import EnvironmentCancelled, locking, store, turns
from tests.programs import SOON
from tests.runtime.environment import wheels


def ticket(bench, name: str) -> int:
    """Another builder's place in the queue."""
    folder = bench.options.root / turns.QUEUE
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = locking.try_lock(folder / name)
    assert descriptor is not None
    return descriptor


def test_who_waits_knows_how_many_come_first(bench):
    bench.set(at_once=1)
    folder = bench.plugin(requirements_txt="dify_plugin")
    others = [ticket(bench, "0001"), ticket(bench, "0002")]

    def one_leaves() -> bool:
        if others and bench.news:
            os.close(others.pop())
        return False

    built = bench.build(folder, one_leaves)
    said = [one.line for one in bench.news if one.step == "wait"]
    assert said == [
        "waiting for its turn: 2 environments are built first",
        "waiting for its turn: 1 environment is built first",
    ]
    assert built.python.exists()
    # neither its own ticket nor those of builders that are gone
    assert list((bench.options.root / turns.QUEUE).iterdir()) == []


def test_who_waits_can_leave(bench):
    bench.set(at_once=1)
    descriptor = ticket(bench, "0001")
    try:
        with pytest.raises(EnvironmentCancelled, match="while waiting"):
            bench.build(bench.plugin(requirements_txt="dify_plugin"), lambda: bool(bench.news))
        assert len(list((bench.options.root / turns.QUEUE).iterdir())) == 1
    finally:
        os.close(descriptor)


def test_what_is_there_waits_for_nobody(bench):
    folder = bench.plugin(requirements_txt="dify_plugin")
    built = bench.build(folder)
    bench.set(at_once=1)
    descriptor = ticket(bench, "0001")
    try:
        began = time.monotonic()
        assert bench.build(folder) == built
        assert time.monotonic() - began < SOON
    finally:
        os.close(descriptor)


def test_whoever_takes_a_ticket_first_is_there_first(bench, monkeypatch):
    """However long it takes until the ticket is there, and though the clock is set back meanwhile."""
    bench.set(at_once=1)
    times, order, slow = iter([2000, 1000, 500]), [], threading.Event()
    try_lock = locking.try_lock

    def slowly(path, **more):
        if not slow.is_set():
            slow.set()
            time.sleep(0.2)
        return try_lock(path, **more)

    def build(name: str) -> None:
        with turns.turn(bench.options, waiting=lambda _: None):
            order.append(name)
            time.sleep(0.1)
            order.append(name)

    monkeypatch.setattr(time, "time_ns", lambda: next(times, 0))
    monkeypatch.setattr(locking, "try_lock", slowly)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(build, "first")
        assert slow.wait(SOON)
        others = [pool.submit(build, name) for name in ("second", "third")]
        for one in (first, *others):
            one.result(SOON)
    assert order[:2] == ["first", "first"]
    assert order[2] == order[3]


def test_no_more_are_built_at_once_than_may_be(bench, monkeypatch):
    names = ["one", "two", "three", "four"]
    for name in names:
        wheels.make_wheel(bench.wheels, name)
    bench.set(at_once=2)
    folders = [bench.plugin(name, requirements_txt=name) for name in names]
    workplace, here, most, both = store.workplace, set(), [], threading.Event()

    @contextmanager
    def counted(options):
        """The first waits for the second, and both for a third one that must not come."""
        with workplace(options) as place:
            here.add(place.root)
            most.append(len(here))
            if len(here) == 2:
                both.set()
            assert both.wait(SOON)
            time.sleep(0.2)
            yield place
            here.remove(place.root)

    monkeypatch.setattr(store, "workplace", counted)
    with ThreadPoolExecutor() as pool:
        built = list(pool.map(bench.build, folders))
    assert len({one.key for one in built}) == 4
    assert max(most) == 2
    assert bench.leftovers() == []
