"""What a worker has in its hands while it installs: the lease on an item, and a plugin that runs on trial."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from runtime.installing.tasks import shortened
from runtime.launching import Listener, Progress
from runtime.models import InstallItem, Status
from runtime.node import Node

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_EVERY = 5.0  # seconds between two renewals of a lease
PROGRESS_EVERY = 0.25  # seconds between two looks at whether there is progress to write
LOG_LINES = 200
WORDS = {
    "unpack": "unpacking the package",
    "wait": "waiting: its environment is being built already",
    "resolve": "resolving its dependencies",
    "download": "downloading its dependencies",
    "install": "installing its dependencies",
    "compile": "compiling byte code",
    "verify": "checking the environment",
    "ready": "the environment is ready",
    "start": "starting; waiting for the first heartbeat",
}


class Trial:
    """A plugin that runs on trial: it ends once, when the rows are written or when nobody wants it any more."""

    def __init__(self, on: Node, identifier: str) -> None:
        self.node = on
        self.identifier = identifier
        self.lock = threading.Lock()
        self.open = False

    def begin(self, listener: Listener) -> None:
        self.open = True
        self.node.bring_up(self.identifier, listener)

    def end(self) -> None:
        """Ends it also while it is being brought up: the node then gives up, and `begin` raises."""
        with self.lock:
            was_open, self.open = self.open, False
        if was_open:
            self.node.end_trial(self.identifier)

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, *error: object) -> None:
        self.end()


class Hold:
    """Keeps a claimed item ours: a thread renews its lease and writes its progress until the job is over."""

    def __init__(self, item: InstallItem, lost: Callable[[], None]) -> None:
        self.item = item
        self.lost = lost
        self.lock = threading.Lock()
        self.lines: deque[str] = deque(maxlen=LOG_LINES)
        self.step, self.percent, self.told = "", 0, True
        self.line = ""
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.keep, name=f"install-item-{item.pk}", daemon=True)

    def heard(self, progress: Progress) -> None:
        """Called from the node's threads, so it only takes notes."""
        with self.lock:
            self.step, self.percent, self.told = progress.step, progress.percent, False
            self.line = progress.line
            if progress.line:
                self.lines.append(progress.line)

    def output(self) -> str:
        with self.lock:
            return "\n".join(self.lines)

    def keep(self) -> None:
        waited = 0.0
        try:
            while not self.over.wait(PROGRESS_EVERY):
                waited += PROGRESS_EVERY
                if self.told and waited < RENEW_EVERY:
                    continue
                waited = 0.0
                if not self.written():
                    self.lost()
                    return
        finally:
            connection.close()

    def written(self) -> bool:
        """Whether the item is still ours. A database that is away is not the end: the lease outlasts some seconds."""
        with self.lock:
            news = {"step": self.step[:40], "percent": self.percent, "log": "\n".join(self.lines)}
            self.told = True
        if self.step:
            # who waits is told for whom, and how many come first
            said = self.line if self.step == "wait" else ""
            news["message"] = shortened(said or WORDS.get(self.step, self.step))
        now = timezone.now()
        try:
            return bool(held(self.item).update(**news, lease_until=now + LEASE, updated_at=now))
        except Exception:
            log.exception("The lease of %s could not be renewed", self.item)
            return True

    def __enter__(self) -> "Hold":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()


def held(item: InstallItem) -> QuerySet[InstallItem]:
    """The item as long as it is ours."""
    return InstallItem.objects.filter(pk=item.pk, worker=item.worker, status=Status.RUNNING)
