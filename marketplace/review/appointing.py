"""Who reviews, how the desk works, what becomes of reports: what staff decide, each of it in the audit trail."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils import timezone

from marketplace import auditing
from marketplace.models import AbuseReport, Organization, ReviewPolicy, Submission, User
from marketplace.publishers.claims import set_standing
from marketplace.publishers.errors import NotAllowed
from marketplace.review.errors import NotPermitted, NotPossible
from marketplace.review.parties import governs
from marketplace.review.policy import ONLY, policy

STANDINGS = Organization.Standing.values
LIMITS = {
    "low_days": (1, 60),
    "medium_days": (1, 60),
    "high_days": (1, 60),
    "fix_days": (1, 90),
    "claim_minutes": (5, 480),
    "claims_each": (1, 20),
    "weight_limit": (0, 100),
    "sample_percent": (0, 100),
}


def people() -> QuerySet[User]:
    """Reviewers and staff."""
    found = User.objects.filter(is_reviewer=True) | User.objects.filter(is_staff=True)
    return found.filter(is_active=True).order_by("name", "email")


def staff(by: User) -> None:
    if not governs(by):
        raise NotPermitted("Only staff may do this.")


@transaction.atomic
def appoint(email: str, *, by: User, reviews: bool) -> User:
    """Make somebody a reviewer, or no longer one; what they hold is given back then."""
    staff(by)
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NotPossible("Nobody with this address has an account here yet.")
    if user.is_reviewer == reviews:
        return user
    user.is_reviewer = reviews
    user.save(update_fields=["is_reviewer"])
    if not reviews:
        Submission.objects.filter(claimed_by=user).update(claimed_by=None, claimed_until=None)
    auditing.record(f"reviewer.{'appoint' if reviews else 'dismiss'}", user, by=by)
    return user


@transaction.atomic
def set_policy(values: dict[str, Any], *, by: User) -> ReviewPolicy:
    """Change how the desk works. Due dates that were given stay."""
    staff(by)
    rules = policy()
    before = model_to_dict(rules, exclude=["changed_by"])
    for name, (least, most) in LIMITS.items():
        if not least <= values[name] <= most:
            raise NotPossible(f"{name.replace('_', ' ').capitalize()} must be between {least} and {most}.")
        setattr(rules, name, values[name])
    if values["automatic"] not in ReviewPolicy.Automatic.values:
        raise NotPossible("Automatic approval is off, dry or on.")
    rules.automatic, rules.free_days = values["automatic"], free_days(values["free_days"])
    rules.pk, rules.changed_by = ONLY, by
    rules.save()
    auditing.record(
        "desk.policy", "review desk", by=by, before=before, after=model_to_dict(rules, exclude=["changed_by"])
    )
    return rules


def free_days(text: str) -> list[str]:
    """Days without work, one ISO date a word."""
    try:
        return sorted({date.fromisoformat(word).isoformat() for word in text.split()})
    except ValueError:
        raise NotPossible("Write each free day as YYYY-MM-DD.") from None


@transaction.atomic
def decide_report(report: AbuseReport, *, by: User, acted: bool, answer: str) -> AbuseReport:
    """Close a report with an answer, which its reporter sees."""
    if not answer.strip():
        raise NotPossible("Write what you found, so that the reporter knows.")
    staff(by)
    state = AbuseReport.State.ACTED if acted else AbuseReport.State.DISMISSED
    values = {"state": state, "answer": answer.strip()[:4000], "decided_by": by, "decided_at": timezone.now()}
    if not AbuseReport.objects.filter(pk=report.pk, state=AbuseReport.State.OPEN).update(**values):
        raise NotPossible("Somebody else has decided on this report already.")
    report.refresh_from_db()
    auditing.record(f"report.{state}", str(report.plugin), by=by, after={"answer": report.answer})
    return report


def give_standing(handle: str, standing: str, *, by: User) -> Organization:
    """Say what releases of a publisher are signed as, unless a decision says otherwise."""
    staff(by)
    found = Organization.objects.filter(handle=handle).first()
    if found is None:
        raise NotPossible("No publisher has this handle.")
    if standing not in STANDINGS:
        raise NotPossible(f"A publisher is one of {', '.join(STANDINGS)}.")
    try:
        return set_standing(found, standing=standing, by=by)
    except NotAllowed as refused:
        raise NotPermitted(str(refused)) from refused
