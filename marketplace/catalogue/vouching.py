"""Who vouches for a release: its signature, its checks, the people who decided, the log."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.models import LogLeaf, Release, ReviewRecord, ScreeningSection

STATES: dict[str, tuple[str, str, str | Promise]] = {
    ScreeningSection.State.PASSED: ("ok", "circle-check", _("Passed")),
    ScreeningSection.State.FINDINGS: ("warn", "triangle-alert", _("Findings, settled by a reviewer")),
    ScreeningSection.State.NOT_SCANNED: ("", "circle-dashed", _("Not scanned")),
    ScreeningSection.State.FAILED: ("", "circle-dashed", _("Not scanned: the check itself failed")),
    ScreeningSection.State.WAITING: ("", "circle-dashed", _("Not scanned")),
    ScreeningSection.State.RUNNING: ("", "circle-dashed", _("Not scanned")),
}


LEFT = _("Findings, none that blocks")  # a reviewer has seen them, and answered none or not all


@dataclass(frozen=True, slots=True)
class Check:
    """One check as it ended. What has not been scanned is never shown as clean."""

    name: str
    tone: str
    icon: str
    word: str | Promise
    summary: str


@dataclass(frozen=True, slots=True)
class Vouchers:
    checks: list[Check]
    reviewers: int
    automatic: bool
    decided_at: datetime | None
    record: ReviewRecord | None
    leaf: LogLeaf | None


def vouchers(release: Release) -> Vouchers:
    submission = release.submission
    approvals = list(submission.decisions.filter(verdict="approve").order_by("at")) if submission else []
    people = [one for one in approvals if not one.automatic]
    return Vouchers(
        checks=[check(one) for one in submission.sections.prefetch_related("findings").order_by("check_name")]
        if submission
        else [],
        reviewers=len(people),
        automatic=bool(approvals) and not people,
        decided_at=approvals[-1].at if approvals else None,
        record=ReviewRecord.objects.select_related("key").filter(release=release).first(),
        leaf=LogLeaf.objects.filter(subject=release.unique_identifier, kind="release").first(),
    )


def check(section: ScreeningSection) -> Check:
    tone, icon, word = STATES[section.state]
    if section.state == ScreeningSection.State.FINDINGS and any(not one.settled_at for one in section.findings.all()):
        word = LEFT
    name = section.check_name.replace("_", " ").replace("-", " ").capitalize()
    return Check(name, tone, icon, word, section.summary)
