"""Three hosts, two nets between them: whatever is cut, killed, paused or forgotten, plugins that live answer everywhere."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from runtime import environment
from runtime.cluster import LEASE
from runtime.environment import EnvironmentOptions
from runtime.environment.options import PASSED
from tests import places, sdk
from tests.cluster.town import DEBUG, Watchman, bring_up, can_make_namespaces, town
from tests.programs import Program, wait_until

pytestmark = [
    pytest.mark.skipif(bool(reason := can_make_namespaces()), reason=reason),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("town"),
]
ECHO, SECOND = "patchbay/echo", "patchbay/echo_old"
START = 25  # seconds in which a plugin starts on a node that never had it: its environment is linked from the cache


@pytest.fixture(scope="module")
def three():
    for name in ("echo", "echo_old"):
        fetched(name)
    with town() as made:
        bring_up(made.hosts[1], "echo", "echo_old")
        for host in made.hosts.values():
            reached(host, "hello")
        yield made


def fetched(name):
    """What a plugin needs is in the cache afterwards, as hosts will look for it."""
    passed = {variable: os.environ[variable] for variable in PASSED if variable in os.environ}
    options = EnvironmentOptions(
        root=places.CACHE / "environments", cache=places.CACHE / "uv", environ=passed, python=environment.usual()
    )
    environment.build(sdk.PLUGINS / name, options, progress=lambda _: None, marker=sdk.MARKER)


@pytest.fixture
def report():
    """Prints what a scenario cost."""

    def say(scenario, cost):
        lost, seconds = cost
        print(f"\n| {scenario} | {lost} | {seconds:.1f} |")

    return say


def reached(host, text):
    wait_until(partial(host.says, ECHO, text), what=f"host {host.number} reaches {text}", seconds=60)


def by_machine(host):
    """Whether the developer's machine is who answers."""
    return str(sdk.PLUGINS / "echo") in host.ask(lambda api: str(api.tool(ECHO, "whoami")))


def state(three):
    """What the cluster knows, asked by the command that an operator has."""
    import redis

    from runtime.cluster import RedisCluster

    def ask():
        client = redis.Redis.from_url("redis://10.77.0.1:6379/0", socket_timeout=5)
        cluster = RedisCluster(client, "plugin_daemon")
        found = (cluster.holders(), cluster.votes(), cluster.leader(), {one.id for one in cluster.nodes()})
        client.close()
        return found

    return three.inside("hub", ask)


def host_of(three, node_id):
    return next(host for host in three.hosts.values() if node_id.startswith(host.node))


def test_an_address_that_only_some_reach_is_used_by_them_only(three):
    def voted():
        votes = state(three)[1]
        return len(votes.get("10.77.2.11:5004", {})) == 2

    wait_until(voted, what="both others have voted", seconds=60)
    said = state(three)[1]["10.77.2.11:5004"]
    assert {host_of(three, voter).number: good for voter, good in said.items()} == {2: True, 3: False}
    assert all(host.says(ECHO, "anywhere") for host in three.hosts.values())


def test_a_machine_connected_to_one_host_answers_at_all(three):
    key = three.hosts[1].ask(lambda api: api.data(api.http.post(api.path("debugging/key")))["key"])
    place = {"REMOTE_INSTALL_URL": f"127.0.0.1:{DEBUG}", "REMOTE_INSTALL_KEY": key}
    environment = places.clean_environment(INSTALL_METHOD="remote", **place)
    argv = ["/usr/bin/env", "-C", str(sdk.PLUGINS / "echo"), str(sdk.python_for("echo")), "-m", "main"]
    machine = Program(three.argv(1, argv), log=three.folder / "machine.log", environment=environment)
    try:
        for host in three.hosts.values():
            wait_until(partial(by_machine, host), what=f"host {host.number} reaches the machine", seconds=90)
    finally:
        machine.stop()
    for host in three.hosts.values():
        reached(host, "the regular one")


def test_a_cut_cable_is_gone_round(three, report):
    """Host 2 loses net A; between 1 and 2 there still is net B."""
    with Watchman([three.hosts[1], three.hosts[2]], ECHO) as watch:
        time.sleep(1)
        began = time.monotonic()
        three.cut(2, "a")
        try:
            time.sleep(8)
            report("net A cut at host 2", watch.recovered(began, LEASE + START))
        finally:
            three.mend(2, "a")


def test_a_killed_host_leaves_nothing(three, report):
    holders = state(three)[0]
    victim = host_of(three, holders[next(name for name in holders if name.startswith(f"{ECHO}:"))])
    others = [host for host in three.hosts.values() if host is not victim]
    with Watchman(others, ECHO) as watch:
        time.sleep(1)
        began = time.monotonic()
        victim.kill()
        time.sleep(3)
        report("kill -9 of the host that runs it", watch.recovered(began, LEASE + START))
        wait_until(
            lambda: not any(n.startswith(victim.node) for n in state(three)[3]), what="it is cleared", seconds=60
        )
        assert not any(holder.startswith(victim.node) for holder in state(three)[0].values())
    victim.start()
    wait_until(lambda: victim.says(ECHO, "again"), what="it is back", seconds=60)


def test_a_master_that_sleeps_is_replaced_and_changes_nothing_when_it_wakes(three, report):
    first = state(three)[2]
    sleeper = host_of(three, first)
    others = [host for host in three.hosts.values() if host is not sleeper]
    with Watchman(others, ECHO) as watch:
        time.sleep(1)
        began = time.monotonic()
        sleeper.signal(signal.SIGSTOP)
        try:
            time.sleep(30)
            assert state(three)[2] not in ("", first)
            report("master paused for 30 s", watch.recovered(began, LEASE + START))
        finally:
            sleeper.signal(signal.SIGCONT)
        wait_until(lambda: sleeper.says(ECHO, "awake"), what="it answers again", seconds=60)
        assert watch.steady()


def test_a_redis_that_forgot_everything_is_told_again(three, report):
    with Watchman(list(three.hosts.values()), ECHO) as watch:
        time.sleep(1)
        began = time.monotonic()
        three.inside("hub", lambda: subprocess.run(["redis-cli", "-h", "10.77.0.1", "flushall"], check=True))
        time.sleep(3)
        report("Redis emptied", watch.recovered(began, LEASE + START))
        wait_until(lambda: len(state(three)[3]) == 3, what="all three are known again", seconds=30)


def test_a_drained_node_gives_all_away_without_losing_a_call(three, report):
    holders = state(three)[0]
    node = holders[next(name for name in holders if name.startswith(f"{ECHO}:"))]
    with Watchman(list(three.hosts.values()), ECHO) as watch:
        time.sleep(1)
        began = time.monotonic()
        host = host_of(three, node)
        command = [sys.executable, str(places.ROOT / "manage.py"), "node", "drain", node, "--wait", "60"]
        argv = three.argv(host.number, command)
        done = subprocess.run(argv, check=False, capture_output=True, text=True, env=host.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        lost, seconds = watch.recovered(began, 30)
        report("node drained", (lost, seconds))
        assert lost == 0
    assert node not in state(three)[0].values()
