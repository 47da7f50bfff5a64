"""Wheels in the cache go when no environment has a file of them, and come back when they are wanted."""

import os
import time

import pytest

from runtime import environment
from runtime.environment import locking
from runtime.environment import wheels as cached
from tests.runtime.environment import wheels
from tests.runtime.environment.index import Index

DAY = 86400


@pytest.fixture
def two(bench):
    """Two environments: one with a package that the other has not."""
    for name in ("common", "rare"):
        wheels.make_wheel(bench.wheels, name)
    built = [
        bench.build(bench.plugin("a", requirements_txt="common")),
        bench.build(bench.plugin("b", requirements_txt="common\nrare")),
    ]
    for archive in bench.options.cache.glob("archive-v*/*"):
        os.utime(archive, (time.time() - 9 * DAY,) * 2)
    return built


def names(found: dict[str, int]) -> list[str]:
    return sorted(name.partition(" ")[0] for name in found)


def test_what_an_environment_has_stays(bench, two):
    assert cached.tidy(bench.options, 0) == {}
    assert len(list(bench.options.cache.glob("archive-v*/*"))) == 2


def test_what_no_environment_has_goes_and_is_there_again_when_wanted(bench, two):
    environment.discard(two[1].key, bench.options)
    assert names(cached.tidy(bench.options, DAY, dry=True)) == ["rare-1.0"]
    found = cached.tidy(bench.options, DAY)
    assert names(found) == ["rare-1.0"]
    assert min(found.values()) > 0
    assert len(list(bench.options.cache.glob("archive-v*/*"))) == 1
    assert list(bench.options.cache.glob(f"{cached.TRASH}*")) == []
    assert bench.build(bench.plugins / "b").facts["packages"] == {"common": "1.0", "rare": "1.0"}


def test_what_is_young_stays(bench, two):
    environment.discard(two[1].key, bench.options)
    assert cached.tidy(bench.options, 30 * DAY) == {}


def test_nothing_goes_while_somebody_links(bench, two):
    environment.discard(two[1].key, bench.options)
    with cached.linking(bench.options):
        assert cached.tidy(bench.options, DAY) == {}
    descriptor = locking.try_lock(bench.options.cache / cached.LOCK)
    assert descriptor is not None
    os.close(descriptor)


def test_without_a_cache_there_is_nothing_to_do(bench):
    assert cached.tidy(bench.options, 0) == {}


@pytest.mark.parametrize("kind", ["index", "source"])
def test_whatever_leads_to_a_wheel_goes_with_it(bench, tmp_path, kind):
    """uv would follow it into nothing."""
    if kind == "index":
        served = wheels.make_wheel(tmp_path / "served", "six", "4.0")
        bench.set(find_links=None, offline=False)
    else:
        wheels.make_source(bench.wheels, "six", "4.0")
        served = bench.wheels / "none"
    with Index(served) as index:
        bench.set(index_url=index.url if kind == "index" else "")
        folder = bench.plugin(requirements_txt="six==4.0")
        environment.discard(bench.build(folder).key, bench.options)
        assert names(cached.tidy(bench.options, -1)) == ["six-4.0"]
        assert bench.build(folder).facts["packages"] == {"six": "4.0"}
