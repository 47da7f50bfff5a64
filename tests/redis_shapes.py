"""Redis in the shapes that people run it in: with TLS, watched by Sentinels, as a Cluster; each made and ended by the tests."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import redis

from tests import places
from tests.programs import Program, free_port, on_path, wait_until
from tests.servers import listens

SHAPES = ("tls", "sentinel", "cluster")
PASSWORD = "pass:word@/"
QUOTED = "pass%3Aword%40%2F"


@contextmanager
def redis_of(shape: str) -> Iterator[str]:
    """The address of a Redis of that shape."""
    with {"tls": with_tls, "sentinel": sentinel_address, "cluster": cluster}[shape]() as url:
        yield url


@contextmanager
def server(*options: str, port: int, listening: int = 0) -> Iterator[Program]:
    folder = places.new_folder()
    argv = [on_path("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    program = Program([*argv, *options], log=folder / "log")
    try:
        program.wait_until(lambda: listens(listening or port), what="Redis answers")
        yield program
    finally:
        program.stop()


@contextmanager
def with_tls() -> Iterator[str]:
    folder, port = places.new_folder(), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = [on_path("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make, *names, *files], check=True, capture_output=True)
    options = ("--tls-port", str(port), "--tls-auth-clients", "no", "--requirepass", PASSWORD)
    tls = ("--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-ca-cert-file", str(certificate))
    with server(*options, *tls, port=0, listening=port):
        yield f"rediss://:{QUOTED}@127.0.0.1:{port}/0?ssl_ca_certs={certificate}"


@dataclass
class Watched:
    """A master, its replica, and three Sentinels that agree after some seconds that a master is gone."""

    url: str
    master: Program
    sentinels: list[int]

    def leads(self) -> int:
        """The port of who is master, as the Sentinels say."""
        asked = redis.Sentinel([("127.0.0.1", port) for port in self.sentinels], socket_timeout=1)
        with suppress(redis.RedisError):
            return int(asked.discover_master("patchbay")[1])
        return 0


@contextmanager
def sentinel(patience: int = 3000) -> Iterator[Watched]:
    """`patience` in milliseconds: whoever is silent for longer, on a busy machine too, is replaced."""
    first, second = free_port(), free_port()
    login = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
    with ExitStack() as stack:
        master = stack.enter_context(server(*login, port=first))
        stack.enter_context(server(*login, "--replicaof", "127.0.0.1", str(first), port=second))
        ports = [free_port() for _ in range(3)]
        for port in ports:
            stack.enter_context(watcher(port, first, patience))
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        url = f"redis+sentinel://:{QUOTED}@{hosts}/patchbay/0"
        watched = Watched(url, master, ports)
        wait_until(lambda: knows_all(ports[0]), what="the Sentinels know each other and the replica", seconds=60)
        yield watched


@contextmanager
def sentinel_address() -> Iterator[str]:
    with sentinel(60_000) as watched:
        yield watched.url


@contextmanager
def watcher(port: int, master: int, patience: int) -> Iterator[None]:
    folder = places.new_folder()
    lines = (
        f"port {port}",
        "bind 127.0.0.1",
        f"dir {folder}",
        f"sentinel monitor patchbay 127.0.0.1 {master} 2",
        f'sentinel auth-pass patchbay "{PASSWORD}"',
        f"sentinel down-after-milliseconds patchbay {patience}",
        "sentinel failover-timeout patchbay 5000",
    )
    (folder / "sentinel.conf").write_text("\n".join(lines))
    program = Program([on_path("redis-server"), str(folder / "sentinel.conf"), "--sentinel"], log=folder / "log")
    try:
        program.wait_until(lambda: listens(port), what="a Sentinel answers")
        yield
    finally:
        program.stop()


def knows_all(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=1) as asked, suppress(redis.RedisError):
        known = asked.sentinel_master("patchbay")
        return bool(known["num-slaves"] == 1 and known["num-other-sentinels"] == 2)
    return False


@contextmanager
def cluster() -> Iterator[str]:
    """Three masters without replicas."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(3)]
        for port in ports:
            options = (
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                str(free_port()),
                "--cluster-node-timeout",
                "15000",
            )
            stack.enter_context(server(*options, port=port))
        nodes = [f"127.0.0.1:{port}" for port in ports]
        create = [on_path("redis-cli"), "--cluster", "create", *nodes, "--cluster-yes"]
        subprocess.run(create, check=True, capture_output=True, timeout=60)
        wait_until(lambda: all(map(is_whole, ports)), what="every node knows all slots", seconds=60)
        yield f"redis+cluster://{','.join(nodes)}"


def is_whole(port: int) -> bool:
    with redis.Redis(port=port, decode_responses=True) as asked:
        return bool(asked.cluster("INFO")["cluster_state"] == "ok")
