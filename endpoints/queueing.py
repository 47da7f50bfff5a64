"""Accept and queue: the sender is answered at once, the request is kept, a worker delivers it (endpoints/delivering.py)."""

import asyncio
import hashlib
from typing import Any

import orjson
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from endpoints.book import Open
from endpoints.errors import Turned
from endpoints.http import Arrived, Headers, header, request_text
from endpoints.masking import masked_target
from endpoints.models import Delivery
from runtime.database import in_thread
from runtime.door import JSON

STRAIGHT = frozenset({"GET", "HEAD", "OPTIONS"})  # these ask for an answer, so the plugin gives it
LONGEST_NAME = 255  # characters
COALESCED = 0.05  # seconds for which further deliveries of an endpoint share a nudge

Said = tuple[int, bytes, Headers]


async def accept(found: Open, arrived: Arrived, hook: str) -> Said:
    """The answer to a request that is queued, or to a challenge; raises Turned when it could not be kept."""
    if (answer := challenge_answer(found.rules.challenges, arrived.body)) is not None:
        return 200, orjson.dumps(answer), JSON
    try:
        await in_thread(keep, found, arrived, hook)
    except DatabaseError:
        raise Turned(503, "The request could not be stored. Send it again.", retry_after=5) from None
    nudge_soon(found.id)
    body = found.rules.queue_body.encode()
    return found.rules.queue_status, body, JSON if is_json(body) else [(b"content-type", b"text/plain; charset=utf-8")]


def is_json(body: bytes) -> bool:
    return body[:1] in (b"{", b"[")


def challenge_answer(kinds: list[str], body: bytes) -> dict[str, Any] | None:
    """What a platform that tests the address wants to hear: Slack's url_verification, Discord's PING."""
    if not kinds or len(body) > 65536:
        return None
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    if "slack" in kinds and said.get("type") == "url_verification":
        return {"challenge": said.get("challenge")}
    return {"type": 1} if "discord" in kinds and said.get("type") == 1 and said["type"] is not True else None


# Keeping.


def keep(found: Open, arrived: Arrived, hook: str) -> Delivery | None:
    """The new row; None when the sender had sent it before, which is counted.

    What has failed for good and comes again is delivered again, as it comes now: whoever sends it means it.
    """
    unique = named(header(arrived.headers, found.rules.unique_header.lower().encode()))
    target, request = masked_target(arrived.target, found.secrets), request_text(arrived, hook)
    try:
        with transaction.atomic():
            return Delivery.objects.create(
                endpoint_id=found.id,
                key=key_of(found.rules.order_by, arrived),
                unique_id=unique or None,
                method=arrived.method[:32],
                target=target,
                request=request,
                next_at=timezone.now(),
            )
    except IntegrityError:
        same = Delivery.objects.filter(endpoint_id=found.id, unique_id=unique or None)
        if not unique or not same.update(duplicates=F("duplicates") + 1):
            raise
        again = {"state": Delivery.State.WAITING, "attempts": 0, "next_at": timezone.now(), "ended_at": None}
        same.filter(state=Delivery.State.FAILED).update(
            **again, method=arrived.method[:32], target=target, request=request
        )
        return None


def named(value: bytes) -> str:
    """A name that fits its column; long ones that begin alike stay apart."""
    text = value.decode("utf-8", "replace")
    return text if len(text) <= LONGEST_NAME else f"sha256:{hashlib.sha256(value).hexdigest()}"


def key_of(order_by: str, arrived: Arrived) -> str:
    """What the request must keep its place among; "" where it has none."""
    kind, _, name = order_by.partition(":")
    match kind:
        case "*":
            return "*"
        case "header":
            return named(header(arrived.headers, name.lower().encode()))
        case "json":
            return named(value_at(arrived.body, name).replace("\0", "").encode())  # PostgreSQL keeps no NUL
    return ""


def value_at(body: bytes, path: str) -> str:
    """The text or number at a path such as `a.b` of a JSON body."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int | float) else ""


# Waking a worker. A nudge that is lost costs some seconds: delivering.recover looks for what is due.

nudged: set[str] = set()


def nudge_soon(endpoint_id: str) -> None:
    if endpoint_id not in nudged:
        nudged.add(endpoint_id)
        asyncio.get_running_loop().call_later(COALESCED, send_nudge, endpoint_id)


def send_nudge(endpoint_id: str) -> None:
    from endpoints.tasks import nudge

    nudged.discard(endpoint_id)
    asyncio.get_running_loop().run_in_executor(None, nudge, endpoint_id)
