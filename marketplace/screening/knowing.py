"""What is known around a submission when it is screened: advisories, other plugins, the confirmed statement."""

from django.conf import settings

from marketplace.models import PrivacyStatement, ScreeningSection, Submission
from marketplace.privacy import BadStatement, Statement
from marketplace.privacy.reading import checked
from marketplace.screening.advisories import Copy
from marketplace.screening.context import Context
from runtime import rehearsing

_MOST = 5000


def context_for(submission: Submission) -> Context:
    return Context(
        advisories=Copy(),
        known=sketches(submission),
        statement=confirmed_statement(submission),
        rehearse=rehearsing.rehearse if settings.SCREENING_REHEARSAL else None,
        own_names=frozenset([submission.plugin_id.partition("/")[2].replace("-", "_")]),
    )


def sketches(submission: Submission) -> dict[str, frozenset[int]] | None:
    """Sketches of the source of other plugins, the newest of each; None if there are none."""
    rows = ScreeningSection.objects.filter(check_name="similarity", evidence__has_key="sketch")
    others = rows.exclude(submission__plugin_id=submission.plugin_id).order_by("submission__created_at")
    listed = others.values_list("submission__plugin_id", "evidence")[:_MOST]
    found = {plugin: frozenset(int(one) for one in evidence["sketch"]) for plugin, evidence in listed}
    return found or None


def confirmed_statement(submission: Submission) -> Statement | None:
    """What a person has said or confirmed about privacy; None if nobody has."""
    row = PrivacyStatement.objects.filter(submission=submission, confirmed_at__isnull=False).first()
    if row is None or row.source == PrivacyStatement.Source.FILE:
        return None
    try:
        return checked(row.statement)
    except BadStatement:
        return None
