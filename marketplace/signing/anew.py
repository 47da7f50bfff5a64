"""Releases of a revoked key signed anew: the same content, decisions and moment, another key.

An identifier tells of content, category and moment, not of the signature: it stays, and whoever names it is handed the new file.
"""

import base64
import hashlib

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace import auditing, keeping, releasing, transparency
from marketplace.difypkg import Signing
from marketplace.models import Release, ReviewRecord, SigningKey, SigningRequest, User
from marketplace.signing import decisions, keys, making, records, releases
from marketplace.signing.errors import SigningFault


def disbelieved(key: SigningKey) -> QuerySet[Release]:
    """Releases that a revoked key signed when it was no longer to be believed, the newest first."""
    if key.state != SigningKey.State.REVOKED or key.revoked_from is None:
        raise SigningFault(f"The key {key.name} is not revoked: what it signed is good as it is.")
    signed = Release.objects.filter(submission__signing_request__key=key, signed_at__gte=key.revoked_from)
    return signed.exclude(status=Release.Status.RECALLED).select_related("submission", "plugin").order_by("-signed_at")


def sign_anew(release: Release, *, by: User | None, secret: str = "") -> Release:
    """The release with a signature of the key that signs its category now. SigningFault and Locked say why not."""
    submission = release.submission
    if submission is None:
        raise SigningFault(f"{release} has no submission here, so nothing says who approved it.")
    proven, category = decisions.entitled(submission)
    if category != release.category:
        raise SigningFault(f"{release} was released as {release.category}, and its decisions say {category}.")
    releases.refuse_recalled(submission)
    key = keys.for_release(category)
    request = SigningRequest.objects.get(submission=submission)
    signing = releases.to_sign(submission, category=category, time=request.time)
    made = making.signature(key, signing.message, secret=secret)
    with transaction.atomic():
        row = Release.objects.select_for_update().get(pk=release.pk)
        before = {"package_sha256": row.package, "key": request.key.fingerprint if request.key else ""}
        replace_file(row, signing.signed(made))
        note_request(request, signing, made, key=key)
        told = {**releases.facts(row, key=key), "replaces": row.lineage["signed_before"][-1]}
        transparency.append("release", row.unique_identifier, told)
        ReviewRecord.objects.filter(release=row).delete()
        records.publish(row, proven)
        auditing.record("release.sign_anew", row.unique_identifier, by=by, before=before, after=told)
    return row


def replace_file(row: Release, signed: bytes) -> None:
    with releasing.opened(signed) as package:
        if package.unique_identifier != row.unique_identifier:
            raise SigningFault(f"{row} would be {package.unique_identifier}: its submission is not what was released.")
    row.lineage = {**row.lineage, "signed_before": [*row.lineage.get("signed_before", ()), row.package]}
    row.package, row.package_size = keeping.keep(signed), len(signed)
    row.save(update_fields=["lineage", "package", "package_size"])


def note_request(request: SigningRequest, signing: Signing, made: bytes, *, key: SigningKey) -> None:
    request.key, request.digest = key, hashlib.sha256(signing.message).hexdigest()
    request.signature, request.answered_at = base64.b64encode(made).decode(), timezone.now()
    request.save(update_fields=["key", "digest", "signature", "answered_at"])
