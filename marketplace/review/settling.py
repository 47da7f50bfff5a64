"""Findings of checks, settled by a reviewer with a reason."""

from django.db import transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Finding, User
from marketplace.review.errors import NotPossible
from marketplace.review.privacy_review import may_review


@transaction.atomic
def settle(finding: Finding, *, by: User, reason: str) -> Finding:
    """Accept what a check found, for a reason that goes into the record."""
    may_review(finding.section.submission, by)
    if not reason.strip():
        raise NotPossible("Give a reason: it goes into the record.")
    finding.settled_by, finding.settled_at = by, timezone.now()
    finding.settled_reason = reason.strip()[:2000]
    finding.save(update_fields=["settled_by", "settled_at", "settled_reason"])
    after = {"rule": finding.rule, "path": finding.path, "line": finding.line, "reason": finding.settled_reason}
    auditing.record("finding.settle", str(finding.section.submission), by=by, after=after)
    return finding


@transaction.atomic
def unsettle(finding: Finding, *, by: User) -> Finding:
    """Take one's mind back: it is open again."""
    may_review(finding.section.submission, by)
    before = {"rule": finding.rule, "path": finding.path, "line": finding.line, "reason": finding.settled_reason}
    auditing.record("finding.unsettle", str(finding.section.submission), by=by, before=before)
    finding.settled_by, finding.settled_at, finding.settled_reason = None, None, ""
    finding.save(update_fields=["settled_by", "settled_at", "settled_reason"])
    return finding
