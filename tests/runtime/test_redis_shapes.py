"""REDIS_URL of every shape: what it means, the cache over it, and web and worker that find each other by it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.caching import Cache
from runtime.cluster import connecting
from tests.caller import Caller
from tests.programs import wait_until
from tests.redis_shapes import SHAPES, redis_of, sentinel
from tests.servers import Host

ECHO = "patchbay/echo"
pytestmark = [pytest.mark.redis]


def test_a_server_is_taken_as_it_is() -> None:
    assert connecting.broker("redis://cache:6379/3") == ("redis://cache:6379/3", {})


def test_sentinels() -> None:
    place = connecting.parse("rediss+sentinel://me:a%40b@one,two:26380,[::1]:5/main/2?ssl_cert_reqs=none")
    assert place.hosts == (("one", 26379), ("two", 26380), ("::1", 5))
    assert (place.kind, place.master, place.db) == ("sentinel", "main", 2)
    assert dict(place.login) == {"username": "me", "password": "a@b", "ssl": True, "ssl_cert_reqs": "none"}


def test_sentinels_as_celery_writes_them() -> None:
    address, options = connecting.broker("redis+sentinel://:a%40b@one,two:5/main/2")
    assert address == "sentinel://:a%40b@one:26379/2;sentinel://:a%40b@two:5/2"
    assert options == {"master_name": "main"}


def test_a_cluster_is_no_broker() -> None:
    place = connecting.parse("redis+cluster://one,two:7000")
    assert place.hosts == (("one", 6379), ("two", 7000))
    assert connecting.broker(place.url) == ("", {})


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("http://host", "redis://host:6379/0"),
        ("host:6379", "redis://host:6379/0"),
        ("redis+sentinel://one,two", "Name the master"),
        ("redis+sentinel://one/main/first", "Name the master"),
        ("redis+cluster://one/3", "one database only"),
        ("redis+other://one", "looks like"),
        ("redis+cluster://", "looks like"),
    ],
)
def test_what_is_no_address(url: str, hint: str) -> None:
    with pytest.raises(connecting.BadAddress, match=hint):
        connecting.parse(url)


@pytest.fixture(scope="module", params=SHAPES)
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    with redis_of(request.param) as url:
        yield Cache(url, {"KEY_PREFIX": "test"})


def test_the_cache_works_in_every_shape(cache: Cache) -> None:
    cache.set_many({f"key-{number}": number for number in range(20)}, 60)
    assert cache.get_many([f"key-{number}" for number in range(25)]) == {f"key-{n}": n for n in range(20)}
    assert cache.add("key-3", 9) is False
    assert cache.incr("key-3") == 4
    cache.delete_many(["key-3", "key-4"])
    assert cache.get("key-3", "none") == cache.get("key-4", "none") == "none"


@pytest.mark.postgres
def test_the_master_fails_and_another_takes_over(split_hosts: Callable[..., Host], call, echo_package: Path) -> None:
    with sentinel() as watched:
        host = split_hosts(REDIS_URL=watched.url)
        caller: Caller = call(host)
        caller.install(caller.upload(echo_package))
        assert caller.texts(ECHO, "echo", text="before") == ["before"]
        first = watched.leads()
        watched.master.kill()
        assert caller.texts(ECHO, "echo", text="meanwhile") == ["meanwhile"], "what is warm asks nobody"
        wait_until(
            lambda: watched.leads() not in (0, first), what="the Sentinels have made the replica master", seconds=60
        )
        wait_until(lambda: caller.answers(ECHO), what="calls are answered", seconds=90)
        other: Caller = call(host, workspace="t-2")
        other.install(other.upload(echo_package))  # by a task: the broker has moved as well
        wait_until(lambda: other.answers(ECHO), what="what was installed afterwards answers", seconds=90)


@pytest.mark.postgres
def test_web_and_worker_meet_in_a_cluster(
    split_hosts: Callable[..., Host], call, echo_package: Path, redis_server: str
) -> None:
    with redis_of("cluster") as url:
        caller: Caller = call(split_hosts(REDIS_URL=url, CELERY_BROKER_URL=redis_server))
        caller.install(caller.upload(echo_package))
        assert caller.texts(ECHO, "echo", text="over there") == ["over there"]
