"""Queued requests brought to their plugin: taken by a lease, tried, tried again later, taken back when a worker falls silent.

1. `drain` takes what is due of an endpoint, some at once, and calls the plugin for each; the lease is renewed meanwhile.
   Each outcome is written as it comes, and its place is taken by the next: what hangs keeps nothing else waiting.
2. What fails waits, twice as long each time, until the last attempt. Of one key nothing overtakes.
3. `recover` runs every ten seconds or so on every node: it takes back what silent workers held and nudges for what is due.
Rows change by compare-and-swap on the worker that holds them, so whoever lost one writes nothing.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from endpoints import book
from endpoints.book import Open
from endpoints.http import Answer, BadAnswer
from endpoints.models import UNFINISHED, Attempt, Delivery, Endpoint
from endpoints.rules import Rules
from runtime import node, router
from runtime.answers import plugin_fault
from runtime.errors import Interrupted, RuntimeFault
from runtime.session import Session
from runtime.wire import END, STREAM

log = logging.getLogger(__name__)

AT_ONCE = 16  # deliveries of one drain
LOOK_EVERY = 0.5  # seconds after which a drain that waits for plugins looks for what has come meanwhile
LEASE = timedelta(seconds=30)
RENEW_EVERY = 8.0  # seconds
LONGEST_PAUSE = 3600  # seconds
NUDGED_WITHIN = 60  # longer pauses are found by `recover`
WRITE_FOR = 60.0  # seconds for which the outcome is written again while the database is away
SHOWN = 4096  # bytes of an answer
LATE = timedelta(seconds=5)  # due for so long, its nudge was lost
BATCH, BATCHES = 500, 20  # of old deliveries that one `recover` deletes
KEPT = {Delivery.State.DONE: timedelta(days=7), Delivery.State.FAILED: timedelta(days=30)}

State = Delivery.State


@dataclass(slots=True)
class Outcome:
    """How an attempt ended. `status` 0: the plugin gave no answer, and `error` says why."""

    at: datetime
    seconds: float = 0.0
    status: int = 0
    answer: str = ""
    error: str = ""

    @property
    def arrived(self) -> bool:
        return 0 < self.status < 400


Flights = dict[Future[Outcome], tuple[Rules, Delivery]]  # attempts that are under way


# One drain at a time of each endpoint in this process; a nudge that comes meanwhile makes it look once more.


class Drains:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again: dict[str, bool] = {}

    def begin(self, endpoint_id: str) -> bool:
        with self.lock:
            busy = endpoint_id in self.again
            self.again[endpoint_id] = busy
            return not busy

    def over(self, endpoint_id: str) -> bool:
        """Whether nobody has asked since; else it goes on."""
        with self.lock:
            if self.again[endpoint_id]:
                self.again[endpoint_id] = False
                return False
            del self.again[endpoint_id]
            return True

    def give_up(self, endpoint_id: str) -> None:
        with self.lock:
            self.again.pop(endpoint_id, None)


drains = Drains()


def drain(endpoint_id: str) -> Iterator[float]:
    """Delivers all that is due; yields the seconds after which something is due again, for each that failed."""
    if not drains.begin(endpoint_id):
        return
    flights: Flights = {}
    renewed = time.monotonic()
    try:
        while True:
            if len(flights) <= AT_ONCE // 2:
                flights |= more(endpoint_id, flights)
            if not flights and drains.over(endpoint_id):
                return
            yield from landed(flights)
            if time.monotonic() - renewed > RENEW_EVERY:
                renew(flights)
                renewed = time.monotonic()
    except BaseException:
        drains.give_up(endpoint_id)
        raise


def more(endpoint_id: str, flights: Flights) -> Flights:
    """More to those that are under way, whose outcomes are not given up because the database is away for a while."""
    try:
        return departed(endpoint_id, AT_ONCE - len(flights))
    except DatabaseError:
        if not flights:
            raise
        close_old_connections()
        return {}


def departed(endpoint_id: str, places: int) -> Flights:
    """As many as there are places of what is due, now ours and under way; none while it is off or without its plugin."""
    if not due(endpoint_id, timezone.now()).exists():
        return {}
    row = Endpoint.objects.filter(pk=endpoint_id, enabled=True).first()
    found = book.opened(row, row.hook) if row is not None else None
    if found is None:
        return {}
    loop = node.here().loop
    claimed = claim(endpoint_id, places)
    return {asyncio.run_coroutine_threadsafe(attempt(found, one), loop): (found.rules, one) for one in claimed}


def claim(endpoint_id: str, places: int) -> list[Delivery]:
    now = timezone.now()
    worker = f"{node.here().id[:50]}/{secrets.token_hex(8)}"
    chosen = list(due(endpoint_id, now).values_list("pk", flat=True)[:places])
    if not chosen:
        return []
    Delivery.objects.filter(pk__in=chosen, state=State.WAITING).update(
        state=State.RUNNING, worker=worker, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    mine = list(Delivery.objects.filter(worker=worker, state=State.RUNNING).order_by("pk"))
    return mine or claim(endpoint_id, places)  # others were quicker with all of them


def due(endpoint_id: str, now: datetime) -> QuerySet[Delivery]:
    """What may be delivered now, oldest first: of each key the first that is not finished."""
    earlier = Delivery.objects.filter(
        endpoint_id=endpoint_id, key=OuterRef("key"), pk__lt=OuterRef("pk"), state__in=UNFINISHED
    )
    rows = Delivery.objects.filter(endpoint_id=endpoint_id, state=State.WAITING, next_at__lte=now)
    return rows.filter(Q(key="") | ~Exists(earlier)).order_by("pk")


# Delivering.


def landed(flights: Flights) -> list[float]:
    """Waits a moment for one to end and writes down those that have; the pauses of those that must be tried again."""
    ended, _ = wait(flights, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
    if not ended and not node.here().loop.is_running():
        raise Interrupted("The worker is shutting down.")
    pauses = []
    for one in ended:
        rules, delivery = flights.pop(one)
        pauses.append(written(delivery, one.result(), rules))
    return [pause for pause in pauses if pause]


async def attempt(found: Open, delivery: Delivery) -> Outcome:
    outcome = Outcome(timezone.now())
    began = time.monotonic()
    try:
        async with asyncio.timeout(found.seconds()):
            answer = await answered(found, delivery)
        outcome.status = answer.head()[0]
        outcome.answer = answer.taken()[:SHOWN].decode("utf-8", "replace").replace("\x00", "")
    except TimeoutError:
        outcome.error = "The plugin took longer than ENDPOINT_TOTAL_TIMEOUT allows."
    except (RuntimeFault, BadAnswer) as error:
        outcome.error = str(error)
    except Exception as error:
        log.exception("%s could not be tried", delivery)
        outcome.error = f"The host failed: {error}"
    outcome.seconds = time.monotonic() - began
    return outcome


async def answered(found: Open, delivery: Delivery) -> Answer:
    """The whole answer; raises RuntimeFault or BadAnswer."""
    answer = Answer()
    async with aclosing(router.here().stream(session_for(found, delivery))) as batches:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    answer.hear(payload)
                elif kind != END:
                    raise plugin_fault(payload)
    return answer


def session_for(found: Open, delivery: Delivery) -> Session:
    return Session(
        workspace=found.workspace,
        plugin=found.plugin,
        type="endpoint",
        action="invoke_endpoint",
        data={"raw_http_request": numbered(delivery).hex(), "settings": found.settings},
        endpoint_id=found.id,
        permission=found.permission,
        deadline=found.deadline(),
    )


def numbered(delivery: Delivery) -> bytes:
    """The request with the number of the delivery and of the attempt, by which a plugin knows one that comes again."""
    head, _, rest = bytes(delivery.request).partition(b"\r\n")
    return b"%b\r\nX-Delivery-Id: %d\r\nX-Delivery-Attempt: %d\r\n%b" % (head, delivery.pk, delivery.attempts, rest)


# Writing down.


def held(delivery: Delivery) -> QuerySet[Delivery]:
    """The delivery as long as it is ours."""
    return Delivery.objects.filter(pk=delivery.pk, worker=delivery.worker, state=State.RUNNING)


def renew(flights: Flights) -> None:
    """A database that is away is not the end: the lease outlasts some seconds."""
    workers = {delivery.worker for _, delivery in flights.values()}
    try:
        rows = Delivery.objects.filter(worker__in=workers, state=State.RUNNING)
        rows.update(lease_until=timezone.now() + LEASE)
    except DatabaseError:
        log.warning("Leases of %s could not be renewed", ", ".join(sorted(workers)))
        close_old_connections()


def written(delivery: Delivery, outcome: Outcome, rules: Rules) -> float:
    """Writes how it went, also when the database is away for a while; seconds until the next try, 0 for none soon."""
    until = time.monotonic() + WRITE_FOR
    while True:
        try:
            return write(delivery, outcome, rules)
        except DatabaseError:
            if time.monotonic() > until:
                raise
            log.warning("The outcome of %s could not be written; trying again", delivery)
            close_old_connections()
            time.sleep(0.5)


@transaction.atomic
def write(delivery: Delivery, outcome: Outcome, rules: Rules) -> float:
    pause = 0 if outcome.arrived or delivery.attempts >= rules.attempts else pause_after(delivery.attempts, rules)
    now = timezone.now()
    state = State.DONE if outcome.arrived else State.WAITING if pause else State.FAILED
    ours = held(delivery).update(
        state=state,
        status=outcome.status,
        worker="",
        lease_until=None,
        next_at=now + timedelta(seconds=pause),
        ended_at=None if pause else now,
    )
    if ours:
        Attempt.objects.create(
            delivery_id=delivery.pk,
            at=outcome.at,
            seconds=outcome.seconds,
            status=outcome.status,
            answer=outcome.answer,
            error=outcome.error,
        )
    return pause if pause <= NUDGED_WITHIN else 0


def pause_after(attempts: int, rules: Rules) -> int:
    return int(min(LONGEST_PAUSE, rules.pause * 2 ** min(attempts - 1, 20)))


# Replaying, and recovering.


def replay(endpoint: Endpoint, deliveries: QuerySet[Delivery]) -> int:
    """Those of them that have ended wait again, with all their attempts before them; how many those were."""
    from endpoints.tasks import nudge

    rows = deliveries.exclude(state__in=UNFINISHED)
    count = rows.update(state=State.WAITING, next_at=timezone.now(), attempts=0, ended_at=None)
    transaction.on_commit(lambda: nudge(str(endpoint.pk)))
    return count


def recover() -> None:
    """What silent workers held waits again, what is due is nudged for, what is old goes."""
    from endpoints.tasks import nudge

    now = timezone.now()
    for one in Delivery.objects.filter(state=State.RUNNING, lease_until__lt=now)[:1000]:
        take_back(one, now)
    late = Delivery.objects.filter(state=State.WAITING, next_at__lt=now - LATE, endpoint__enabled=True)
    for endpoint_id in late.order_by().values_list("endpoint_id", flat=True).distinct():
        nudge(str(endpoint_id))
    for state, age in KEPT.items():
        delete_old(Delivery.objects.filter(state=state, ended_at__lt=now - age))


def delete_old(rows: QuerySet[Delivery]) -> None:
    """Some at a time, since each batch is in memory with its attempts, and not all: there are other duties."""
    for _ in range(BATCHES):
        batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        Delivery.objects.filter(pk__in=batch).delete()


@transaction.atomic
def take_back(delivery: Delivery, now: datetime) -> None:
    """It may have arrived, so the attempt is kept and marked."""
    if (
        held(delivery)
        .filter(lease_until__lt=now)
        .update(state=State.WAITING, worker="", lease_until=None, next_at=now - LATE)
    ):
        Attempt.objects.create(
            delivery=delivery,
            at=now,
            unknown=True,
            error="Its worker fell silent: the plugin may have had the request.",
        )
        log.warning("%s is delivered again: %s fell silent", delivery, delivery.worker)
