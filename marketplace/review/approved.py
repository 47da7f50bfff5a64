"""What a review leaves with a release: the hosts that were approved, and the privacy statement as a label."""

from typing import Any

from marketplace.models import PrivacyStatement, Release, Submission
from marketplace.privacy import Statement, as_label
from marketplace.review import evidence


def label_of(submission: Submission) -> dict[str, Any]:
    """The reviewed statement in the form that catalogues and installers read; empty without one."""
    found = PrivacyStatement.objects.filter(submission=submission, reviewed_at__isnull=False).first()
    return as_label(Statement.model_validate(found.statement)) if found and found.statement else {}


def leave(release: Release) -> Release:
    """Write both beside the release."""
    if release.submission is None:
        return release
    release.hosts = sorted(evidence.profile(release.submission)["hosts"])
    release.privacy_label = label_of(release.submission)
    release.save(update_fields=["hosts", "privacy_label"])
    return release
