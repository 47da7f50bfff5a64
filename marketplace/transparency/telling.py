"""Telling the log. A leaf is written with what it tells, in one transaction; its place follows on commit.

So whoever releases a package waits for nobody, and nothing is told that did not happen. A leaf without a place yet is placed
with the next one, or by the chore.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from marketplace.canonical import canonical
from marketplace.models import LogLeaf
from marketplace.transparency import merkle
from marketplace.transparency.kinds import KINDS

# By name: it signs, and who makes keys tells the log.
SEQUENCE = "marketplace.transparency.log.sequence"


def append(kind: str, subject: str, body: dict[str, Any]) -> LogLeaf:
    """Tells everybody: a row of KINDS, what it is about, and what there is to say. Never what is secret or personal."""
    if kind not in KINDS:
        raise KeyError(kind)
    now = timezone.now()
    text = canonical({**body, "type": f"patchbay/{kind}/1", "subject": subject, "at": moment(now)})
    leaf = LogLeaf.objects.create(
        kind=kind, subject=subject[:340], body=text, leaf_hash=merkle.leaf_hash(text.encode()).hex(), at=now
    )
    transaction.on_commit(sequence, robust=True)
    return leaf


def sequence() -> None:
    import_string(SEQUENCE)()


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
