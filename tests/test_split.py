"""Web and worker as processes of their own, over Redis and PostgreSQL, and what happens when the worker is killed."""

from collections.abc import Callable

import pytest

from tests.caller import Caller
from tests.chaos import parent_and_state
from tests.crashing import Crash, install_ended_midway, install_killed_midway, kill_in_mid_call, uv_with_brake
from tests.programs import wait_until
from tests.servers import Host

pytestmark = [pytest.mark.redis, pytest.mark.postgres]
ECHO = "patchbay/echo"


@pytest.fixture(scope="module")
def split(split_hosts: Callable[..., Host]) -> Host:
    return split_hosts()


@pytest.fixture
def caller(split: Host, call, echo_package) -> Caller:
    """With the echo plugin installed and answering."""
    caller: Caller = call(split)
    caller.install(caller.upload(echo_package))
    return caller


def test_an_install_and_a_call_cross_from_web_to_worker(caller: Caller) -> None:
    assert caller.texts(ECHO, "echo", text="over there") == ["over there"]


def test_a_thousand_chunks_cross_the_link_in_order(caller: Caller) -> None:
    texts = caller.texts(ECHO, "stream", count=1000)
    assert [int(text.partition(":")[0]) for text in texts] == list(range(1000))


def test_the_web_process_runs_no_plugin(split: Host, caller: Caller) -> None:
    parents = {parent_and_state(pid)[0] for pid in split.plugin_processes()}
    assert split.programs["worker"].pid in parents
    assert split.programs["web"].pid not in parents


def test_killed_in_mid_call(split: Host, caller: Caller) -> None:
    kill_in_mid_call(Crash(split, caller, killed="worker"))


def test_killed_in_mid_install(split_hosts, call, echo_package, tmp_path) -> None:
    host = split_hosts(**uv_with_brake(tmp_path))
    install_killed_midway(Crash(host, call(host), killed="worker"), echo_package, tmp_path / "brake")


def test_told_to_end_in_mid_install(split_hosts, call, echo_package, tmp_path) -> None:
    host = split_hosts(**uv_with_brake(tmp_path))
    install_ended_midway(Crash(host, call(host), killed="worker"), echo_package, tmp_path / "brake")


def test_a_worker_that_is_told_to_end_leaves_nothing(split: Host, caller: Caller) -> None:
    split.programs["worker"].stop()
    wait_until(lambda: not split.plugin_processes(), what="nothing is left running")
    split.start("worker")
    wait_until(lambda: caller.answers(ECHO), what="the plugin answers again", seconds=60)
