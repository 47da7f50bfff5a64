"""Random walks of everybody through the review: nothing unreviewed is signed, and nobody decides for themselves.

`WALKS=2000` walks for longer (make walks). Packages, keys, signatures and releases are real; what screening found is drawn.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace import keeping, review, submitting
from marketplace.difypkg import generate_keys, open_package
from marketplace.models import (
    AutomaticVerdict,
    Decision,
    Finding,
    Organization,
    PrivacyStatement,
    Publisher,
    Release,
    ReviewPolicy,
    ScreeningSection,
    Submission,
    User,
)
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.review import (
    ReviewError,
    automatic,
    chores,
    claiming,
    deciding,
    evidence,
    privacy_review,
    settling,
    thread,
)
from marketplace.review.deciding import Approval
from marketplace.review.moving import TABLE
from marketplace.signing import SigningFault, keys, sign_approved
from marketplace.signing.decisions import make_key
from tests import listing

WALKS = int(os.environ.get("WALKS", "20"))
State = Submission.State
NAMES = ("owner", "mate", "ada", "bob", "eve", "staff", "boss", "stranger", "gone")
PUBLISHERS = ("owner", "mate")
REFUSALS = (ReviewError, NotAllowed, Refused, SigningFault)
anybody = some.sampled_from(NAMES)
# Those who can get somewhere come more often, so that walks get far.
reviewer = some.sampled_from((*NAMES, "ada", "bob", "eve", "ada", "bob"))
KEY = generate_keys(bits=2048)[0]
TEXTS = {"README.md": b"# Demo\n\nIt echoes.", "PRIVACY.md": b"Nothing is collected."}
# Each next one but one asks for more.
ASKS = [
    {},
    {},
    {"app": {"enabled": True}},
    {"app": {"enabled": True}},
    {"app": {"enabled": True}, "node": {"enabled": True}},
]
VERSIONS = [
    listing.package_bytes(TEXTS, version=f"1.{number}.0", resource={"permission": asked})
    for number, asked in enumerate(ASKS)
]


class Walk(RuleBasedStateMachine):
    """One marketplace with one publisher. What was done is noted beside, so that rows are not believed by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint_create()
        self.waiting = len(connection.run_on_commit)
        shutil.rmtree(keeping.storage().path(""), ignore_errors=True)
        self.people = {user.name: user for user in User.objects.all()}
        self.acme = Organization.objects.get(handle="acme")
        self.submissions: list[Submission] = []
        self.decided: dict[int, bool] = {}  # decision → was its maker without a stake, by what this walk knows

    def teardown(self) -> None:
        try:
            self.nothing_else_is_signed()
        finally:
            transaction.savepoint_rollback(self.point)
            # Django does not forget these with a savepoint made by hand, and looks through all of them at each rollback
            del connection.run_on_commit[self.waiting :]

    def one(self, number: int, *states: str) -> Submission:
        """One of those in these states, or of all when none is."""
        rows = Submission.objects.order_by("created_at")
        found = list(rows.filter(state__in=states)) or list(rows)
        return found[number % len(found)]

    def attempt(self, act: Any) -> bool:
        """Whether it was done; what is refused leaves nothing behind."""
        try:
            with transaction.atomic():
                act()
        except REFUSALS:
            return False
        return True

    # What publishers and the program do.

    @initialize(
        far=some.sampled_from(["screening", "queued", "one approval", "one approval", "released", "update"]),
        capability=some.sampled_from(["", "sql", "sql"]),
    )
    def begin(self, far: str, capability: str) -> None:
        """Walks begin anywhere on the straight way: at random alone few would ever come to its end."""
        self.hand_in(0, "owner")
        assert self.submissions
        if far != "screening":
            self.screen(0, state="passed", statement="confirmed", capability=capability)
        if far in {"one approval", "released", "update"}:
            self.approve(0, "eve", late=0, ticks=True, prepares=True)
        if far in {"released", "update"}:
            self.approve(0, "bob", late=0, ticks=True, prepares=True)
            self.sign(0)
        if far == "update":
            self.hand_in(1, "mate")
            self.screen(0, state="passed", statement="confirmed", capability=capability)
            self.rules_consider(0)

    @precondition(lambda self: not Submission.objects.filter(state__in=("screening", "queued", "seconding")).exists())
    @rule(version=some.integers(0, len(ASKS) - 1), by=some.sampled_from(PUBLISHERS))
    def hand_in_next(self, version: int, by: str) -> None:
        self.hand_in(version, by)

    @precondition(lambda self: len(self.submissions) < 3)
    @rule(version=some.integers(0, len(ASKS) - 1), by=some.sampled_from(PUBLISHERS))
    def hand_in(self, version: int, by: str) -> None:
        def act() -> None:
            made = submitting.submit(
                VERSIONS[version], organization=self.acme, by=self.people[by], notes="What is new."
            )
            if made.pk not in {one.pk for one in self.submissions}:
                self.submissions.append(made)

        self.attempt(act)

    @rule(
        number=some.integers(0, 9),
        state=some.sampled_from(["passed"] * 8 + ["findings", "findings", "failed", "not_scanned"]),
        statement=some.sampled_from(["confirmed"] * 6 + ["open", ""]),
        capability=some.sampled_from(["", "", "sql"]),
    )
    def screen(self, number: int, state: str, statement: str, capability: str) -> None:
        one = self.one(number, "screening")
        if one.state != State.SCREENING:
            return
        found = {"state": state, "enforced": True, "required": True, "evidence": {"capabilities": [capability]}}
        section = ScreeningSection.objects.update_or_create(submission=one, check_name="code", defaults=found)[0]
        section.findings.all().delete()
        if state == "findings":
            Finding.objects.create(
                section=section, rule="code.exec", severity="error", blocking=True, message="It runs code."
            )
        if statement:
            confirmed = timezone.now() if statement == "confirmed" else None
            values = {
                "source": "guess",
                "confirmed_at": confirmed,
                "reviewed_at": None,
                "checklist": [{"key": "a", "text": "A."}],
            }
            PrivacyStatement.objects.update_or_create(submission=one, defaults=values)
        self.attempt(lambda: review.move(one, to=State.QUEUED, actor="screening"))

    @rule(number=some.integers(0, 9))
    def rules_consider(self, number: int) -> None:
        one = self.one(number, "queued")
        self.attempt(lambda: automatic.consider(one))
        self.note_decisions(one, None)

    @rule(number=some.integers(0, 9))
    def sign(self, number: int) -> None:
        sign_approved(self.one(number, "approved"))

    @rule()
    def time_passes(self) -> None:
        Submission.objects.filter(fix_by__isnull=False).update(fix_by=timezone.now() - timedelta(seconds=1))
        chores.reject_overdue()

    # What anybody may try.

    @rule(number=some.integers(0, 9), by=anybody, to=some.sampled_from(list(State)))
    def move(self, number: int, by: str, to: State) -> None:
        one = self.one(number)
        self.attempt(lambda: review.move(one, to=to, by=self.people[by]))

    @rule(number=some.integers(0, 9), to=some.sampled_from([State.APPROVED, State.QUEUED, State.SCREENING]))
    def program_moves(self, number: int, to: State) -> None:
        one = self.one(number)
        if (one.state, to) != (State.SCREENING, State.QUEUED):  # that one is `screen`, which writes what it found
            self.attempt(lambda: review.move(one, to=to, actor="the program"))

    @rule(
        number=some.integers(0, 9),
        by=reviewer,
        late=some.sampled_from([0] * 6 + [1]),
        ticks=some.sampled_from([True, True, False]),
        prepares=some.sampled_from([True, True, False]),
    )
    def approve(self, number: int, by: str, *, late: int, ticks: bool, prepares: bool) -> None:
        one = self.one(number, "queued", "seconding")
        if prepares:
            self.make_ready(number, by)
        wanted = dict.fromkeys(evidence.difference(one).ticks, "It is right.") if ticks else {}
        approval = Approval("community", "", wanted)
        self.attempt(lambda: deciding.approve(one.pk, approval, by=self.people[by], serial=one.serial - late))
        self.note_decisions(one, by)

    @rule(number=some.integers(0, 9), by=reviewer)
    def make_ready(self, number: int, by: str) -> None:
        """A reviewer does all that has to be done before an approval."""
        one, person = self.one(number, "queued", "seconding"), self.people[by]
        for finding in Finding.objects.filter(section__submission=one, settled_at__isnull=True):
            self.attempt(lambda finding=finding: settling.settle(finding, by=person, reason="It is right."))
        self.attempt(lambda: privacy_review.answer(one, "a", by=person, answer="explained", reason="It is right."))
        self.attempt(lambda: privacy_review.complete(one, by=person))

    @rule(number=some.integers(0, 9), by=anybody)
    def reject(self, number: int, by: str) -> None:
        one = self.one(number)
        self.attempt(
            lambda: deciding.reject(one.pk, by=self.people[by], serial=one.serial, rule="purpose", reason="A copy.")
        )
        self.note_decisions(one, by)

    @rule(number=some.integers(0, 9), by=anybody, days=some.sampled_from([None, 5]))
    def send_back(self, number: int, by: str, days: int | None) -> None:
        one = self.one(number)
        self.attempt(
            lambda: deciding.send_back(one.pk, by=self.people[by], serial=one.serial, text="Why?", fix_days=days)
        )

    @rule(
        number=some.integers(0, 9),
        by=anybody,
        what=some.sampled_from(["reply", "appeal", "withdraw", "escalate", "take_back", "claim", "let_go", "unsettle"]),
    )
    def speak(self, number: int, by: str, what: str) -> None:
        one, person = self.one(number), self.people[by]
        finding = Finding.objects.filter(section__submission=one).first()
        acts = {
            "reply": lambda: thread.reply(one, by=person, text="Because."),
            "appeal": lambda: thread.appeal(one, by=person, text="No."),
            "withdraw": lambda: thread.withdraw(one, by=person),
            "escalate": lambda: thread.escalate(one, by=person, text="Look."),
            "take_back": lambda: thread.take_back(one, by=person, note="Wait."),
            "claim": lambda: claiming.claim(one, by=person),
            "let_go": lambda: claiming.let_go(one, by=person),
            "unsettle": lambda: finding and settling.unsettle(finding, by=person),
        }
        self.attempt(acts[what])

    @rule(name=some.sampled_from(["ada", "stranger"]), joins=some.booleans())
    def join_or_leave(self, name: str, joins: bool) -> None:
        if joins:
            Publisher.objects.get_or_create(organization=self.acme, user=self.people[name])
        else:
            Publisher.objects.filter(organization=self.acme, user=self.people[name]).delete()

    # What must hold.

    def note_decisions(self, one: Submission, by: str | None) -> None:
        """Note of each new decision whether its maker was free to make it."""
        for decision in one.decisions.exclude(pk__in=self.decided):
            if by is None:
                self.decided[decision.pk] = decision.automatic and one.risk == "low"
                continue
            person = self.people[by]
            member = Publisher.objects.filter(organization=self.acme, user=person).exists()
            handed_in = any(sent.made_by_id == person.pk for sent in self.submissions)
            free = person.is_active and (person.is_reviewer or person.is_superuser) and not member and not handed_in
            self.decided[decision.pk] = free and decision.reviewer_id == person.pk

    @invariant()
    def only_free_reviewers_decide(self) -> None:
        assert all(self.decided.get(pk) for pk in Decision.objects.values_list("pk", flat=True))

    @invariant()
    def what_is_approved_was_reviewed(self) -> None:
        for one in Submission.objects.filter(state__in=(State.APPROVED, State.RELEASED)):
            back = one.events.filter(after=State.QUEUED).latest("pk").at  # whatever the rows say of rounds
            now = list(one.decisions.filter(at__gte=back))
            assert now and all(decision.verdict == "approve" for decision in now)
            people = {decision.reviewer_id for decision in now if not decision.automatic}
            by_rule = one.risk == "low" and any(decision.automatic for decision in now)
            assert by_rule or len(people) >= (2 if one.risk == "high" else 1)
            assert all(one.package in decision.statement for decision in now)
            assert not Finding.objects.filter(section__submission=one, blocking=True, settled_at__isnull=True).exists()
            assert set(one.sections.values_list("state", flat=True)) <= {"passed", "findings"}
            statement = PrivacyStatement.objects.get(submission=one)
            assert statement.confirmed_at and statement.reviewed_at
            assert all(row["answer"] == "explained" for row in statement.checklist)

    @invariant()
    def what_is_released_was_approved(self) -> None:
        released = {release.submission_id: release for release in Release.objects.all()}
        assert set(released) == set(Submission.objects.filter(state=State.RELEASED).values_list("pk", flat=True))
        assert all(
            release.original == release.submission.package for release in released.values() if release.submission
        )

    @invariant()
    def events_are_the_way_that_was_gone(self) -> None:
        for one in self.submissions:
            way = list(one.events.order_by("pk").values_list("before", "after"))
            assert all((State(before), State(after)) in TABLE for before, after in way)
            states = ["received", *(after for _, after in way)]
            assert [before for before, _ in way] == states[:-1]
            assert states[-1] == Submission.objects.get(pk=one.pk).state

    def nothing_else_is_signed(self) -> None:
        """Of all that is kept, only releases carry a signature of ours."""
        packages = set(Release.objects.values_list("package", flat=True))
        for data in kept():
            with open_package(data) as package:
                assert package.signature is None or keeping.keep(data) in packages


def settle_in() -> None:
    """Who is there before each walk: a publisher's people, reviewers, staff, one who is all of it, a stranger."""
    for name in NAMES:
        reviews, governs = name in {"ada", "bob", "eve", "mate", "boss", "gone"}, name in {"staff", "boss"}
        User.objects.create(
            email=f"{name}@example.org", name=name, is_reviewer=reviews, is_staff=governs, is_active=name != "gone"
        )
    acme = Organization.objects.create(handle="acme", name="Acme", verified_at=timezone.now())
    for name in (*PUBLISHERS, "boss"):
        Publisher.objects.create(organization=acme, user=User.objects.get(name=name))
    keys.take_in(KEY, role="release", name="First", by=None, categories=keys.CATEGORIES)
    for name in ("ada", "bob", "eve"):
        make_key(User.objects.get(name=name))
    ReviewPolicy.objects.create(pk=1, automatic="on", sample_percent=0, weight_limit=100, claims_each=2)


def kept() -> Iterator[bytes]:
    there = keeping.storage()
    for folder in there.listdir("")[0]:
        for name in there.listdir(folder)[1]:
            if keeping.DIGEST.match(name) and (data := keeping.read(name)).startswith(b"PK"):
                yield data


@pytest.mark.timeout(180 + 10 * WALKS)
@pytest.mark.django_db
def test_whatever_anybody_does_nothing_unreviewed_is_signed() -> None:
    settle_in()
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_a_walk_can_get_to_a_release() -> None:
    """Walks that are refused at every step would hold every invariant."""
    settle_in()
    walk = Walk()
    walk.begin("one approval", "sql")
    assert walk.one(0).state == State.SECONDING
    walk.approve(0, "bob", late=0, ticks=True, prepares=False)
    walk.sign(0)
    assert walk.one(0).state == State.RELEASED
    walk.teardown()


@pytest.mark.django_db
def test_a_walk_can_get_to_an_approval_by_rule() -> None:
    settle_in()
    walk = Walk()
    walk.begin("update", "")
    verdict = AutomaticVerdict.objects.get()
    assert [row["rule"] for row in verdict.rows if row["holds"] and row["stops"]] == []
    walk.sign(0)
    assert [one.state for one in Submission.objects.order_by("created_at")] == [State.RELEASED, State.RELEASED]
    assert Decision.objects.filter(automatic=True).count() == 1
    walk.what_is_approved_was_reviewed()
    walk.teardown()
