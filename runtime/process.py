"""The node, router and links of this process, made from the settings."""

import asyncio
import contextlib
import gc
import hashlib
import logging
import random
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

from runtime import (
    accounting,
    agreeing,
    audit,
    files,
    identity,
    installing,
    lookup,
    node,
    preparing,
    reverse,
    router,
    tidying,
    tracing,
)
from runtime.addresses import Addresses, listening_on, parted
from runtime.calling import node_stream
from runtime.cluster import Cluster, MemoryCluster, NodeInfo, RedisCluster, connecting
from runtime.database import in_thread
from runtime.forkserver import Forking, ForkOptions, TemplateOptions, early
from runtime.gate import Gate
from runtime.headroom import Headroom
from runtime.host import choice
from runtime.launching import Launching
from runtime.link import Links, LinkServer, socket_path
from runtime.node import Node, NodeOptions
from runtime.orphans import sweep
from runtime.otlp import OtlpExporter
from runtime.router import Router
from runtime.session import Session
from runtime.spawning import Plain, Spawner
from runtime.terms import Line, Terms
from runtime.wire import Frame

log = logging.getLogger(__name__)

TIDY_EVERY = 3600.0  # seconds
EXPIRE_EVERY = 360  # duties: about once an hour


def make_cluster() -> Cluster:
    if not settings.REDIS_URL:
        return MemoryCluster()
    return RedisCluster(connecting.client(settings.REDIS_URL), settings.REDIS_KEY_PREFIX)


def cluster_key() -> bytes:
    return hashlib.sha256(b"cluster:" + settings.SECRET_KEY.encode()).digest()


def make_launching(owner: Node, spawner: Spawner) -> Launching:
    return Launching(
        prepare=preparing.prepare_for(owner.id),
        gate=Gate(settings.PLUGIN_LOCAL_LAUNCHING_CONCURRENT),
        options={
            "answer": reverse.answer,
            "start_timeout": settings.PYTHON_ENV_INIT_TIMEOUT,
            "session_limit": settings.SESSION_BUFFER_SIZE,
            "line_limit": settings.PLUGIN_RUNTIME_MAX_BUFFER_SIZE,
            "spawner": spawner,
        },
        changed=owner.nudge,
        terms=agreeing.usual(),
        line=Line(settings.PLUGIN_WAKE_QUEUE, settings.PLUGIN_WAKE_HOLD),
        headroom=Headroom(settings.PLUGIN_MOST_PROCESSES, settings.PLUGIN_MEMORY_RESERVE),
        calls_each=settings.PLUGIN_CALLS_PER_INSTANCE,
        warm=settings.PLUGIN_WARM,
    )


def make_spawner(memory: Path | None = None) -> Forking | Plain:
    if not settings.PLUGIN_FORK_SERVER:
        return Plain("forking is switched off here (PLUGIN_FORK_SERVER)")
    options = ForkOptions(
        idle=settings.PLUGIN_FORK_SERVER_IDLE,
        apart=frozenset(settings.PLUGIN_FORK_SERVER_NOT),
        templates=TemplateOptions(most=settings.PLUGIN_TEMPLATES),
        memory=memory,
    )
    return Forking(options)


def wished() -> dict[str, Terms]:
    """What should run on workers, and on which terms, read from the rows."""
    close_old_connections()
    try:
        return agreeing.wished()
    finally:
        close_old_connections()


def duties() -> None:
    """What the master sees to for all: what dead workers left half-way, and what is due."""
    close_old_connections()
    try:
        installing.recover()
        for name in settings.RUNTIME_CHORES:
            import_string(name)()
        if random.random() < 1 / EXPIRE_EVERY:  # noqa: S311 - spreads the work over the nodes
            expire()
    finally:
        close_old_connections()


def resume(node_id: str) -> None:
    """What an earlier life of this node was doing goes on."""
    close_old_connections()
    try:
        installing.resume(node_id, queue_lost=not settings.REDIS_URL)
    finally:
        close_old_connections()


def write_down() -> None:
    """What this process counts in memory. One that is killed loses what it has counted since the last time."""
    close_old_connections()
    try:
        accounting.flush()
        audit.flush()
        if node.current is not None:
            agreeing.note_calls(node.current.called(agreeing.NOTED_AGAIN))
    finally:
        close_old_connections()


def note_last_calls(here: Node) -> None:
    close_old_connections()
    try:
        agreeing.note_calls(here.called(0.0))
    finally:
        close_old_connections()


def expire() -> None:
    accounting.expire()
    audit.expire()
    files.expire()
    agreeing.forget_calls()


def node_options(name: str, serves: bool) -> NodeOptions:
    port = settings.NODE_PORT if serves else settings.NODE_DOOR_PORT
    told = tuple(f"{host}:{port}" for host in listening_on(settings.NODE_HOST))
    path = socket_path(settings.DATA_DIR, name)
    info = NodeInfo(name, socket.gethostname(), path, told, serves)
    return NodeOptions(
        info=info,
        wishes=wished,
        forget=lookup.forget,
        logs=settings.PLUGIN_LOGS_PATH,
        serves=serves,
        stop_grace=settings.PLUGIN_STOP_GRACE,
        duties=duties,
        note_down=write_down,
    )


@contextlib.asynccontextmanager
async def running(serves: bool) -> AsyncIterator[Node]:
    """The node of this process, from its first turn until everything that it runs has stopped.

    `serves`: whether it runs plugins and answers links; a web process in front of workers does neither.
    """
    async with contextlib.AsyncExitStack() as stack:  # what was begun is ended, also when the rest cannot be begun
        own = identity.take(settings.DATA_DIR / ("nodes" if serves else "doors"))
        stack.callback(own.release)
        if serves:
            await asyncio.to_thread(partial(sweep, own.id, keep=early.pids()))
        stack.push_async_callback(in_thread, begin_tracing(own.id))
        cluster = make_cluster()
        spawner = make_spawner(own.memory)
        stack.push_async_callback(spawner.close)
        here = Node(node_options(own.id, serves), cluster, partial(make_launching, spawner=spawner))
        ways = Addresses(cluster, node_id=here.id, key=cluster_key(), tls=tls_of_callers())
        links = Links(key=cluster_key(), session_limit=settings.SESSION_BUFFER_SIZE, dial=ways.dial)
        stack.push_async_callback(in_thread, write_down)
        stack.push_async_callback(in_thread, note_last_calls, here)
        node.set_here(here)
        stack.callback(node.set_here, None)
        router.set_here(Router(here, cluster, links))
        stack.callback(router.set_here, None)
        stack.push_async_callback(choice.close)
        stack.push_async_callback(links.close)
        turning = asyncio.get_running_loop().create_task(here.run())
        stack.push_async_callback(ended, here, turning)
        if settings.REDIS_URL:  # also a process that runs nothing: who connects to it is reached through it
            stack.push_async_callback((await serve_links(here)).close)
            voting = asyncio.get_running_loop().create_task(ways.run())
            stack.push_async_callback(cancelled, voting)
        await here.ready.wait()
        if serves:
            await asyncio.to_thread(resume, own.id)
            stack.push_async_callback(cancelled, asyncio.get_running_loop().create_task(keep_tidy()))
            for name in settings.RUNTIME_DOORS:
                await stack.enter_async_context(import_string(name)())
        gc.freeze()  # what is here stays: going through all of it again would hold every call up for a tenth of a second
        yield here


async def keep_tidy() -> None:
    """About once an hour, on every host: what no installed plugin needs goes from its disk."""
    while any(tidying.usual().values()):
        await asyncio.sleep(TIDY_EVERY * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the work over the nodes
        try:
            found = await asyncio.to_thread(lambda: tidying.tidy(**tidying.usual()))
        except Exception:
            log.exception("The disk could not be tidied")
            continue
        if found.size:
            said = "Tidied: %d environments, %d folders, %d wheels and %d uploaded packages, %d MiB"
            log.info(said, *found.counts, found.size >> 20)


def begin_tracing(node_id: str) -> Callable[[], None]:
    """Tells traces from now on, where a collector is set; what is returned ends that."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return lambda: None
    exporter = OtlpExporter(
        settings.OTEL_EXPORTER_OTLP_ENDPOINT,
        headers=dict(told.split("=", 1) for told in settings.OTEL_EXPORTER_OTLP_HEADERS if "=" in told),
        share=settings.TRACE_PERCENT / 100,
        about={"service.name": "patchbay", "service.version": settings.VERSION, "service.instance.id": node_id},
    )
    tracing.set_exporter(exporter)

    def end() -> None:
        tracing.set_exporter(None)
        exporter.close()

    return end


async def cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def ended(here: Node, turning: "asyncio.Task[None]") -> None:
    await here.stop()
    await turning


async def serve_links(here: Node) -> LinkServer:
    def serve(session: Session) -> AsyncGenerator[list[Frame]]:
        return node_stream(session) if session.type == "node" else router.here().stream(session)

    server = LinkServer(key=cluster_key(), node_id=here.id, serve=serve, tls=tls_of_servers())
    await server.listen(here.options.info.unix, *map(parted, here.options.info.addresses))
    return server


def tls_of_servers() -> ssl.SSLContext | None:
    """What a node shows who calls it by an address, and asks of them: a certificate of the cluster's own authority."""
    if not settings.NODE_TLS_CERT:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=settings.NODE_TLS_CA or None)
    context.load_cert_chain(settings.NODE_TLS_CERT, settings.NODE_TLS_KEY or None)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def tls_of_callers() -> ssl.SSLContext | None:
    """Names are not compared: nodes are called by addresses, and prove who they are by the cluster's key."""
    if not settings.NODE_TLS_CERT:
        return None
    context = ssl.create_default_context(cafile=settings.NODE_TLS_CA or None)
    context.load_cert_chain(settings.NODE_TLS_CERT, settings.NODE_TLS_KEY or None)
    context.check_hostname = False
    return context
