"""Signing what was approved: decisions proven, package signed, released and told of, in one step that can be taken again.

1. The submission is approved, and the decisions that its risk asks for are there, signed by distinct reviewers' own keys.
2. The release key of the category signs: here, by a signer, or elsewhere; then the request waits with its digest.
3. The signature is checked; then release, state, log leaf, review record and audit entry are written in one transaction.
Whoever comes second finds it done. What fails says why on the request, and the chore tries it again.
"""

import base64
import binascii
import hashlib
import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplace import auditing, keeping, releasing, transparency
from marketplace.difypkg import BadPackage, Signing, open_package
from marketplace.models import Recall, Release, SigningKey, SigningRequest, Submission, User
from marketplace.releasing import CannotRelease, package_limits
from marketplace.review import ReviewError, approved, move
from marketplace.signing import decisions, keys, making, records
from marketplace.signing.errors import Locked, SigningFault

log = logging.getLogger(__name__)
State = SigningRequest.State
# What may be wrong with a submission or around it; anything else is a fault of ours and stays an exception.
FAULTS = (SigningFault, ReviewError, CannotRelease, BadPackage, keeping.Damaged, FileNotFoundError)
PAUSE = timedelta(seconds=60)


def sign_approved(submission: Submission, *, secret: str = "", by: User | None = None) -> Release | None:
    """The release of an approved submission; None while it waits, which its signing request explains."""
    submission.refresh_from_db()
    if submission.state != Submission.State.APPROVED:
        return Release.objects.filter(submission=submission).first()
    try:
        return attempt(submission, secret=secret, by=by)
    except Locked as fault:
        note(submission, State.WAITING, str(fault))
        if secret:
            raise
    except FAULTS as fault:
        log.warning("%s is approved and not signed: %s", submission, fault)
        note(submission, State.FAILED, str(fault))
    return None


def attempt(submission: Submission, *, secret: str, by: User | None) -> Release:
    """Signs and releases. Locked: the signature has to come from somebody."""
    _, category = decisions.entitled(submission)
    refuse_recalled(submission)
    key = keys.for_release(category)
    request, signing = prepared(submission, key=key, category=category)
    made = making.signature(key, signing.message, secret=secret)
    return finish(request, signing, made, by=by)


def refuse_recalled(submission: Submission) -> None:
    """What is on the block list as a plugin, or in this version, gets no signature."""
    names = (submission.plugin_id, f"{submission.plugin_id}:{submission.version}")
    if Recall.objects.filter(subject__in=names, lifts=None, lifted_by=None).exists():
        raise SigningFault(f"{submission} is recalled. Lift the recall, then it is signed.")


def prepared(submission: Submission, *, key: SigningKey, category: str) -> tuple[SigningRequest, Signing]:
    """The request and what it asks to be signed. One that waits for this key stays as it is: somebody has its digest."""
    request = SigningRequest.objects.filter(submission=submission).first() or SigningRequest(submission=submission)
    same = (request.key_id, request.category, request.package) == (key.pk, category, submission.package)
    time = request.time if same and making.is_offline(key) and request.time else int(timezone.now().timestamp())
    signing = to_sign(submission, category=category, time=time)
    request.key, request.category, request.package, request.time = key, category, submission.package, time
    request.digest = hashlib.sha256(signing.message).hexdigest()
    request.state, request.problem, request.tried_at = State.WAITING, "", timezone.now()
    request.save()
    return request, signing


def was_reviewed(lineage: dict[str, Any]) -> bool:
    """By people here, or where a bundle comes from: signed as it was signed there, it keeps its identifier."""
    if "bundle" in lineage:
        return was_reviewed(lineage.get("before") or {})
    return not lineage.get("unreviewed")


def to_sign(submission: Submission, *, category: str, time: int) -> Signing:
    """The package as it is to be signed; one that was taken over without a review says so in what is signed."""
    reviewed = was_reviewed(submission.provenance.get("lineage") or {})
    data = keeping.read(submission.package)
    return Signing(data, category=category, time=time, reviewed=reviewed, limits=package_limits())


@transaction.atomic
def finish(request: SigningRequest, signing: Signing, made: bytes, *, by: User | None) -> Release:
    """Everything that a signature brings about, or nothing. The signature has been checked."""
    submission = Submission.objects.select_for_update().get(pk=request.submission_id)
    if submission.state != Submission.State.APPROVED:
        if found := Release.objects.filter(submission=submission).first():
            return found
        raise SigningFault(f"{submission} is not approved any more.")
    key = request.key
    assert key is not None  # noqa: S101 - prepared() has set it
    proven, category = decisions.entitled(submission)
    if (category, submission.package) != (request.category, request.package):
        raise SigningFault(f"{submission} was decided on anew. It is signed again.")
    signed = signing.signed(made)
    release = approved.leave(releasing.release(submission, signed=signed, category=category))
    move(submission, to=Submission.State.RELEASED, actor=f"release key {key.name}")
    request.signature, request.state = base64.b64encode(made).decode(), State.SIGNED
    request.problem, request.answered_at = "", timezone.now()
    request.save()
    told = {**facts(release, key=key), "time": request.time}
    transparency.append("release", release.unique_identifier, told)
    records.publish(release, proven)
    auditing.record("release.sign", release.unique_identifier, by=by or f"release key {key.name}", after=told)
    return release


def facts(release: Release, *, key: SigningKey) -> dict[str, object]:
    """What the log says of a release: whoever has the file can look it up."""
    return {
        "key": key.fingerprint,
        "category": release.category,
        "checksum": release.checksum,
        "package_sha256": release.package,
        "original_sha256": release.original,
        "submission": str(release.submission_id),
    }


def note(submission: Submission, state: str, problem: str) -> None:
    values = {"state": state, "problem": problem[:2000], "tried_at": timezone.now()}
    request, _ = SigningRequest.objects.update_or_create(submission=submission, defaults=values)
    submission.signing_request = request


def sign_edition(release: Release, data: bytes) -> bytes:
    """Another package of a release, such as one with wheels inside, signed as the release was. SigningFault says why not.

    Whoever asks writes its row; until then the runtime beside us does not believe it. The log hears of it with this call.
    """
    key = keys.for_release(release.category)
    reviewed = was_reviewed(release.lineage)
    signing = Signing(data, category=release.category, reviewed=reviewed, limits=package_limits())
    signed = signing.signed(making.signature(key, signing.message))
    with open_package(signed, package_limits()) as package:
        told = facts_of_edition(release, key=key, checksum=package.checksum, signed=signed)
        transparency.append("release", package.unique_identifier, told)
    return signed


def facts_of_edition(release: Release, *, key: SigningKey, checksum: str, signed: bytes) -> dict[str, object]:
    return {
        "key": key.fingerprint,
        "category": release.category,
        "checksum": checksum,
        "package_sha256": hashlib.sha256(signed).hexdigest(),
        "edition_of": release.unique_identifier,
    }


# Signatures from elsewhere.


def waiting() -> list[SigningRequest]:
    """Requests that somebody has to answer, oldest first."""
    found = SigningRequest.objects.filter(state=State.WAITING, submission__state=Submission.State.APPROVED)
    return list(found.select_related("key", "submission").order_by("made_at"))


def answer(request: SigningRequest, signature: str, *, by: User | None) -> Release:
    """Takes the signature of a request's digest, in base64 or hex. SigningFault: it is not that key's."""
    key = request.key
    if request.state != State.WAITING or key is None or not request.digest:
        raise SigningFault("This request does not wait for a signature.")
    signing = to_sign(request.submission, category=request.category, time=request.time)
    made = raw(signature)
    if key.state != SigningKey.State.ACTIVE:
        raise SigningFault(f"The key {key.name} is {key.state} meanwhile. Approve with another one.")
    if not making.is_by(key, signing.message, base64.b64encode(made).decode()):
        raise SigningFault(f"This is not the signature of {request.digest} by the key {key.name}.")
    return finish(request, signing, made, by=by)


def raw(signature: str) -> bytes:
    text = "".join(signature.split())
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SigningFault("Send the signature as base64 or as hexadecimal digits.") from None


# What was left.


def resume() -> int:
    """Tries approved submissions again that nobody has to answer; how many were released. Called as a chore."""
    lately = timezone.now() - PAUSE
    left = Submission.objects.filter(state=Submission.State.APPROVED).exclude(
        Q(signing_request__state=State.WAITING) | Q(signing_request__tried_at__gte=lately)
    )
    return sum(sign_approved(one) is not None for one in left.order_by("moved_at")[:20])
