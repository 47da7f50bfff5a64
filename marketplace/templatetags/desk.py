"""Tags of the review desk: risk, state, due dates."""

from datetime import datetime
from typing import Any

from django import template

from marketplace.models import ScreeningSection, Submission
from marketplace.review.policy import policy
from marketplace.review.queue import until
from marketplace.review.rules import book

register = template.Library()

State = Submission.State
STANDINGS = {
    State.RECEIVED: ("Received", "inbox", ""),
    State.SCREENING: ("Being screened", "loader-circle", "info"),
    State.QUEUED: ("Waits for a reviewer", "hourglass", "info"),
    State.NEEDS_INFO: ("Waits for its publisher", "message-square", "warn"),
    State.SECONDING: ("Waits for a second reviewer", "users", "info"),
    State.APPROVED: ("Approved, to be signed", "circle-check", "ok"),
    State.RELEASED: ("Signed and listed", "badge-check", "ok"),
    State.REJECTED: ("Rejected", "circle-x", "bad"),
    State.WITHDRAWN: ("Withdrawn", "circle-stop", ""),
    State.SUPERSEDED: ("Replaced", "history", ""),
}
RISKS = {
    "low": ("Low", "circle", ""),
    "medium": ("Medium", "triangle-alert", "warn"),
    "high": ("High", "octagon-alert", "bad"),
}
Checked = ScreeningSection.State
CHECKED = {
    Checked.WAITING: ("Not scanned yet", "circle-dashed", "warn"),
    Checked.RUNNING: ("Being scanned", "loader-circle", "info"),
    Checked.PASSED: ("Nothing found", "circle-check", "ok"),
    Checked.FINDINGS: ("Findings", "flag", "warn"),
    Checked.FAILED: ("Check failed: not scanned", "circle-x", "bad"),
    Checked.NOT_SCANNED: ("Not scanned", "circle-dashed", "warn"),
}


def pill(row: tuple[str, str, str], title: str = "") -> dict[str, Any]:
    word, icon, tone = row
    return {"word": word, "icon": icon, "tone": tone, "title": title}


@register.inclusion_tag("parts/pill.html")
def standing(submission: Submission) -> dict[str, Any]:
    """Where a submission stands."""
    return pill(STANDINGS[State(submission.state)])


@register.inclusion_tag("parts/pill.html")
def risk(submission: Submission) -> dict[str, Any]:
    """The tier, with its reasons as a tooltip."""
    why = " ".join(str(row.get("text", "")) for row in submission.risk_reasons)
    return pill(RISKS[submission.risk], why)


@register.inclusion_tag("parts/pill.html")
def checked(section: ScreeningSection) -> dict[str, Any]:
    """What a check came to. Only one that has run to its end and found nothing looks clean."""
    return pill(CHECKED[Checked(section.state)])


@register.simple_tag
def due(moment: datetime) -> str:
    """A due date in business days: "in 2 days", "today", "3 days late"."""
    return until(moment, policy().holidays)


@register.filter
def title_of(rule_id: str) -> str:
    """The title of a rule of the book; rules that are gone keep their id."""
    found = book().get(rule_id)
    return found.title if found else rule_id


@register.filter
def get(mapping: Any, key: str) -> Any:
    """What is under a key that is only known when the page is made."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def words(name: str) -> str:
    """A name of the program's as words: dry_run, "Dry run"."""
    return name.replace("_", " ").replace("-", " ").capitalize()
