"""Connections to Redis by one address of any shape: a server, a set of Sentinels, or a Redis Cluster.

| shape | address |
|---|---|
| server | `redis://[user:password@]host:port/db`, `rediss://…` (TLS), `unix:///path?db=0` |
| Sentinel | `redis+sentinel://[user:password@]host:port,host:port/name of the master/db`, `rediss+sentinel://…` |
| Cluster | `redis+cluster://[user:password@]host:port,host:port`, `rediss+cluster://…` |
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import redis
from redis.backoff import ExponentialBackoff
from redis.cluster import ClusterNode
from redis.retry import Retry

SINGLE, SENTINEL, CLUSTER = "single", "sentinel", "cluster"
PORTS = {SENTINEL: 26379, CLUSTER: 6379}
SHAPE = re.compile(
    r"(?P<scheme>rediss?)\+(?P<kind>sentinel|cluster)://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?"
    r"(?P<hosts>[^/?]+)(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
OPTIONS: dict[str, Any] = {"socket_timeout": 5, "health_check_interval": 30}


class BadAddress(ValueError):
    """Not an address of Redis; says what one looks like."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an address says. `hosts` are Sentinels or nodes of a Cluster; of a single server only `url` counts."""

    url: str
    kind: str = SINGLE
    hosts: tuple[tuple[str, int], ...] = ()
    master: str = ""
    db: int = 0
    login: tuple[tuple[str, Any], ...] = ()  # username, password, ssl and whatever the query says


def parse(url: str) -> Place:
    """Takes an address apart; raises BadAddress with a sentence."""
    kind = url.partition("://")[0].partition("+")[2]
    if not kind:
        if not url.startswith(("redis://", "rediss://", "unix://")):
            raise BadAddress(f"{url.partition('://')[0]}:// is no address of Redis; write redis://host:6379/0.")
        return Place(url)
    found = SHAPE.fullmatch(url)
    if found is None:
        raise BadAddress(f"An address of this kind looks like {example(kind)}.")
    login: dict[str, Any] = dict(parse_qsl(found["query"] or ""))
    login |= {
        name: unquote(found[group]) for name, group in (("username", "user"), ("password", "password")) if found[group]
    }
    if found["scheme"] == "rediss":
        login["ssl"] = True
    hosts = tuple(host_of(part, PORTS[found["kind"]]) for part in found["hosts"].split(","))
    master, _, db = (found["path"] or "/").strip("/").partition("/")
    if found["kind"] == SENTINEL and not (master and re.fullmatch(r"\d*", db)):
        raise BadAddress(f"Name the master that the Sentinels watch: {example(SENTINEL)}.")
    if found["kind"] == CLUSTER and master not in ("", "0"):
        raise BadAddress(f"A Redis Cluster has one database only: {example(CLUSTER)}.")
    return Place(url, found["kind"], hosts, master, int(db or 0), tuple(login.items()))


def example(kind: str) -> str:
    if kind == SENTINEL:
        return "redis+sentinel://host1:26379,host2:26379/mymaster/0"
    return "redis+cluster://host1:6379,host2:6379"


def host_of(text: str, usual: int) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if re.search(r":\d+$", text) else (text, "", str(usual))
    return host.strip("[]"), int(port)


def client(url: str, **options: Any) -> Any:
    """A client for what stands behind `url`: redis.Redis or redis.RedisCluster, with the same commands."""
    place, options = parse(url), OPTIONS | options
    login = dict(place.login)
    if place.kind == SINGLE:
        return redis.Redis.from_url(url, **options)
    if place.kind == CLUSTER:
        nodes: list[Any] = [ClusterNode(*host) for host in place.hosts]  # type: ignore[no-untyped-call]
        retry = Retry(ExponentialBackoff(cap=1, base=0.05), 6)  # until the others have made a replica master
        return redis.RedisCluster(startup_nodes=nodes, retry=retry, **login, **options)
    timeout = {"socket_timeout": options["socket_timeout"]}
    # Sentinels are asked with the same TLS, but without the master's password
    asked = {name: value for name, value in login.items() if name not in ("username", "password")}
    sentinels: Any = redis.Sentinel(place.hosts, sentinel_kwargs=timeout | asked)  # type: ignore[no-untyped-call]
    return sentinels.master_for(place.master, db=place.db, **login, **options)


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """The same place as Celery writes it, and its transport options; an empty address where Celery has none (Cluster)."""
    place = parse(url)
    if place.kind == SINGLE:
        return url, {}
    if place.kind == CLUSTER:
        return "", {}
    user, password = (quote(str(dict(place.login).get(name) or ""), safe="") for name in ("username", "password"))
    login = f"{user}:{password}@" if user or password else ""
    address = ";".join(f"sentinel://{login}{host}:{port}/{place.db}" for host, port in place.hosts)
    return address, {"master_name": place.master}
