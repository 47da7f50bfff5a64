"""The review record beside a release: what was checked, with what result, and by how many; signed by the log's key.

It counts people and names none. What was not scanned is said to be so.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from marketplace import transparency
from marketplace.auditing import sha256
from marketplace.canonical import canonical
from marketplace.models import Decision, Release, ReviewRecord, ScreeningSection, Submission
from marketplace.signing import heads, making
from marketplace.signing.errors import SigningFault
from marketplace.transparency.telling import moment

TYPE = "patchbay/review-record/1"


def publish(release: Release, decisions: Sequence[Decision]) -> ReviewRecord:
    """Writes and signs the record, with the release's transaction, and tells the log of it."""
    body = canonical(contents(release, decisions))
    signature, key = heads.sign(body)
    transparency.append("record", release.unique_identifier, {"record_sha256": sha256(body), "key": key.fingerprint})
    return ReviewRecord.objects.create(release=release, body=body, signature=signature, key=key)


def contents(release: Release, decisions: Sequence[Decision]) -> dict[str, Any]:
    submission = release.submission
    checks = [check(section) for section in submission.sections.order_by("check_name")] if submission else []
    return {
        "type": TYPE,
        "unique_identifier": release.unique_identifier,
        "package_sha256": release.package,
        "original_sha256": release.original,
        "category": release.category,
        "unreviewed": bool(release.lineage.get("unreviewed")),  # decided on with a whole batch, looked at by nobody
        "made_at": moment(timezone.now()),
        "risk": submission.risk if submission else "",
        "checks": checks,
        "privacy": privacy(submission),
        "decisions": [decided(one) for one in decisions],
        "approved_by": {
            "reviewers": len({one.reviewer_id for one in decisions if one.reviewer_id}),
            "rules": sum(one.automatic for one in decisions),
        },
    }


def check(section: ScreeningSection) -> dict[str, Any]:
    """A check with its result in one word, its findings by severity, and how many of them a person settled."""
    findings = list(section.findings.all())
    return {
        "check": section.check_name,
        "result": section.state,
        "rules": section.version,
        "findings": dict(Counter(one.severity for one in findings)),
        "settled": sum(one.settled_at is not None for one in findings),
    }


def privacy(submission: Submission | None) -> dict[str, Any]:
    found = getattr(submission, "privacy", None)
    if found is None:
        return {"statement": "none"}
    digest = sha256(canonical(found.statement))
    return {"statement": found.source, "statement_sha256": digest, "reviewed": found.reviewed_at is not None}


def decided(decision: Decision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict,
        "key": decision.key_fingerprint,
        "signature": decision.signature,
        "statement_sha256": sha256(decision.statement),
        "increases_accepted": len(decision.ticks),
        "automatic": decision.automatic,
    }


def verify(record: ReviewRecord) -> None:
    """SigningFault unless the record is as the log's key has signed it."""
    if not making.is_by(record.key, record.body.encode(), record.signature):
        raise SigningFault("This review record was changed after it was signed.")
