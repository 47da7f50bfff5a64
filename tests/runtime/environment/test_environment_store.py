"""The folder of environments: what is collected, what is swept, what is left alone."""

import json
import os
import time

import pytest

from runtime import environment
from runtime.environment import locking, store

DAY = 86400


@pytest.fixture
def add(bench):
    """Puts a finished environment there, wanted last some days ago."""

    def make(key: str, days: float = 0) -> str:
        path = bench.options.root / key
        (path / "bin").mkdir(parents=True)
        (path / "bin" / "python").symlink_to("/bin/true")
        (path / "lib").mkdir()
        (path / "environment.json").write_text(json.dumps({"key": key, "site": "lib", "entries": 0}))
        last = time.time() - days * DAY
        os.utime(path / "environment.json", (last, last))
        return key

    return make


def names(bench) -> list[str]:
    return sorted(path.name for path in bench.options.root.iterdir() if not path.name.startswith("."))


def test_nothing_is_found_where_nothing_is(bench):
    assert environment.find("a" * 40, bench.options) is None
    assert environment.collect(set(), bench.options, 0) == []


def test_old_and_unwanted_environments_are_collected(bench, add):
    for key, days in {"kept": 9, "old": 9, "young": 0.5}.items():
        add(key, days)
    assert environment.collect({"kept"}, bench.options, DAY) == ["old"]
    assert names(bench) == ["kept", "young"]
    assert bench.leftovers() == []


def test_what_was_just_handed_out_is_not_collected(bench, add):
    add("a", days=9)
    found = environment.find("a", bench.options)
    assert found is not None
    store.touch(found)
    assert environment.collect(set(), bench.options, DAY) == []


def test_a_broken_one_is_collected_at_once(bench, add):
    add("a")
    (bench.options.root / "a" / "environment.json").unlink()
    assert environment.collect(set(), bench.options, DAY) == ["a"]


def test_what_somebody_holds_is_not_collected(bench, add):
    add("a", days=9)
    with store.lock("a", bench.options, waiting=lambda: None):
        assert environment.collect(set(), bench.options, DAY) == []
    assert environment.collect(set(), bench.options, DAY) == ["a"]
    assert not (bench.options.root / store.LOCKS / "a").exists()


def test_a_builder_that_lives_is_not_swept(bench):
    with store.workplace(bench.options) as place:
        environment.collect(set(), bench.options, 0)
        assert place.root.is_dir()
    assert not place.root.exists()


def test_what_a_dead_builder_left_is_swept(bench):
    for name in (".building-1", ".trash-2"):
        (bench.options.root / name / "deep").mkdir(parents=True)
    environment.collect(set(), bench.options, 0)
    assert bench.leftovers() == []


def test_a_lock_keeps_others_out_until_it_is_let_go(tmp_path):
    calls = []

    def waiting() -> None:
        calls.append(1)
        if len(calls) == 2:
            os.close(taken or -1)

    taken = locking.try_lock(tmp_path / "lock")
    assert taken is not None
    assert locking.try_lock(tmp_path / "lock") is None
    with locking.held(tmp_path / "lock", waiting=waiting):
        assert len(calls) == 2


def test_a_lock_whose_file_is_gone_is_not_one(tmp_path):
    """Else two could hold it: one the file that was removed, one its successor."""
    first = locking.try_lock(tmp_path / "lock")
    assert first is not None
    (tmp_path / "lock").unlink()
    second = locking.try_lock(tmp_path / "lock")
    assert second is not None
    assert not locking._is_still(tmp_path / "lock", first)
    os.close(first)
    os.close(second)
