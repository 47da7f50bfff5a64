"""Automatic approval of updates that are like what people have approved: rules with weights, and a mode that only says.

A rule that stops leaves the submission to people, whatever else holds. The others weigh; what weighs more than the
policy's limit is left to people too. Every rule's answer is kept with its explanation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.models import (
    AbuseReport,
    AutomaticVerdict,
    Decision,
    Finding,
    PrivacyStatement,
    Release,
    ReviewPolicy,
    Submission,
)
from marketplace.review import evidence
from marketplace.review.assessing import blocking, unscanned
from marketplace.review.deciding import obstacles, record
from marketplace.review.moving import move
from marketplace.review.policy import policy
from marketplace.review.power import Difference
from marketplace.review.privacy_review import EXPLAINED
from marketplace.review.reasons import give_reason, settle

State = Submission.State
ACTOR = "the rules for automatic approval"
YOUNG = timedelta(days=30)
REMEMBERED = timedelta(days=90)
MANY = 20


class Case:
    """A submission as the rules look at it; each thing is looked up once."""

    def __init__(self, submission: Submission, rules: ReviewPolicy) -> None:
        self.submission, self.policy = submission, rules

    @cached_property
    def before(self) -> Release | None:
        return evidence.basis(self.submission)

    @cached_property
    def difference(self) -> Difference:
        return evidence.difference(self.submission)

    @cached_property
    def privacy(self) -> PrivacyStatement | None:
        return PrivacyStatement.objects.filter(submission=self.submission).first()

    @cached_property
    def earlier_privacy(self) -> PrivacyStatement | None:
        """The statement of the version that was approved last, if a person has reviewed it."""
        if self.before is None or self.before.submission_id is None:
            return None
        found = PrivacyStatement.objects.filter(submission=self.before.submission_id)
        return found.filter(reviewed_at__isnull=False).first()

    def answers(self) -> dict[str, str]:
        """What was explained then, by the point's key."""
        rows = self.earlier_privacy.checklist if self.earlier_privacy else []
        return {row["key"]: str(row.get("reason", "")) for row in rows if row.get("answer") == EXPLAINED}


@dataclass(frozen=True)
class Rule:
    """`weigh` gives how much the rule adds, 0 when it does not hold. One that stops needs no weight."""

    code: str
    text: str
    weigh: Callable[[Case], int]
    stops: bool = False


def is_first(case: Case) -> int:
    return case.before is None


def is_risky(case: Case) -> int:
    return case.submission.risk != Submission.Risk.LOW


def is_mirrored(case: Case) -> int:
    """What comes from elsewhere is decided on by people here."""
    return "mirror" in (case.submission.provenance.get("lineage") or {})


def is_open(case: Case) -> int:
    return blocking(case.submission).exists() or bool(unscanned(case.submission))


def privacy_differs(case: Case) -> int:
    now, then = case.privacy, case.earlier_privacy
    return now is None or now.confirmed_at is None or then is None or now.statement != then.statement


def privacy_unexplained(case: Case) -> int:
    rows = case.privacy.checklist if case.privacy else []
    return any(row.get("key") not in case.answers() for row in rows)


def is_watched(case: Case) -> int:
    codes = ["appeal", "escalated", "taken_back", "abuse_report", "manual", "name_looks_alike"]
    return case.submission.reasons.filter(code__in=codes, settled_at__isnull=True).exists()


def is_reported(case: Case) -> int:
    plugin_id = case.submission.plugin_id
    return AbuseReport.objects.filter(plugin__plugin_id=plugin_id, state=AbuseReport.State.OPEN).exists()


def is_sampled(case: Case) -> int:
    """Drawn by its id, so that asking again gives the same answer."""
    drawn = int.from_bytes(sha256(case.submission.pk.bytes).digest()[:4]) % 100
    return drawn < case.policy.sample_percent


def dependencies_changed(case: Case) -> int:
    return 2 * min(5, sum(change.area == "dependencies" for change in case.difference.changes))


def warnings(case: Case) -> int:
    found = Finding.objects.filter(section__submission=case.submission, severity=Finding.Severity.WARNING)
    return 3 * min(10, found.count())


def was_rejected(case: Case) -> int:
    since = timezone.now() - REMEMBERED
    rejected = Decision.objects.filter(verdict=Decision.Verdict.REJECT, at__gte=since)
    return 15 * rejected.filter(submission__organization=case.submission.organization_id).exists()


def is_young(case: Case) -> int:
    return 10 * (case.before is not None and case.before.signed_at > timezone.now() - YOUNG)


def is_unverified(case: Case) -> int:
    return 5 * (case.submission.organization.verified_at is None)


def few_by_people(case: Case) -> int:
    approved = Decision.objects.filter(verdict=Decision.Verdict.APPROVE, automatic=False)
    return 10 * (approved.filter(submission__plugin_id=case.submission.plugin_id).count() < 2)


def in_many_hands(case: Case) -> int:
    """What many people have installed is worth a look."""
    return 5 * (case.before is not None and case.before.plugin.install_count > MANY)


RULES = (
    Rule("first", "Nothing of this plugin was approved before.", is_first, stops=True),
    Rule("risk", "It is not of low risk.", is_risky, stops=True),
    Rule(
        "power",
        "It may or does more than the last approved version.",
        lambda case: bool(case.difference.increases),
        True,
    ),
    Rule("mirrored", "It was brought from another marketplace.", is_mirrored, stops=True),
    Rule("open", "A finding blocks, or a required check has not run to its end.", is_open, stops=True),
    Rule("privacy", "The privacy statement is not the one that was reviewed last.", privacy_differs, stops=True),
    Rule("contradiction", "Evidence contradicts the privacy statement in a new way.", privacy_unexplained, stops=True),
    Rule("watched", "Somebody has asked that people look at it.", is_watched, stops=True),
    Rule("reported", "There is an open report about the plugin.", is_reported, stops=True),
    Rule("sample", "Drawn by lot for people to look at.", is_sampled, stops=True),
    Rule("dependencies", "Dependencies have changed: 2 for each, at most 10.", dependencies_changed),
    Rule("warnings", "Checks warn: 3 for each, at most 30.", warnings),
    Rule("rejected", "The publisher had something rejected in the last 90 days: 15.", was_rejected),
    Rule("young", "The last version was approved less than 30 days ago: 10.", is_young),
    Rule("unverified", "The publisher is not verified: 5.", is_unverified),
    Rule("people", "Fewer than two approvals of this plugin were made by people: 10.", few_by_people),
    Rule("installs", f"More than {MANY} installations: 5.", in_many_hands),
)


def judge(submission: Submission, rules: ReviewPolicy) -> tuple[bool, int, list[dict[str, Any]]]:
    """Whether the rules approve, what they weigh together, and each rule's row."""
    case = Case(submission, rules)
    rows: list[dict[str, Any]] = []
    for rule in RULES:
        weight = int(rule.weigh(case))
        rows.append({"rule": rule.code, "text": rule.text, "stops": rule.stops, "weight": weight, "holds": weight > 0})
    stopped = any(row["stops"] and row["holds"] for row in rows)
    total = sum(row["weight"] for row in rows if not row["stops"])
    return not stopped and total <= rules.weight_limit, total, rows


def consider(submission: Submission) -> AutomaticVerdict | None:
    """Ask the rules, once and before people have looked; in the mode that is on, what they approve is approved."""
    rules = policy()
    if rules.automatic == ReviewPolicy.Automatic.OFF or submission.state != State.QUEUED or submission.round > 1:
        return None
    if submission.verdicts.exists() or is_imported(submission):
        return None
    with transaction.atomic():
        approves, weight, rows = judge(submission, rules)
        dry = rules.automatic == ReviewPolicy.Automatic.DRY
        said = {"approves": approves, "dry": dry, "weight": weight, "rows": rows}
        verdict = AutomaticVerdict.objects.create(submission=submission, round=submission.round, **said)
        if weight <= rules.weight_limit and [row["rule"] for row in rows if row["stops"] and row["holds"]] == [
            "sample"
        ]:
            give_reason(submission, "random_sample")
        if approves and not dry:
            approve(submission, verdict)
    return verdict


def is_imported(submission: Submission) -> bool:
    """Of a batch that its operator decides on as a whole: there is nothing left to be judged."""
    return bool((submission.provenance.get("lineage") or {}).get("import"))


def approve(submission: Submission, verdict: AutomaticVerdict) -> None:
    """Approve as people would have, privacy review included: it is the one that they have made before."""
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    carry_privacy(submission)
    missing = list(obstacles(submission))
    if missing:
        raise AssertionError(f"the rules approve what people could not: {missing}")
    reason = f"Weighs {verdict.weight} of {policy().weight_limit}; no rule stops it."
    category = submission.organization.standing
    record(submission, {"verdict": "approve", "category": category, "reason": reason, "ticks": []}, by=None)
    settle(submission)
    move(submission, to=State.APPROVED, actor=ACTOR, note=reason)


def carry_privacy(submission: Submission) -> None:
    case = Case(submission, policy())
    if case.privacy is None or case.earlier_privacy is None or case.before is None:
        return
    answers = case.answers()
    for row in case.privacy.checklist:
        row.update(answer=EXPLAINED, reason=f"As in {case.before.version}: {answers[row['key']]}", by=ACTOR)
    case.privacy.reviewed_at = timezone.now()
    case.privacy.save(update_fields=["checklist", "reviewed_at"])
