"""What a review approved of a submission, for its release: the privacy label, and the hosts that it may talk to."""

from typing import Any

from marketplace.models import PrivacyStatement, Submission
from marketplace.privacy import BadStatement, Statement, as_label
from marketplace.privacy.reading import checked


def approved_columns(submission: Submission) -> dict[str, Any]:
    """`privacy_label` and `hosts` of the release; a statement that nobody has confirmed says so in its label."""
    statement = stated(submission)
    hosts = {*seen_hosts(submission), *(statement.hosts() if statement else ())}
    return {"privacy_label": as_label(statement) if statement else {}, "hosts": sorted(hosts)}


def stated(submission: Submission) -> Statement | None:
    row = PrivacyStatement.objects.filter(submission=submission).first()
    try:
        return checked(row.statement) if row is not None else None
    except BadStatement:
        return None


def seen_hosts(submission: Submission) -> list[str]:
    """Hosts that any check has seen: who approved the submission has accepted them."""
    rows = [row for section in submission.sections.all() for row in section.evidence.get("hosts") or ()]
    names = [str(row.get("host") or "") if isinstance(row, dict) else str(row) for row in rows]
    return [name for name in names if name]
