"""The last requests of each endpoint, for its page: noted in memory by the door, masked and written a moment later by a thread.

So the request itself costs no SQL, and pages in other processes see it within a second. A flood is not written whole: of one
endpoint at most `MOST` requests a moment.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db import DatabaseError, close_old_connections
from django.db.models import QuerySet

from endpoints.book import Open
from endpoints.errors import plainly
from endpoints.http import Arrived
from endpoints.masking import masked_body, masked_headers, masked_target
from endpoints.models import Endpoint, Seen

log = logging.getLogger(__name__)

KEPT = 50  # requests of an endpoint
MOST = 20  # requests of an endpoint that are written at once
SHOWN = Seen.SHOWN
FORMER = "It came to the address before this one, which will answer no more."
EVERY = 0.5  # seconds between two writes


@dataclass(slots=True)
class Note:
    found: Open
    arrived: Arrived
    status: int
    seconds: float
    why: str
    at: float
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Of the body no more than is shown: all that waits to be written may be many times the largest one."""
        self.size = len(self.arrived.body)
        if self.size > SHOWN:
            self.arrived = replace(self.arrived, body=self.arrived.body[:SHOWN])


class Notebook:
    """What waits to be written; its thread lives as long as there is something."""

    def __init__(self) -> None:
        self.waiting: dict[str, deque[Note]] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def add(self, taken: Note) -> None:
        with self.lock:
            waiting = self.waiting.get(taken.found.id)
            if waiting is None:
                waiting = self.waiting[taken.found.id] = deque(maxlen=MOST)
            waiting.append(taken)
            if self.thread is None:
                self.thread = threading.Thread(target=self.write, name="inspector", daemon=True)
                self.thread.start()

    def taken(self) -> dict[str, deque[Note]]:
        """All that waits; with nothing left the thread is done."""
        with self.lock:
            waiting, self.waiting = self.waiting, {}
            if not waiting:
                self.thread = None
            return waiting

    def write(self) -> None:
        time.sleep(EVERY)
        while waiting := self.taken():
            close_old_connections()
            for endpoint_id, notes in waiting.items():
                try:
                    written(endpoint_id, list(notes))
                except DatabaseError:
                    log.exception("The inspector could not write what endpoint %s has seen", endpoint_id)
            close_old_connections()
            time.sleep(EVERY)


notebook = Notebook()


def note(found: Open, arrived: Arrived, *, status: int, seconds: float, why: str = "") -> None:
    """Takes note of a request and of what became of it, if the endpoint's rules say so."""
    if found.rules.inspect:
        notebook.add(Note(found, arrived, status, seconds, why, time.time()))


def written(endpoint_id: str, notes: list[Note]) -> None:
    """Adds rows and removes those that are too many. An endpoint that was removed meanwhile has none."""
    if not Endpoint.objects.filter(pk=endpoint_id).exists():
        return
    Seen.objects.bulk_create([row(endpoint_id, one) for one in notes])
    last = Seen.objects.filter(endpoint_id=endpoint_id).values_list("pk", flat=True)[KEPT : KEPT + 1].first()
    if last is not None:
        Seen.objects.filter(endpoint_id=endpoint_id, pk__lte=last).delete()


def row(endpoint_id: str, one: Note) -> Seen:
    secrets = one.found.secrets
    return Seen(
        endpoint_id=endpoint_id,
        at=datetime.fromtimestamp(one.at, UTC),
        method=one.arrived.method[:32],
        target=masked_target(one.arrived.target, secrets),
        client=one.arrived.client[:64],
        headers=masked_headers(one.arrived.headers, secrets),
        body=masked_body(one.arrived.body, secrets) if one.arrived.body else "",
        size=one.size,
        status=one.status,
        seconds=one.seconds,
        note=(plainly(one.why) or (FORMER if one.found.until else ""))[:255],
    )


def seen(endpoint: Endpoint) -> QuerySet[Seen]:
    """The last requests, newest first."""
    return Seen.objects.filter(endpoint=endpoint)[:KEPT]
