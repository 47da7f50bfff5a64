"""What is done when screening has ended: the risk tier, and the reasons for which people look at a submission."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from marketplace.models import Finding, PrivacyStatement, ScreeningSection, Submission
from marketplace.review import evidence
from marketplace.review.reasons import give_reason
from marketplace.review.risk import Facts, Why, assess

Broken = ScreeningSection.State
UNSCANNED = frozenset({Broken.FAILED, Broken.NOT_SCANNED, Broken.WAITING, Broken.RUNNING})


def facts_of(submission: Submission) -> Facts:
    statement = PrivacyStatement.objects.filter(submission=submission).first()
    return Facts(
        profile=evidence.profile(submission),
        declaration=submission.declaration,
        privacy=statement.statement if statement else {},
        unscanned=tuple(section.check_name.replace("_", " ") for section in unscanned(submission)),
        blocking=blocking(submission).count(),
    )


def unscanned(submission: Submission) -> list[ScreeningSection]:
    """Checks that must run and have not run to their end."""
    return list(submission.sections.filter(required=True, state__in=UNSCANNED).order_by("check_name"))


def blocking(submission: Submission) -> QuerySet[Finding]:
    """Findings that block until somebody settles them with a reason."""
    open_ones = Finding.objects.filter(section__submission=submission, blocking=True, settled_at__isnull=True)
    return open_ones.select_related("section").order_by("path", "line")


def assessed(submission: Submission) -> dict[str, Any]:
    """The columns that say how risky it is; an escalated one stays with two people."""
    tier, why = assess(facts_of(submission))
    if submission.escalated_at:
        tier, why = Submission.Risk.HIGH, [Why("high", "It was escalated."), *why]
    return {"risk": tier, "risk_reasons": [one._asdict() for one in why]}


def note_reasons(submission: Submission, *, tier: str) -> None:
    """Write a row for each reason that holds now."""
    for code, detail in reasons(submission, tier):
        give_reason(submission, code, detail)


def reasons(submission: Submission, tier: str) -> Iterator[tuple[str, str]]:
    before = evidence.basis(submission)
    yield ("update", f"After {before.version}.") if before else ("new_plugin", "")
    yield from found_reasons(submission)
    if before:
        grew = evidence.difference(submission).increases
        if grew:
            yield "power_grew", ", ".join(change.key for change in grew)
    if tier == Submission.Risk.HIGH:
        yield "high_risk", ""
    if submission.made_with.startswith("mirror"):
        yield "mirror_import", submission.made_with


def found_reasons(submission: Submission) -> Iterator[tuple[str, str]]:
    """Reasons that screening gives."""
    blocks = list(blocking(submission)[:5])
    if blocks:
        yield "finding_blocks", ", ".join(dict.fromkeys(one.rule for one in blocks))
    missing = unscanned(submission)
    if missing:
        yield "check_failed", ", ".join(one.check_name for one in missing)
    statement = PrivacyStatement.objects.filter(submission=submission).first()
    if statement is None or statement.confirmed_at is None:
        yield "privacy_unconfirmed", "" if statement else "There is no statement."
    elif statement.widens:
        yield "privacy_widens", "; ".join(statement.widens)
    alike = Finding.objects.filter(section__submission=submission, rule__contains="alike").first()
    if alike:
        yield "name_looks_alike", alike.message
