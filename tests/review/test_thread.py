"""What is said, by whom, to whom; and the rule book that answers refer to."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from marketplace import review
from marketplace.models import Submission
from marketplace.review import NotPermitted, NotPossible, rules, thread

pytestmark = pytest.mark.django_db
State = Submission.State
Submitted = Callable[..., Submission]


def test_internal_notes_stay_internal(people: SimpleNamespace, submitted: Submitted) -> None:
    submission = submitted()
    thread.remark(submission, by=people.ada, text="Looks odd.", internal=True)
    thread.remark(submission, by=people.ada, text="What is this?", path="main.py", line=4, rule="code-readable")
    thread.reply(submission, by=people.mate, text="A table.")
    assert [one.text for one in thread.comments(submission, internal=False)] == ["What is this?", "A table."]
    assert thread.comments(submission, internal=True)[0].text == "Looks odd."
    assert submission.comments.get(path="main.py").rule_version == "1.0"


@pytest.mark.parametrize("name", ["owner", "mate", "stranger", "staff"])
def test_only_reviewers_without_a_stake_remark(people: SimpleNamespace, submitted: Submitted, name: str) -> None:
    with pytest.raises(NotPermitted):
        thread.remark(submitted(), by=getattr(people, name), text="Hello.")


@pytest.mark.parametrize("name", ["ada", "stranger", "staff"])
def test_only_its_publisher_answers_appeals_and_withdraws(
    people: SimpleNamespace, submitted: Submitted, name: str
) -> None:
    by = getattr(people, name)
    with pytest.raises(NotPermitted):
        thread.reply(submitted(), by=by, text="Hello.")
    with pytest.raises(NotPermitted):
        thread.appeal(submitted(State.REJECTED), by=by, text="No.")
    with pytest.raises(NotPermitted):
        thread.withdraw(submitted(), by=by)


def test_nothing_is_said_with_nothing(people: SimpleNamespace, submitted: Submitted) -> None:
    for text in ("", " \n", "x" * 10_001):
        with pytest.raises(NotPossible):
            thread.remark(submitted(), by=people.ada, text=text)


def test_the_conversation_goes_on_over_uploads(people: SimpleNamespace, submitted: Submitted) -> None:
    older = submitted()
    thread.remark(older, by=people.ada, text="Please change this.")
    newer = submitted(State.RECEIVED, version="1.0.1")
    review.move(newer, to=State.SCREENING, by=people.owner)
    newest = submitted(State.RECEIVED, version="1.0.2")
    review.move(newest, to=State.SCREENING, by=people.owner)
    assert [one.text for one in thread.comments(newest, internal=False)] == ["Please change this."]


def test_an_appeal_of_an_old_version_is_refused(people: SimpleNamespace, submitted: Submitted) -> None:
    old = submitted(State.REJECTED)
    submitted(version="1.0.1")
    with pytest.raises(NotPossible, match="newer version"):
        thread.appeal(old, by=people.owner, text="But why?")


def test_what_was_only_uploaded_keeps_nobody_from_appealing(people: SimpleNamespace, submitted: Submitted) -> None:
    old = submitted(State.REJECTED)
    submitted(State.RECEIVED, version="1.0.1")
    assert thread.appeal(old, by=people.owner, text="But why?").state == State.QUEUED


@pytest.mark.parametrize("state", [State.QUEUED, State.REJECTED])
def test_nothing_is_cut_that_a_reviewer_is_to_read(people: SimpleNamespace, submitted: Submitted, state: str) -> None:
    one = submitted(state)
    say = thread.appeal if state == State.REJECTED else thread.reply
    with pytest.raises(NotPossible, match="under 10,000 characters"):
        say(one, by=people.owner, text="x" * 10_001)
    assert not one.comments.exists()


def test_a_remark_is_resolved_by_a_reviewer(people: SimpleNamespace, submitted: Submitted) -> None:
    comment = thread.remark(submitted(), by=people.ada, text="Odd.")
    with pytest.raises(NotPermitted):
        thread.resolve(comment, by=people.owner)
    thread.resolve(comment, by=people.bob)
    comment.refresh_from_db()
    assert comment.resolved_at is not None


def test_every_rule_is_whole() -> None:
    assert len(rules.book()) >= 20
    for rule in rules.book().values():
        assert rule.title and rule.area
        assert len({edition.version for edition in rule.editions}) == len(rule.editions)
        assert sorted((edition.since for edition in rule.editions), reverse=True) == [
            one.since for one in rule.editions
        ]
        for edition in rule.editions:
            assert edition.text and edition.fix and edition.answer
        assert rule.edition("9.9") is rule.now
