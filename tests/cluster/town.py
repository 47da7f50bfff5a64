"""Three hosts in network namespaces of their own, with Redis and PostgreSQL in a fourth; no packet leaves this machine.

Every host has a leg in the service net (10.77.0.0/24) and in net A (10.77.1.0/24); hosts 1 and 2 also in net B (10.77.2.0/24),
which host 3 cannot reach.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg

from marketplace import difypkg
from tests import places
from tests.caller import Caller
from tests.programs import Program, on_path, wait_until
from tests.servers import CARELESS, postgres_program, server_account

NETS = {"s": 0, "a": 1, "b": 2}
LEGS = {1: "sab", 2: "sab", 3: "sa"}
WEB, NODE, DEBUG = 5002, 5004, 5003


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def can_make_namespaces() -> str:
    """Why not, or nothing."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        return "network namespaces need root, iproute2 and util-linux"
    name = f"pb{secrets.token_hex(3)}"
    done = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
    if done.returncode:
        return f"this machine allows no network namespaces: {done.stderr.strip()}"
    ip("netns", "del", name)
    return ""


class Town:
    """The namespaces, and what runs in them. `mark` tells the names of one run from those of another."""

    def __init__(self) -> None:
        self.mark = f"pb{secrets.token_hex(2)}"
        self.folder = places.new_folder()
        self.stack = contextlib.ExitStack()
        self.hosts: dict[int, Host] = {}

    def space(self, name: object) -> str:
        return f"{self.mark}-{name}"

    def build(self) -> None:
        hub = self.space("hub")
        self.make(hub)
        for net, number in NETS.items():
            ip("-n", hub, "link", "add", f"br{net}", "type", "bridge")
            ip("-n", hub, "addr", "add", f"10.77.{number}.1/24", "dev", f"br{net}")
            ip("-n", hub, "link", "set", f"br{net}", "up")
        for host, legs in LEGS.items():
            self.make(self.space(host))
            for net in legs:
                self.connect(host, net)

    def make(self, space: str) -> None:
        ip("netns", "add", space)
        self.stack.callback(ip, "netns", "del", space)
        ip("-n", space, "link", "set", "lo", "up")

    def connect(self, host: int, net: str) -> None:
        hub, space, cable = self.space("hub"), self.space(host), f"{net}{host}"
        ip("-n", hub, "link", "add", cable, "type", "veth", "peer", "name", f"leg{net}", "netns", space)
        ip("-n", hub, "link", "set", cable, "master", f"br{net}", "up")
        ip("-n", space, "addr", "add", f"10.77.{NETS[net]}.{host + 10}/24", "dev", f"leg{net}")
        ip("-n", space, "link", "set", f"leg{net}", "up")

    def cut(self, host: int, net: str) -> None:
        """Pulls the cable at the hub: the host sees nothing of it, packets are lost."""
        ip("-n", self.space("hub"), "link", "set", f"{net}{host}", "nomaster")

    def mend(self, host: int, net: str) -> None:
        ip("-n", self.space("hub"), "link", "set", f"{net}{host}", "master", f"br{net}")

    def argv(self, name: object, command: list[str]) -> list[str]:
        """A command in a namespace, under a host name of its own."""
        inner = f'hostname {self.space(name)}; exec "$@"'
        return ["ip", "netns", "exec", self.space(name), "unshare", "--uts", "sh", "-c", inner, "-", *command]

    # Services.

    def start_redis(self) -> Program:
        command = [on_path("redis-server"), "--bind", "10.77.0.1", "--port", "6379", "--protected-mode", "no"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        program = Program(self.argv("hub", command), log=self.folder / "redis.log")
        self.stack.callback(program.stop)
        wait_until(lambda: self.inside("hub", lambda: listens("10.77.0.1", 6379)), what="Redis answers")
        return program

    def start_postgres(self) -> None:
        folder, prefix = self.stack.enter_context(server_account())
        data = folder / "data"
        init = ["-D", str(data), "-U", "patchbay", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*prefix, postgres_program("initdb"), *init], check=True, capture_output=True, cwd=folder)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/24 trust\n")
        settings = ("listen_addresses=10.77.0.1", "unix_socket_directories=", *CARELESS)
        command = [*prefix, postgres_program("postgres"), "-D", str(data), "-p", "5432"]
        command += [part for setting in settings for part in ("-c", setting)]
        program = Program(self.argv("hub", command), log=folder / "log")
        self.stack.callback(program.stop)
        self.stack.callback(program.process.send_signal, signal.SIGINT)
        url = "postgres://patchbay@10.77.0.1:5432/postgres"
        wait_until(lambda: self.inside("hub", lambda: reaches_database(url)), what="PostgreSQL answers")

    def inside[T](self, name: object, work: Callable[[], T]) -> T:
        """Runs in a thread whose sockets belong to a namespace."""
        found: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            with Path(f"/run/netns/{self.space(name)}").open() as space:
                os.setns(space.fileno(), os.CLONE_NEWNET)
            try:
                found.append(work())
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    def close(self) -> None:
        for host in self.hosts.values():
            host.stop()
        self.stack.close()


def listens(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


def reaches_database(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=1):
        return True
    return False


class Host:
    """A Patchbay in one process: web, node and worker, as the one thing on a small host."""

    def __init__(self, town: Town, number: int, secrets_of_all: dict[str, str]) -> None:
        self.town, self.number = town, number
        self.folder = town.folder / str(number)
        self.folder.mkdir()
        self.key = secrets_of_all["SERVER_KEY"]
        addresses = [f"10.77.{NETS[net]}.{number + 10}" for net in LEGS[number] if net != "s"]
        self.environment = places.clean_environment(
            DATA_DIR=str(self.folder / "data"),
            PLUGIN_STORAGE_LOCAL_ROOT=str(town.folder / "storage"),
            PLUGIN_CACHE_PATH=str(places.CACHE / "uv"),
            DATABASE_URL="postgres://patchbay@10.77.0.1:5432/postgres",
            REDIS_URL="redis://10.77.0.1:6379/0",
            EMBEDDED_WORKER="true",
            PIP_EXTRA_ARGS="--offline",  # the namespaces have no way out: what echo needs is in the cache already
            SERVER_HOST="0.0.0.0",
            PLUGIN_REMOTE_INSTALLING_HOST="0.0.0.0",
            FORCE_VERIFYING_SIGNATURE="false",
            ADMIN_PASSWORD="not-asked-for",
            NODE_HOST=",".join(addresses),
            PLUGIN_STOP_GRACE="1",
            **secrets_of_all,
        )
        self.program: Program | None = None

    def start(self) -> None:
        command = [sys.executable, str(places.ROOT / "manage.py"), "run"]
        argv = self.town.argv(self.number, command)
        self.program = Program(argv, log=self.folder / "log", environment=self.environment)
        self.program.wait_until(self.healthy, what=f"host {self.number} is healthy", seconds=120)

    def healthy(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.ask(lambda caller: caller.http.get("/health/check").status_code == 200)
        return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{WEB}"

    @property
    def node(self) -> str:
        """The beginning of its node's id."""
        return self.town.space(self.number)

    def signal(self, number: int) -> None:
        """To the process itself: `ip`, `unshare` and `sh` have become it."""
        assert self.program is not None
        os.kill(self.program.pid, number)

    def kill(self) -> None:
        assert self.program is not None
        self.program.kill()

    def stop(self) -> None:
        if self.program is not None and self.program.runs:
            self.signal(signal.SIGCONT)
            self.program.stop()

    def ask[T](self, work: Callable[[Caller], T]) -> T:
        """Work with a client of this host, in its namespace."""

        def run() -> T:
            caller = Caller(self.url, self.key, workspace="town")
            try:
                return work(caller)
            finally:
                caller.http.close()

        return self.town.inside(self.number, run)

    def says(self, plugin: str, text: str) -> bool:
        """Whether a call of the echo tool comes back right."""

        def call(caller: Caller) -> bool:
            events = caller.tool(plugin, "echo", text=text)
            return [event["data"]["message"]["text"] for event in events if event["code"] == 0] == [text]

        try:
            return self.ask(call)
        except Exception:
            return False


@contextlib.contextmanager
def town() -> Iterator[Town]:
    """All of it, up and running; echo is installed in the workspace `town`."""
    made = Town()
    try:
        made.build()
        made.start_redis()
        made.start_postgres()
        shared = {"SECRET_KEY": "s" * 50, "SERVER_KEY": "k" * 32, "VAULT_KEY": "ab" * 32}
        for number in LEGS:
            made.hosts[number] = Host(made, number, shared)
        made.hosts[1].start()
        for number in (2, 3):
            made.hosts[number].start()
        yield made
    finally:
        made.close()


def bring_up(host: Host, *names: str) -> None:
    """Packages and installs plugins of tests/plugins through one host."""

    def install(caller: Caller) -> None:
        identifiers = []
        for name in names:
            package = host.folder / f"{name}.difypkg"
            difypkg.write_package(places.ROOT / "tests" / "plugins" / name, package)
            identifiers.append(caller.upload(package))
        task = caller.install(*identifiers)
        assert not task or task["status"] == "success", task

    host.ask(install)


class Watchman:
    """Calls the plugin at each of some hosts again and again, and writes down what failed when."""

    def __init__(self, hosts: list[Host], plugin: str) -> None:
        self.hosts, self.plugin = hosts, plugin
        self.calls: list[tuple[float, int, bool]] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.watch, args=(host,)) for host in hosts]

    def watch(self, host: Host) -> None:
        while not self.over.is_set():
            at = time.monotonic()
            good = host.says(self.plugin, f"{host.number} {at}")
            self.calls.append((at, host.number, good))
            self.over.wait(0.25)

    def __enter__(self) -> "Watchman":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def all_good_since(self, moment: float) -> bool:
        """Whether every host has answered twice, and none failed, after that moment."""
        later = [call for call in self.calls if call[0] > moment]
        return all(sum(1 for _, n, good in later if n == host.number and good) >= 2 for host in self.hosts) and all(
            good for _, _, good in later
        )

    def recovered(self, since: float, within: float) -> tuple[int, float]:
        """(calls lost, seconds until every host answered again) after something was done at `since`; fails after `within`."""
        wait_until(self.steady, what="every host answers again", seconds=within)
        failed = [at for at, _, good in self.calls if at >= since - 1 and not good]
        return len(failed), (max(failed) - since if failed else 0.0)

    def steady(self) -> bool:
        now = time.monotonic()
        lately = [call for call in self.calls if call[0] > now - 2.5]
        return all(any(n == host.number for _, n, _ in lately) for host in self.hosts) and all(g for _, _, g in lately)
