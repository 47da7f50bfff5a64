"""Stores that are away: a node says it once, goes on, and says when it is over."""

import time
from functools import partial
from pathlib import Path

import pytest

from runtime import outage
from runtime.outage import OUTAGES, Outage
from tests import places
from tests.endpoints import stores
from tests.programs import Program, wait_until
from tests.servers import Host


@pytest.mark.parametrize("error", [kind("gone") for kind in OUTAGES])
def test_said_once_and_when_it_is_over(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    found = Outage("n-1")
    found.over()
    for _ in range(100):
        found.goes_on(error)
    assert len(caplog.records) == 1
    assert "gone" in caplog.text
    assert caplog.records[0].exc_info is None
    found.over()
    found.over()
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "goes on after 0 s" in caplog.text


def test_a_long_one_is_said_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(outage, "REMIND_EVERY", 0.0)
    found = Outage("n-1")
    found.goes_on(OUTAGES[0]("gone"))
    found.goes_on(OUTAGES[0]("gone"))
    assert len(caplog.records) == 2


def recovered(program: Program) -> bool:
    return "goes on after" in program.output


@pytest.mark.redis
def test_worker_and_web_outlive_redis(tmp_path: Path) -> None:
    """Killed twice: both processes are there afterwards, are well again, and have said little."""
    with stores.redis() as redis:
        host = Host(places.new_folder(), REDIS_URL=redis.url)
        host.manage("migrate", "--verbosity=0")
        host.manage("collectstatic", "--noinput", "--verbosity=0")
        try:
            host.start("web", "worker")
            wait_until(lambda: "[tasks]" in host.programs["worker"].output, what="the worker is up", seconds=60)
            for down in (0.2, 4):
                redis.kill()
                time.sleep(down)
                redis.start()
                wait_until(host.is_healthy, what="web is healthy again", seconds=60)
            for name in ("web", "worker"):
                program = host.programs[name]
                wait_until(partial(recovered, program), what=f"{name} has recovered", seconds=60)
                assert program.runs
                assert "A turn of node" not in program.output
                assert program.output.count("has lost Redis or the database") <= 2
        finally:
            host.stop()
