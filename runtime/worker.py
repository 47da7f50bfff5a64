"""The Celery worker that runs plugins: a bootstep owns the node; embedded, the web process owns both."""

import asyncio
import logging
import threading
import time
from typing import Any

import uvloop
from celery import Celery, bootsteps
from celery.platforms import EX_FAILURE
from celery.worker import WorkController
from django.conf import settings
from prometheus_client import start_http_server

from runtime import gauges  # noqa: F401 - what it registers is told
from runtime.process import running

log = logging.getLogger(__name__)

UP_FOR = 10.0  # seconds after which a worker has been up


class NodeThread(threading.Thread):
    """A node on an event loop of its own. Plugins are forked by this thread, so they end when it does."""

    def __init__(self) -> None:
        super().__init__(name="node", daemon=True)
        self.up = threading.Event()
        self.failure: BaseException | None = None
        self.loop = uvloop.new_event_loop()
        self.over = asyncio.Event()

    def run(self) -> None:
        try:
            self.loop.run_until_complete(self.serve())
        except BaseException as error:
            self.failure = error
            log.exception("The node ended")
        finally:
            self.up.set()

    async def serve(self) -> None:
        async with running(serves=True):
            self.up.set()
            await self.over.wait()

    def begin(self) -> None:
        """Returns when the node has made its first turn."""
        self.start()
        self.up.wait()
        if self.failure is not None:
            raise self.failure

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.join()


class NodeStep(bootsteps.StartStopStep):
    """Starts after the pool and so stops before it: what a task waits for is given up before the task is waited for."""

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: Any) -> None:
        self.thread = NodeThread()
        self.thread.begin()

    def stop(self, parent: Any) -> None:
        self.thread.end()


def run_worker(app: Celery) -> int:
    """A worker in this process until it is told to end; returns its exit status.

    One that gives up by itself, as Celery does at errors of the broker that it does not know, is followed by another, unless it
    never was up.
    """
    app.steps["worker"].add(NodeStep)
    if settings.METRICS_PORT:
        start_http_server(settings.METRICS_PORT, settings.METRICS_HOST)
    while True:
        began = time.monotonic()
        worker = app.Worker(
            pool="threads",
            concurrency=settings.WORKER_CONCURRENCY,
            without_gossip=True,
            without_mingle=True,
            loglevel=settings.LOG_LEVEL,
        )
        worker.start()
        status = int(worker.exitcode or 0)
        if status != EX_FAILURE or time.monotonic() - began < UP_FOR:
            return status
        log.error("The worker has given up; another one begins")


class EmbeddedWorker:
    """A worker on a thread of the web process, whose node is that process's own."""

    def __init__(self, app: Celery) -> None:
        self.worker = WorkController(
            app=app,
            pool="threads",
            concurrency=settings.WORKER_CONCURRENCY,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self.thread = threading.Thread(target=self.worker.start, name="celery", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.worker.stop(in_sighandler=False)
        self.thread.join(timeout=10)
