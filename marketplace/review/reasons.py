"""Why people look at a submission: one row a reason."""

from dataclasses import dataclass

from django.utils import timezone

from marketplace.models import QueueReason, Submission


@dataclass(frozen=True)
class Reason:
    """`tone` is a state colour of the pages; `decided` reasons keep rules from approving on their own."""

    word: str
    text: str
    tone: str = ""
    decided: bool = True


REASONS = {
    "new_plugin": Reason("New plugin", "This plugin has never been approved here.", "info"),
    "update": Reason("Update", "A new version of a plugin that was approved before.", "", decided=False),
    "power_grew": Reason("Power grew", "It may or does more than the last approved version.", "warn"),
    "finding_blocks": Reason("Finding blocks", "A check found something that a person must settle.", "bad"),
    "check_failed": Reason("Not scanned", "A check that must run has not run to its end.", "bad"),
    "privacy_unconfirmed": Reason("Privacy unconfirmed", "Nobody has confirmed the statement about privacy.", "warn"),
    "privacy_widens": Reason("Privacy widens", "It collects or sends more than the last approved version.", "warn"),
    "name_looks_alike": Reason("Name look-alike", "Its name is close to one that is protected or well known.", "warn"),
    "high_risk": Reason("High risk", "Its evidence puts it in the tier that two people decide on.", "bad"),
    "publisher_replied": Reason("Publisher replied", "The publisher has answered what a reviewer asked.", "info"),
    "new_upload": Reason("New upload", "The publisher has replaced a submission that was waiting.", "info"),
    "random_sample": Reason("Random sample", "Drawn by lot, so that rules are checked against people.", ""),
    "escalated": Reason("Escalated", "A reviewer wants somebody else's eyes on it.", "bad"),
    "appeal": Reason("Appeal", "The publisher contests a rejection; another reviewer decides.", "warn"),
    "mirror_import": Reason("Mirror import", "It was fetched from another marketplace.", "info"),
    "abuse_report": Reason("Abuse report", "Somebody reported the listed plugin.", "bad"),
    "disagreement": Reason("Disagreement", "Two reviewers do not agree.", "warn"),
    "taken_back": Reason("Taken back", "Staff have stopped it after its approval.", "warn"),
    "manual": Reason("By hand", "Staff have put it into the queue.", ""),
}


def give_reason(submission: Submission, code: str, detail: str = "") -> QueueReason:
    """Say why people look at the submission; said again, a settled reason is open again."""
    if code not in REASONS:
        raise KeyError(code)
    values = {"detail": detail[:500], "settled_at": None, "created_at": timezone.now()}
    return QueueReason.objects.update_or_create(submission=submission, code=code, defaults=values)[0]


def settle(submission: Submission, *codes: str) -> None:
    """These reasons, or all of them, have been dealt with; they stay in the history."""
    rows = QueueReason.objects.filter(submission=submission, settled_at__isnull=True)
    (rows.filter(code__in=codes) if codes else rows).update(settled_at=timezone.now())
