"""What the release key signs, and all that it must not: only what carries the decisions that its risk tier requires."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils import timezone

from marketplace import auditing, keeping
from marketplace.difypkg import load_private_key
from marketplace.models import (
    AuditEntry,
    Decision,
    LogLeaf,
    Publisher,
    Release,
    ReviewRecord,
    ScreeningSection,
    SigningKey,
    SigningRequest,
    Submission,
)
from marketplace.signing import Locked, SigningFault, keys, records, releases, sign_approved, verify_decision
from marketplace.signing.decisions import make_key
from tests import listing
from tests.signing import independent
from tests.signing.conftest import State, approve, pair, statement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("release_key")]
Approved = Callable[..., Submission]


def refused(submission: Submission) -> str:
    """Nothing was signed, and the sentence that says why not."""
    assert sign_approved(submission) is None
    submission.refresh_from_db()
    assert submission.state == State.APPROVED
    assert not Release.objects.exists()
    assert not LogLeaf.objects.filter(kind="release").exists()
    problem: str = submission.signing_request.problem
    return problem


# The way through.


def test_it_is_signed_released_told_and_written_down(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    ScreeningSection.objects.create(submission=submission, check_name="secrets", state="passed")
    ScreeningSection.objects.create(submission=submission, check_name="dry_run", state="not_scanned", summary="No net.")
    release = sign_approved(submission)
    assert release is not None
    submission.refresh_from_db()
    assert submission.state == State.RELEASED
    leaf = json.loads(LogLeaf.objects.get(kind="release").body)
    assert (leaf["subject"], leaf["package_sha256"]) == (release.unique_identifier, release.package)
    record = json.loads(release.record.body)
    assert {one["check"]: one["result"] for one in record["checks"]} == {"secrets": "passed", "dry_run": "not_scanned"}
    assert record["approved_by"] == {"reviewers": 1, "rules": 0}
    records.verify(release.record)
    assert AuditEntry.objects.filter(act="release.sign", subject=release.unique_identifier).count() == 1
    assert people.ada.name not in release.record.body


def test_a_second_time_finds_it_done(approved: Approved) -> None:
    submission = approved()
    first = sign_approved(submission)
    assert sign_approved(submission) == first == Release.objects.get()
    assert ReviewRecord.objects.count() == LogLeaf.objects.filter(kind="release").count() == 1


@pytest.mark.parametrize("state", [one for one in State if one not in (State.APPROVED, State.RELEASED)])
def test_nothing_else_than_approved_is_signed(approved: Approved, state: str) -> None:
    submission = approved()
    Submission.objects.filter(pk=submission.pk).update(state=state)
    assert sign_approved(submission) is None
    assert not Release.objects.exists()


# Decisions that do not entitle.


def test_high_risk_takes_two(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada, risk="high")
    assert "1 of the 2" in refused(submission)
    approve(submission, people.bob)
    assert sign_approved(submission) is not None


def test_rules_approve_low_risk_alone(approved: Approved, people: SimpleNamespace) -> None:
    submission = listing.submitted(state=State.APPROVED, organization=people.acme, risk="low")
    decision = approve(submission, None)
    assert verify_decision(decision).role == SigningKey.Role.RULES
    Submission.objects.update(risk="medium")
    assert "0 of the 1" in refused(submission)
    Submission.objects.update(risk="low")
    assert sign_approved(submission) is not None


def test_a_decision_without_a_signature_counts_for_nothing(approved: Approved) -> None:
    submission = approved()
    Decision.objects.update(signature="", key_fingerprint="")
    assert "is not signed" in refused(submission)


def test_nor_does_one_that_was_changed(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved()
    Decision.objects.update(statement=statement(submission, people.ada, category="official"))
    assert "was changed after it was signed" in refused(submission)


@pytest.mark.parametrize("change", [{"category": "partner"}, {"verdict": "approve", "category": "official"}])
def test_nor_a_row_that_says_something_else_than_was_signed(approved: Approved, change: dict[str, str]) -> None:
    submission = approved()
    Decision.objects.update(**change)
    assert "another package or verdict" in refused(submission)


def test_nor_a_decision_on_another_package(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved()
    other = keeping.keep(listing.package_bytes(label={"en_US": "Something else"}))
    Submission.objects.update(package=other)
    assert "another package or verdict" in refused(submission)


def test_nor_one_taken_from_another_submission(approved: Approved, people: SimpleNamespace) -> None:
    first = approved(people.ada)
    second = listing.submitted(listing.package_bytes(version="2.0.0"), state=State.APPROVED, organization=people.acme)
    Decision.objects.filter(submission=first).update(submission=second)
    assert "another package or verdict" in refused(second)


def test_nor_one_signed_with_somebody_elses_key(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    Decision.objects.update(reviewer=people.bob)
    assert "key of somebody else" in refused(submission)


def test_nor_one_with_the_rules_key_in_a_persons_name(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    key = keys.of_server("rules")
    Decision.objects.update(key_fingerprint=key.fingerprint)
    assert "changed after" in refused(submission)


def test_one_person_is_one_also_with_two_keys(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada, risk="high")
    make_key(people.ada)
    Submission.objects.update(round=2)
    Decision.objects.update(round=2)
    submission.refresh_from_db()
    assert "1 of the 2" in refused(submission)


def test_a_reviewer_who_has_joined_the_publisher_does_not_count(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    Publisher.objects.create(organization=people.acme, user=people.ada)
    assert "0 of the 1" in refused(submission)


def test_a_revoked_reviewers_key_counts_from_its_moment(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    key = SigningKey.objects.get(owner=people.ada)
    keys.revoke(key, by=people.staff, reason="Laptop stolen", since=timezone.now() - timedelta(hours=1))
    assert "was revoked" in refused(submission)


def test_what_was_decided_before_the_moment_counts(approved: Approved, people: SimpleNamespace) -> None:
    submission = approved(people.ada)
    keys.revoke(SigningKey.objects.get(owner=people.ada), by=people.staff, reason="Left")
    assert sign_approved(submission) is not None


# Keys that are elsewhere.


def test_no_key_for_the_category_says_what_to_do(approved: Approved, people: SimpleNamespace) -> None:
    keys.retire(keys.for_release("community"), by=people.staff)
    assert "Make one in Administration" in refused(approved())


@pytest.fixture
def offline(release_key: SigningKey, people: SimpleNamespace) -> SigningKey:
    """A newer key whose private half is not here."""
    return keys.register(pair(2)[1], role="release", name="Safe", by=people.staff, categories=["community"])


def by_hand(request: Any) -> bytes:
    """The signature as openssl makes it of a digest: the message itself never leaves."""
    key = load_private_key(pair(2)[0])
    return key.sign(bytes.fromhex(request.digest), padding.PKCS1v15(), Prehashed(SHA256()))


def test_an_offline_key_is_asked_with_a_digest(
    approved: Approved, offline: SigningKey, people: SimpleNamespace
) -> None:
    submission = approved()
    assert sign_approved(submission) is None
    request = releases.waiting()[0]
    assert (request.key, request.state) == (offline, "waiting")
    digest = request.digest
    assert sign_approved(submission) is None
    request.refresh_from_db()
    assert request.digest == digest  # who has the digest is not made to come again
    release = releases.answer(request, base64.b64encode(by_hand(request)).decode(), by=people.staff)
    assert independent.category(keeping.read(release.package), offline.public.encode()) == "community"
    assert releases.waiting() == []


def test_a_wrong_signature_is_refused(approved: Approved, offline: SigningKey, people: SimpleNamespace) -> None:
    sign_approved(approved())
    request = releases.waiting()[0]
    for wrong in ("", "zz!", "00" * 256, base64.b64encode(by_hand(request)[::-1]).decode()):
        with pytest.raises(SigningFault):
            releases.answer(request, wrong, by=people.staff)
    assert not Release.objects.exists()


def test_an_answer_to_what_was_taken_back_is_refused(approved: Approved, offline: SigningKey, people: Any) -> None:
    submission = approved()
    sign_approved(submission)
    request = releases.waiting()[0]
    Submission.objects.update(state=State.QUEUED)
    with pytest.raises(SigningFault, match="not approved any more"):
        releases.answer(request, by_hand(request).hex(), by=people.staff)
    assert not Release.objects.exists()


def test_a_key_with_a_passphrase_waits_for_it(approved: Approved, people: SimpleNamespace, settings: Any) -> None:
    phrase = "correct horse battery staple"
    keys.take_in(pair(3)[0], role="release", name="Locked", by=None, categories=["community"], secret=phrase)
    submission = approved()
    assert "locked" in refused(submission)
    with pytest.raises(Locked, match="does not open"):
        sign_approved(submission, secret="another one altogether")
    assert sign_approved(submission, secret=phrase, by=people.staff) is not None


def test_or_finds_it_in_the_settings(approved: Approved, settings: Any) -> None:
    phrase = "correct horse battery staple"
    keys.take_in(pair(3)[0], role="release", name="Locked", by=None, categories=["community"], secret=phrase)
    settings.SIGNING_PASSPHRASE = phrase
    assert sign_approved(approved()) is not None


def test_a_program_signs(approved: Approved, people: SimpleNamespace, settings: Any, tmp_path: Path) -> None:
    """The example signer, with a real openssl."""
    (tmp_path / "hsm.pem").write_bytes(pair(2)[0])
    signer = "marketplace.signing.signers.command"
    key = keys.register(
        pair(2)[1], role="release", name="HSM", by=None, categories=["community"], signer=signer, reference="hsm.pem"
    )
    submission = approved()
    assert "Name it in SIGNING_COMMAND" in refused(submission)
    settings.SIGNING_COMMAND = f"openssl dgst -sha256 -sign {tmp_path}/missing.pem"
    assert "ended with" in refused(submission)
    settings.SIGNING_COMMAND = "openssl version"
    assert "signed something else" in refused(submission)
    settings.SIGNING_COMMAND = f"openssl dgst -sha256 -sign {tmp_path}/{{reference}}"
    release = sign_approved(submission)
    assert release is not None
    assert independent.category(keeping.read(release.package), key.public.encode()) == "community"


def test_only_listed_signers_are_called(approved: Approved) -> None:
    keys.register(pair(2)[1], role="release", name="x", by=None, categories=["community"], signer="os.system")
    assert "is no signer of this server" in refused(approved())


# What goes wrong on the way.


def test_what_fails_is_tried_again_later(approved: Approved, settings: Any) -> None:
    submission = approved()
    package = (
        Path(settings.STORAGES["marketplace"]["OPTIONS"]["location"]) / submission.package[:2] / submission.package
    )
    hidden = package.with_name("hidden")
    package.rename(hidden)
    assert refused(submission) != ""
    assert releases.resume() == 0  # not at once
    hidden.rename(package)
    SigningRequest.objects.update(tried_at=timezone.now() - timedelta(minutes=5))
    assert releases.resume() == 1


def test_what_a_crash_left_is_signed(approved: Approved) -> None:
    approved()
    assert releases.resume() == 1


def test_a_version_that_is_there_already_is_told(released: Callable[..., Release], approved: Approved) -> None:
    released()
    again = approved()
    assert sign_approved(again) is None
    assert "was released before" in SigningRequest.objects.get(submission=again).problem


def test_the_trail_of_it_all_is_whole(released: Callable[..., Release]) -> None:
    released()
    auditing.chain()
    assert list(auditing.faults(auditing.lines())) == []
