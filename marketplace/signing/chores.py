"""What nodes see to for signing: approvals without a release, entries and leaves without a place."""

from datetime import timedelta

from django.utils import timezone

from marketplace import auditing, transparency
from marketplace.models import LogLeaf
from marketplace.signing import releases
from marketplace.transparency import log

ANCHOR_EVERY = timedelta(days=1)


def run() -> None:
    """A chore of runtime nodes (settings.RUNTIME_CHORES): several may do it at once."""
    releases.resume()
    auditing.chain()
    anchor()
    log.sequence()


def anchor() -> bool:
    """Once a day the log tells how far the audit trail is: whoever cuts its end off, or writes it anew, is found out."""
    last = LogLeaf.objects.filter(kind="audit").order_by("-pk").first()
    number, value = auditing.head()
    if not number or (last is not None and last.at > timezone.now() - ANCHOR_EVERY):
        return False
    if last is not None and last.subject == f"audit entry {number}":
        return False
    transparency.append("audit", f"audit entry {number}", {"hash": value})
    return True
