"""The public door: any request to `/e/{hook}/…` goes to the plugin, its answer comes back as it is made (protocol.md 9.2-9.4)."""

import asyncio
import logging
import math
import time
from collections.abc import Coroutine
from itertools import chain
from typing import Any

import orjson
from django.conf import settings

from endpoints import book, signatures, triggers
from endpoints.addresses import road, within
from endpoints.answering import Reply, guarded
from endpoints.book import Open
from endpoints.errors import BadGateway, Nobody, Turned, over
from endpoints.http import Arrived, BadAnswer, BadHost, Headers, request_text, target_of, without_cookies
from endpoints.inspector import note
from endpoints.limits import limits
from endpoints.queueing import STRAIGHT, accept
from runtime import router
from runtime.answers import plugin_fault
from runtime.door import JSON, Visit
from runtime.envelope import failure
from runtime.errors import PluginError, RuntimeFault, TooLarge
from runtime.metrics import invocation
from runtime.session import Session
from runtime.tracing import incoming
from runtime.watch import Watched, watch
from runtime.wire import END, STREAM

log = logging.getLogger(__name__)

PREFIX = b"/e/"
RETRY_AFTER = 5  # seconds that a caller is asked to wait for a plugin on its way up
ENDED_BY = {"left": "client_disconnect", "timeout": "timeout"}
# Cookies of our own pages are not the plugin's business, whatever a browser sends along.
OUR_COOKIES = frozenset(
    name.encode()
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages")
)


def is_endpoint(raw_path: bytes) -> bool:
    return raw_path.startswith(PREFIX)


class Knock:
    """One request to an endpoint: `hook` and `tail` are the path in two, `began` is in Unix seconds."""

    __slots__ = ("began", "hook", "tail", "visit")

    def __init__(self, visit: Visit) -> None:
        hook, slash, rest = visit.raw_path[len(PREFIX) :].partition(b"/")
        self.visit, self.hook, self.tail = visit, hook.decode("latin-1"), slash + rest
        self.began = time.time()


async def endpoint(visit: Visit) -> None:
    """`ANY /e/{hook}/{path}`."""
    knock = Knock(visit)
    try:
        found = await book.find(knock.hook)
        if found is None:
            raise Nobody
        await enter(knock, found, arrived_by(knock))
    except RuntimeFault as fault:
        await refuse(knock, fault)
    except BadHost:
        await refuse(knock, Turned(400, "The request must name one Host."))
    except ConnectionResetError:
        return


# Who comes in.


def check_head(knock: Knock) -> None:
    """Limits that are the same for all endpoints."""
    visit, allowed = knock.visit, limits()
    if visit.head_at_most > allowed.head and size_of_head(knock) > allowed.head:
        raise head_too_large()
    declared = visit.headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > allowed.body:
        raise too_large()
    if b"transfer-encoding" in visit.headers:
        check_codings(visit.raw_headers)


def size_of_head(knock: Knock) -> int:
    """Bytes, as far as strangers choose them."""
    visit = knock.visit
    named = len(b"".join(chain.from_iterable(visit.raw_headers)))
    return len(knock.tail) + len(visit.query) + named + 4 * len(visit.raw_headers)


def check_codings(headers: Headers) -> None:
    """The parser takes out chunks alone: what else the body was packed in nobody would know of any more (RFC 9112 6.1)."""
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if any(coding != b"chunked" for coding in codings):
        raise Turned(501, "Of transfer codings only “chunked” is known. Content-Encoding is passed on as it is.")


def head_too_large() -> Turned:
    return over(431, "ENDPOINT_MAX_HEADER_SIZE", limits().head, what="The head is too large:")


def too_large() -> Turned:
    return over(413, "ENDPOINT_MAX_BODY_SIZE", limits().body, what="The body is too large:")


def arrived_by(knock: Knock) -> Arrived:
    """The request as far as it has come, which is without its body; raises BadHost."""
    visit = knock.visit
    client, host, scheme = road(visit)
    return Arrived(
        method=visit.method,
        target=target_of(knock.tail, visit.query),
        headers=without_cookies(visit.raw_headers, OUR_COOKIES) if b"cookie" in visit.headers else visit.raw_headers,
        body=b"",
        client=client,
        host=host,
        scheme=scheme,
    )


def check_address(found: Open, client: str) -> None:
    if found.networks and not within(client, found.networks):
        raise Turned(403, "This address may not call this endpoint.")


def check_signature(found: Open, arrived: Arrived) -> None:
    if wrong := signatures.complaint(found.rules, found.secret, headers=arrived.headers, body=arrived.body):
        raise Turned(401, wrong)


async def enter(knock: Knock, found: Open, arrived: Arrived) -> None:
    """Asks what the endpoint's rules ask, cheapest first, then calls the plugin."""
    reply = Reply(knock.visit, frames=found.rules.frame_events)
    why = ""
    try:
        check_head(knock)
        check_address(found, arrived.client)
        if found.rules.rate and not found.rules.wants_signature(arrived.method):
            await found.gate.spend(found.rules)
        await answer_in_time(knock, found, arrived, reply=reply)
    except RuntimeFault as fault:
        why, reply.status = fault.message, reply.status if knock.visit.begun else status_of(fault)
        raise
    finally:
        if found.rules.inspect:
            note(found, arrived, status=reply.status, seconds=time.time() - knock.began, why=why)


async def answer_in_time(knock: Knock, found: Open, arrived: Arrived, *, reply: Reply) -> None:
    """Body, signature and answer, each within its limit. While the body is read, it says itself when the caller leaves.

    Who has said and signed all that he has to say takes a place, and counts for the rate, nobody before: strangers who cannot
    sign would keep out those who can.
    """
    watching = watch()
    watched = watching.add(knock.visit, found.until_first_byte(knock.began))
    watched.since = math.inf
    try:
        arrived.body = await knock.visit.body(limits().body)
        watched.since = knock.began
        if found.rules.wants_signature(arrived.method):
            check_signature(found, arrived)
            if found.rules.rate:
                await found.gate.spend(found.rules)
        found.gate.enter(found.rules)
        try:
            await answer(knock, found, arrived, watched=watched, reply=reply)
        finally:
            found.gate.leave()
    except TooLarge:
        raise too_large() from None
    except asyncio.CancelledError:
        ended_by_watch(watched)
    finally:
        watching.drop(watched)


def answer(knock: Knock, found: Open, arrived: Arrived, *, watched: Watched, reply: Reply) -> Coroutine[Any, Any, None]:
    """By the trigger, by the queue, or by the plugin."""
    if found.trigger is not None:
        return ring(knock, found, arrived, reply=reply)
    if found.rules.queue and knock.visit.method not in STRAIGHT:
        return enqueue(knock, found, arrived, reply=reply)
    return call(session_for(knock, found, arrived), watched, reply)


async def enqueue(knock: Knock, found: Open, arrived: Arrived, *, reply: Reply) -> None:
    reply.status, body, headers = await accept(found, arrived, knock.hook)
    await knock.visit.answer(reply.status, body, headers)


# The call.


def session_for(knock: Knock, found: Open, arrived: Arrived) -> Session:
    return Session(
        workspace=found.workspace,
        plugin=found.plugin,
        type="endpoint",
        action="invoke_endpoint",
        data={"raw_http_request": request_text(arrived, knock.hook).hex(), "settings": found.settings},
        endpoint_id=found.id,
        permission=found.permission,
        deadline=found.deadline(),
        traceparent=incoming(knock.visit.headers.get(b"traceparent")),
    )


async def call(session: Session, watched: Watched, reply: Reply) -> None:
    """Streams the plugin's answer until its end; counts it."""
    with invocation(session) as outcome:
        try:
            await stream(session, reply, watched)
        except asyncio.CancelledError:
            outcome.status = ENDED_BY.get(watched.why, "cancelled")
            raise
        except RuntimeFault:
            outcome.status = "error"
            raise


def ended_by_watch(watched: Watched) -> None:
    """Turns the watch's cancellation into what it means; any other goes on."""
    if not watched.why:
        raise asyncio.CancelledError
    watched.task.uncancel()
    if watched.why == "left":
        raise ConnectionResetError
    if watched.since == math.inf:
        raise over_time(408, "ENDPOINT_FIRST_BYTE_TIMEOUT", "The body did not come in time, in seconds:")
    if watched.visit.begun:
        raise over_time(504, "ENDPOINT_TOTAL_TIMEOUT", "The answer took too long, in seconds:")
    raise over_time(504, "ENDPOINT_FIRST_BYTE_TIMEOUT", "The plugin took too long, in seconds:")


def over_time(status: int, name: str, what: str) -> Turned:
    return over(status, name, getattr(settings, name), what=what)


async def stream(session: Session, reply: Reply, watched: Watched) -> None:
    plugin = await router.here().plugin_for(session)
    batches = plugin.stream(session)
    try:
        async for frames in batches:
            for kind, payload in frames:
                if kind == STREAM:
                    reply.answer.hear(payload)
                elif kind == END:
                    await reply.end()
                else:
                    raise plugin_fault(payload)
            if reply.over or await reply.flush():
                watched.deadline = session.deadline
            if reply.over:
                session.satisfied = True
                return
    except BadAnswer as error:
        raise BadGateway(str(error)) from None
    finally:
        await batches.aclose()


async def ring(knock: Knock, found: Open, arrived: Arrived, *, reply: Reply) -> None:
    """A platform tells something: the trigger says what to answer, and which events it was."""
    if found.trigger is None:
        raise Nobody
    (status, headers, body), heard = await triggers.dispatch(found.trigger, arrived, knock.hook)
    reply.status = status
    await knock.visit.answer(status, b"" if knock.visit.method == "HEAD" else body, guarded(headers))
    triggers.understand_soon(found.trigger, heard)


# How it is refused.


def status_of(fault: RuntimeFault) -> int:
    """A sender tries again after 503, and may give an address up after 404: a plugin that comes up again is 503.

    Some faults have status 200 for Dify's client; a sender would take that for having been heard.
    """
    return 503 if fault.retry or fault.status < 400 else fault.status


async def refuse(knock: Knock, fault: RuntimeFault) -> None:
    """Says what was wrong; where the answer has begun it ends without an end, so that nobody takes it for whole."""
    if knock.visit.begun:
        log.warning("An answer of endpoint %s was cut off: %s", knock.hook[:6], fault.message)
        return
    after = getattr(fault, "retry_after", 0) or (RETRY_AFTER if fault.retry else 0)
    headers = [*JSON, (b"retry-after", str(after).encode())] if after else JSON
    await knock.visit.answer(status_of(fault), orjson.dumps(failure(public(fault))), headers)


def public(fault: RuntimeFault) -> RuntimeFault:
    """The same without the traceback, which tells strangers about our files."""
    if not isinstance(fault, PluginError):
        return fault
    try:
        error = orjson.loads(fault.message)
    except orjson.JSONDecodeError:
        return fault
    error["args"] = {name: value for name, value in (error.get("args") or {}).items() if name != "traceback"}
    return RuntimeFault(orjson.dumps(error).decode())
