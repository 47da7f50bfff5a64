"""The audit trail: who did what, from where, before and after; each entry holds the hash of the one before it.

An entry is written in the transaction of its act, so there is no act without one. Its place in the chain follows on commit,
when nothing is locked any more: people who act at once do not wait for each other.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, Model
from django.http import HttpRequest
from django.utils import timezone

from marketplace import ledgers
from marketplace.canonical import canonical
from marketplace.models import AuditEntry, User

GENESIS = "0" * 64
BATCH = 500
# Where the act that this thread or task is about comes from; set by marketplace.whereabouts for requests.
address_now: ContextVar[str] = ContextVar("address_now", default="")


def record(
    act: str,
    subject: Model | str,
    *,
    by: User | str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    address: str = "",
) -> AuditEntry:
    """Writes down an act, such as `submission.approve`, with the transaction that is open.

    `by` is a person, or in words who did it ("schedule", "token NAME"). `before` and `after` are what the act changed, as far as
    it may be shown to staff: never secrets. The address is the request's where none is given.
    """
    entry = AuditEntry.objects.create(
        act=act[:60],
        subject=said(subject)[:340],
        by=(f"{by} <{by.email}>" if isinstance(by, User) and by.name else said(by or "Patchbay"))[:300],
        by_id=by.pk if isinstance(by, User) else None,
        before=plain(before),
        after=plain(after),
        address=(address or address_now.get())[:64],
        at=timezone.now(),
    )
    transaction.on_commit(chain, robust=True)
    return entry


def said(subject: object) -> str:
    return str(subject).replace("\0", "")


def plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """What JSON can hold of the values, without the NULs that PostgreSQL cannot."""
    text = json.dumps(dict(values or {}), cls=DjangoJSONEncoder, default=str).replace("\\u0000", "")
    result: dict[str, Any] = json.loads(text)
    return result


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; a proxy's word counts when TRUST_PROXY says so."""
    told = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return told.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


# The chain.


def chain() -> int:
    """Gives every entry that has no place yet its place, oldest first; how many there were."""
    done = 0
    while AuditEntry.objects.filter(number=None).exists():
        with ledgers.queue():
            done += chain_some()
    return done


def chain_some() -> int:
    waiting = list(AuditEntry.objects.filter(number=None).order_by("pk")[:BATCH])
    number, previous = head()
    for entry in waiting:
        number += 1
        entry.number, entry.previous = number, previous
        entry.hash = previous = digest(entry)
        AuditEntry.objects.place(entry.pk, number=number, previous=entry.previous, hash=entry.hash)
    return len(waiting)


def head() -> tuple[int, str]:
    """Number and hash of the newest entry in the chain."""
    number = AuditEntry.objects.aggregate(last=Max("number"))["last"] or 0
    return number, AuditEntry.objects.get(number=number).hash if number else GENESIS


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the entry's canonical JSON, the hash of the one before it included."""
    return sha256(canonical(shape(entry)))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def shape(entry: AuditEntry) -> dict[str, Any]:
    """What is hashed and exported of an entry, but for its own hash."""
    return {
        "number": entry.number,
        "act": entry.act,
        "subject": entry.subject,
        "by": entry.by,
        "by_id": str(entry.by_id) if entry.by_id else "",
        "address": entry.address,
        "before": entry.before,
        "after": entry.after,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": entry.previous,
    }


# Export and proof.


def lines(*, after: int = 0) -> Iterator[str]:
    """The chain as JSON lines, oldest first, each with its hash; only what comes after a number."""
    for entry in AuditEntry.objects.filter(number__gt=after).order_by("number").iterator(BATCH):
        yield canonical({**shape(entry), "hash": entry.hash})


def faults(exported: Iterator[str]) -> Iterator[str]:
    """What is wrong with a chain, one sentence an entry; nothing when it is whole. It may begin anywhere."""
    for before, line in pairwise(with_start(exported)):
        entry = json.loads(line)
        stated = entry.pop("hash")
        if before is not None:
            earlier = json.loads(before)
            if entry["number"] != earlier["number"] + 1:
                yield f"Between entries {earlier['number']} and {entry['number']} something is missing."
            if entry["previous"] != earlier["hash"]:
                yield f"Entry {entry['number']} does not follow from the one before it."
        elif entry["number"] == 1 and entry["previous"] != GENESIS:
            yield "Entry 1 does not begin the chain."
        if sha256(canonical(entry)) != stated:
            yield f"Entry {entry['number']} was changed after it was written."


def with_start(exported: Iterator[str]) -> Iterator[Any]:
    yield None
    yield from exported
