"""Following block lists: that of the marketplace beside us at every chore, those at addresses every half minute.

A list is taken over as a whole, when one of its keys has signed it and its number does not go back. One that cannot be read
leaves what was known in force: nothing starts again because a server is away.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from runtime import lookup
from runtime.models import RecallEntry, RecallList
from runtime.recalls.document import BadList, Listed, public_keys, read

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=30)
OLD = timedelta(days=2)  # after which an unrenewed list is told of: somebody may be holding it back
TIMEOUT = 10.0  # seconds
LARGEST = 5 * 1024 * 1024  # bytes


def follow() -> int:
    """Reads every list that is due; how many had changed. A chore: several nodes may do it at once."""
    changed = follow_own() if settings.RUNTIME_RECALLS else 0
    for address in settings.RECALL_URLS:
        changed += follow_address(address)
    return changed + drop_others()


def drop_others() -> int:
    """Lists that the settings name no more hold no more."""
    named = ["", *settings.RECALL_URLS] if settings.RUNTIME_RECALLS else settings.RECALL_URLS
    gone, _ = RecallList.objects.exclude(source__in=named).delete()
    if gone:
        lookup.changed()
    return int(gone > 0)


def follow_own() -> int:
    """The marketplace beside us answers its number first: mostly nothing has changed."""
    here = import_string(settings.RUNTIME_RECALLS)
    known = RecallList.objects.filter(source="").values_list("number", flat=True).first() or 0
    document = here(after=known)
    return take_over("", read(document, None)) if document else 0


def follow_address(address: str) -> int:
    """Of the nodes that come when it is due, one reads it."""
    row, _ = RecallList.objects.get_or_create(source=address)
    due = Q(read_at=None) | Q(read_at__lt=timezone.now() - EVERY)
    if not RecallList.objects.filter(due, pk=row.pk).update(read_at=timezone.now()):
        return 0
    try:
        answer = fetched(address, row.etag)
        if answer is None:
            return 0
        keys = public_keys([Path(path).read_bytes() for path in settings.RECALL_KEYS])
        return take_over(address, read(answer[0], keys), etag=answer[1])
    except (BadList, OSError, httpx.HTTPError, ValueError) as error:
        log.warning("The block list %s is not followed: %s", address, error)
        RecallList.objects.filter(pk=row.pk).update(problem=str(error)[:1000] or type(error).__name__)
        return 0


def fetched(address: str, etag: str) -> tuple[Any, str] | None:
    """The document and its ETag; None when it has not changed."""
    headers = {"If-None-Match": etag} if etag else {}
    with httpx.stream("GET", address, headers=headers, timeout=TIMEOUT) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            RecallList.objects.filter(source=address).update(problem="")
            return None
        answer.raise_for_status()
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise BadList(f"The list is larger than {LARGEST} bytes.")
    return orjson.loads(body), answer.headers.get("ETag", "")[:200]


@transaction.atomic
def take_over(source: str, listed: Listed, *, etag: str = "") -> int:
    """Puts the list in the place of what was known of it; 1 when that changes anything."""
    row, _ = RecallList.objects.select_for_update().get_or_create(source=source)
    if listed.number < row.number:
        raise BadList(f"The list has gone back from number {row.number} to {listed.number}: this is an old copy.")
    fresh = listed.number > row.number or row.made_at is None
    old = datetime.now(UTC) - listed.made_at > OLD
    row.number, row.etag, row.made_at = listed.number, etag, listed.made_at
    row.problem = "The list has not been renewed for two days. Somebody may be holding back a newer one." if old else ""
    row.read_at = timezone.now()
    row.save()
    if not fresh:
        return 0
    row.entries.all().delete()
    RecallEntry.objects.bulk_create(RecallEntry(list=row, **one) for one in listed.entries)
    transaction.on_commit(lookup.changed)
    return 1
