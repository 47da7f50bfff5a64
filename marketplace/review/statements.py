"""What a reviewer signs: a decision and all that it rests on, as canonical JSON."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from marketplace.models import Finding, PrivacyStatement, Submission, User

TYPE = "patchbay/decision/1"


def canonical(value: Any) -> str:
    """JSON with sorted keys and nothing between them: the same value is always the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def statement(submission: Submission, decided: dict[str, Any], *, by: User | None) -> str:
    """The whole of a decision; `decided` holds verdict, category, reason, rule and ticks."""
    return canonical(
        {
            "type": TYPE,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": {"id": str(by.pk), "name": str(by.name)} if by else {"rules": "automatic approval"},
            "submission": {
                "id": str(submission.pk),
                "round": submission.round,
                "plugin_id": submission.plugin_id,
                "version": submission.version,
                "unique_identifier": submission.unique_identifier,
                "package_sha256": submission.package,
                "risk": submission.risk,
            },
            "screening": [screened(section) for section in submission.sections.order_by("check_name")],
            "settled": [settled(one) for one in settled_findings(submission)],
            "privacy": privacy(submission),
            **decided,
        }
    )


def screened(section: Any) -> dict[str, str]:
    return {"check": section.check_name, "state": section.state, "rules": section.version}


def settled_findings(submission: Submission) -> Iterable[Finding]:
    found = Finding.objects.filter(section__submission=submission, settled_at__isnull=False)
    return found.order_by("pk")


def settled(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.line,
        "by": str(finding.settled_by_id or ""),
        "reason": finding.settled_reason,
    }


def privacy(submission: Submission) -> dict[str, Any] | None:
    """The statement's digest and its answered checklist."""
    found = PrivacyStatement.objects.filter(submission=submission).first()
    if found is None:
        return None
    answers = [{key: row.get(key, "") for key in ("key", "answer", "reason")} for row in found.checklist]
    digest = sha256(canonical(found.statement).encode()).hexdigest()
    return {"statement_sha256": digest, "answers": answers, "reviewed_by": str(found.reviewed_by_id or "")}
