"""The privacy statement of a submission: taken from its package when it was screened, kept once a person has it."""

from typing import Any

from django.utils import timezone

from marketplace.hosts import is_near
from marketplace.models import PrivacyStatement, Release, Submission, User
from marketplace.privacy import BadStatement, Statement, widened
from marketplace.privacy.contradictions import Item
from marketplace.privacy.reading import checked

Source = PrivacyStatement.Source


def keep_statement(submission: Submission) -> PrivacyStatement | None:
    """Write the statement that the privacy check read, unless a person's is there; renew the checklist in any case."""
    section = submission.sections.filter(check_name="privacy").first()
    evidence = section.evidence if section else {}
    if "statement" not in evidence:
        return PrivacyStatement.objects.filter(submission=submission).first()
    row = PrivacyStatement.objects.filter(submission=submission).first() or PrivacyStatement(submission=submission)
    if row.confirmed_at is None or row.source == Source.FILE:
        _take_over(row, submission, evidence)
    points = [*(evidence.get("checklist") or []), *_seen_in_dry_run(submission, row.statement)]
    row.checklist = _answered(list({one["key"]: one for one in points}.values()), row.checklist)
    row.widens = widens(submission, row.statement)
    row.save()
    return row


def _take_over(row: PrivacyStatement, submission: Submission, evidence: dict[str, Any]) -> None:
    row.statement, row.source = evidence["statement"], evidence.get("source", Source.GUESS)
    # Whoever hands in a privacy.yaml has said it; what was read from prose somebody has yet to say.
    if row.source == Source.FILE:
        row.confirmed_by, row.confirmed_at = submission.made_by, timezone.now()
    else:
        row.confirmed_by, row.confirmed_at = None, None


def _seen_in_dry_run(submission: Submission, statement: dict[str, Any]) -> list[dict[str, Any]]:
    """A point for each host that the plugin reached for while it ran, and that is no stated recipient."""
    section = submission.sections.filter(check_name="rehearsal").first()
    hosts = [str(one["host"]) for one in (section.evidence if section else {}).get("hosts") or []]
    try:
        stated = checked(statement)
    except BadStatement:
        return []
    return [
        Item(f"host:{host}", "recipient", f"{host} was seen in the dry run, and is no stated recipient.").as_json()
        for host in hosts
        if not is_near(host) and stated.recipient_of(host) is None
    ]


def _answered(points: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points of now with the answers of before; a point whose text has changed is to be answered anew."""
    known = {(one.get("key"), one.get("text")): one for one in before}
    return [known.get((one["key"], one["text"]), one) for one in points]


def widens(submission: Submission, statement: dict[str, Any]) -> list[str]:
    """What it does with data that the last approved version did not, in words; nothing for a first version."""
    releases = Release.objects.filter(plugin__plugin_id=submission.plugin_id).exclude(submission=submission)
    last = releases.exclude(status="recalled").select_related("submission").order_by("-signed_at").first()
    before = PrivacyStatement.objects.filter(submission=last.submission).first() if last and last.submission else None
    if before is None:
        return []
    try:
        return widened(checked(before.statement), checked(statement))
    except BadStatement:
        return []


def state_by_form(submission: Submission, statement: Statement, *, by: User) -> PrivacyStatement:
    """Keep what a person has said in a form, or has confirmed; the checklist follows with the next screening."""
    values = {
        "statement": statement.model_copy(update={"guessed": []}).model_dump(),
        "source": Source.FORM,
        "confirmed_by": by,
        "confirmed_at": timezone.now(),
        "reviewed_by": None,
        "reviewed_at": None,
        "widens": widens(submission, statement.model_dump()),
    }
    return PrivacyStatement.objects.update_or_create(submission=submission, defaults=values)[0]
