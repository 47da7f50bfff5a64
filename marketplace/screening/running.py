"""Screening of a submission: a row a check, run by a worker, begun again where it stopped.

1. `starting.start` lays out the rows and hands the submission to a worker; told twice, it does nothing new.
2. A worker takes each waiting row by compare-and-swap, runs the check, writes what it found, and lets go of it.
3. A row whose worker died is taken again when its time is over.
4. Whoever ends the last row settles what follows: the privacy statement, its checklist, the move into the queue.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplace import keeping
from marketplace.difypkg import BadPackage, Package, open_package
from marketplace.models import Finding, ScreeningSection, Submission
from marketplace.releasing import package_limits
from marketplace.review import Outrun, move
from marketplace.screening import findings, stating
from marketplace.screening.checks import CHECKS, Check
from marketplace.screening.knowing import context_for
from marketplace.screening.screen import load_checks, run_check
from marketplace.screening.subject import Subject

log = logging.getLogger(__name__)
State = ScreeningSection.State
OVER = timedelta(minutes=20)  # whoever ran a check for so long is taken for dead
DONE = frozenset({State.PASSED, State.FINDINGS, State.FAILED, State.NOT_SCANNED})
ACTOR = "screening"
_KEPT = 2000  # findings of a check


@transaction.atomic
def lay_out(submission: Submission) -> None:
    """A waiting row for each check; rows of an earlier screening wait again."""
    checks = load_checks(CHECKS)
    rows = [
        ScreeningSection(submission=submission, check_name=check.name, enforced=check.enforced, required=check.required)
        for check in checks
    ]
    ScreeningSection.objects.bulk_create(rows, ignore_conflicts=True)
    stale = submission.sections.filter(ended_at__lt=submission.moved_at)
    stale.update(state=State.WAITING, started_at=None, ended_at=None, summary="")
    submission.sections.exclude(check_name__in=[check.name for check in checks]).delete()


def screen_submission(submission_id: UUID | str) -> None:
    """Run what waits, and settle what follows if nothing is left. Does nothing for one that is not being screened."""
    submission = Submission.objects.get(pk=submission_id)
    if submission.state != Submission.State.SCREENING:
        return
    if not submission.sections.exists():
        lay_out(submission)
    try:
        with open_package(keeping.read(submission.package), package_limits()) as package:
            run_waiting(submission, package)
    except (BadPackage, OSError, keeping.Damaged) as error:
        give_up(submission, f"The package cannot be read: {error}")
    finish(submission)


def run_waiting(submission: Submission, package: Package) -> None:
    """Each check that waits and nobody else has taken."""
    subject = Subject(package, context_for(submission))
    for check in load_checks(CHECKS):
        row = take(submission, check)
        if row is not None:
            write(row, check, run_check(check, subject))


def take(submission: Submission, check: Check) -> ScreeningSection | None:
    """The row of a check, if it waits or its worker has died; None if it is somebody else's or done."""
    now = timezone.now()
    free = Q(state=State.WAITING) | Q(state=State.RUNNING, started_at__lt=now - OVER)
    rows = ScreeningSection.objects.filter(free, submission=submission, check_name=check.name)
    if not rows.update(state=State.RUNNING, started_at=now):
        return None
    return ScreeningSection.objects.filter(submission=submission, check_name=check.name, started_at=now).first()


@transaction.atomic
def write(row: ScreeningSection, check: Check, section: findings.Section) -> None:
    """What a check found, in place of what it found before; what somebody has settled stays settled."""
    settled = {_place(old): old for old in row.findings.filter(settled_at__isnull=False)}
    row.findings.all().delete()
    worst = sorted(section.findings, key=lambda one: not one.blocking)  # a flood of notes must not push these out
    Finding.objects.bulk_create(_finding(row, one, settled) for one in worst[:_KEPT])
    ended = ScreeningSection.objects.filter(pk=row.pk, started_at=row.started_at)
    ended.update(
        state=section.state.value,
        enforced=check.enforced,
        required=check.required,
        summary=section.summary[:2000],
        evidence=section.evidence | {"seconds": section.seconds},
        version=check.version,
        ended_at=timezone.now(),
    )


def _place(one: Finding) -> tuple[str, str, int, str]:
    return one.rule, one.path, one.line or 0, one.evidence


def _finding(row: ScreeningSection, one: findings.Finding, settled: dict[Any, Finding]) -> Finding:
    new = Finding(
        section=row,
        rule=one.rule,
        severity=one.severity,
        blocking=one.blocking and row.enforced,
        path=one.path[:500],
        line=one.line or None,
        message=one.message[:2000],
        evidence=one.evidence[:2000],
    )
    if old := settled.get(_place(new)):
        new.settled_by_id, new.settled_reason, new.settled_at = old.settled_by_id, old.settled_reason, old.settled_at
    return new


def give_up(submission: Submission, why: str) -> None:
    """No check can run: each says so, and none of them looks clean."""
    waiting = submission.sections.exclude(state__in=DONE)
    waiting.update(state=State.FAILED, summary=why[:2000], ended_at=timezone.now())


def finish(submission: Submission) -> None:
    """Settle what follows if every row is done; of several who come here one moves the submission on."""
    if submission.sections.exclude(state__in=DONE).exists():
        return
    stating.keep_statement(submission)
    try:
        move(submission, to=Submission.State.QUEUED, actor=ACTOR, note=summary(submission))
    except Outrun:
        log.info("%s has been moved on by another", submission)


def summary(submission: Submission) -> str:
    """One sentence: what was looked at, and what was not."""
    sections = list(submission.sections.order_by("pk"))
    found = sum(section.findings.filter(blocking=True).count() for section in sections)
    missing = [section.check_name for section in sections if section.state in (State.FAILED, State.NOT_SCANNED)]
    blocks = {0: "nothing that blocks", 1: "1 finding that blocks"}.get(found, f"{found} findings that block")
    text = f"{len(sections) - len(missing)} checks ran: {blocks}."
    return f"{text} Not scanned: {', '.join(missing)}." if missing else text


def progress(submission: Submission) -> dict[str, Any]:
    """How far screening is, for pages: counts of rows by state, and the check that runs."""
    rows = list(submission.sections.values_list("check_name", "state"))
    done = sum(state in DONE for _, state in rows)
    running = [name for name, state in rows if state == State.RUNNING]
    return {"done": done, "all": len(rows), "running": running[0] if running else ""}
