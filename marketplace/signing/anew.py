"""What a revoked key signed, signed anew: the same content, decisions and moment, another key.

An identifier tells of content, category and moment, not of the signature: it stays, and whoever names it is handed the new
file. Where the key that signs now is kept elsewhere, a first call tells the digests, and a second one brings the signatures.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace import auditing, keeping, releasing, transparency
from marketplace.difypkg import Signing, open_package
from marketplace.models import LogLeaf, OfflineEdition, Release, ReviewRecord, SigningKey, SigningRequest, User
from marketplace.signing import decisions, keys, making, records, releases
from marketplace.signing.errors import Elsewhere, SigningFault

type Brought = Mapping[str, str]
"""Signatures made elsewhere, in base64 or hex, by the digest that they sign."""


def disbelieved(key: SigningKey) -> QuerySet[Release]:
    """Releases that a revoked key signed when it was no longer to be believed, the newest first."""
    signed = Release.objects.filter(submission__signing_request__key=key, signed_at__gte=revoked_from(key))
    return signed.exclude(status=Release.Status.RECALLED).select_related("submission", "plugin").order_by("-signed_at")


def disbelieved_editions(key: SigningKey) -> list[OfflineEdition]:
    """The same of offline editions. Only the log knows who signed them."""
    since = revoked_from(key)
    found = OfflineEdition.objects.exclude(release__status=Release.Status.RECALLED).select_related(
        "release__submission"
    )
    return [one for one in found if (leaf := told_last(one)) and leaf.at >= since and signer(leaf) == key.fingerprint]


def revoked_from(key: SigningKey) -> Any:
    if key.state != SigningKey.State.REVOKED or key.revoked_from is None:
        raise SigningFault(f"The key {key.name} is not revoked: what it signed is good as it is.")
    return key.revoked_from


def told_last(edition: OfflineEdition) -> LogLeaf | None:
    return LogLeaf.objects.filter(kind="release", subject=edition.unique_identifier).order_by("-pk").first()


def signer(leaf: LogLeaf) -> str:
    return str(json.loads(leaf.body).get("key"))


def sign_anew(release: Release, *, by: User | None, secret: str = "", brought: Brought | None = None) -> Release:
    """The release with a signature of the key that signs its category now. SigningFault, Locked, Elsewhere say why not."""
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
    made = signature(key, signing, secret=secret, brought=brought)
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


def sign_edition_anew(
    edition: OfflineEdition, *, by: User | None, secret: str = "", brought: Brought | None = None
) -> OfflineEdition:
    """The same of an offline edition. It is what its release is: one that may not be signed has no edition that may."""
    release = edition.release
    if release.submission is not None:
        releases.refuse_recalled(release.submission)
    data = keeping.read(edition.package)
    with open_package(data, releasing.package_limits()) as package:
        time = package.signature.time if package.signature else None
    key = keys.for_release(release.category)
    reviewed = releases.was_reviewed(release.lineage)
    signing = Signing(data, category=release.category, time=time, reviewed=reviewed, limits=releasing.package_limits())
    signed = signing.signed(signature(key, signing, secret=secret, brought=brought))
    refuse_another(edition, signed)
    with transaction.atomic():
        row = OfflineEdition.objects.select_for_update().get(pk=edition.pk)
        before = row.package
        row.package, row.package_size = keeping.keep(signed), len(signed)
        row.save(update_fields=["package", "package_size"])
        facts = releases.facts_of_edition(release, key=key, checksum=row.checksum, signed=signed)
        told = {**facts, "replaces": before}
        transparency.append("release", row.unique_identifier, told)
        auditing.record(
            "release.sign_anew", row.unique_identifier, by=by, before={"package_sha256": before}, after=told
        )
    return row


def signature(key: SigningKey, signing: Signing, *, secret: str, brought: Brought | None) -> bytes:
    """Made here, or what was brought for its digest. Elsewhere tells the digest that is to be signed."""
    if not making.is_offline(key):
        return making.signature(key, signing.message, secret=secret)
    digest = hashlib.sha256(signing.message).hexdigest()
    if digest not in (brought or {}):
        raise Elsewhere(key.name, digest)
    made = releases.raw((brought or {})[digest])
    if not making.is_by(key, signing.message, base64.b64encode(made).decode()):
        raise SigningFault(f"This is not the signature of {digest} by the key {key.name}.")
    return made


def replace_file(row: Release, signed: bytes) -> None:
    refuse_another(row, signed)
    row.lineage = {**row.lineage, "signed_before": [*row.lineage.get("signed_before", ()), row.package]}
    row.package, row.package_size = keeping.keep(signed), len(signed)
    row.save(update_fields=["lineage", "package", "package_size"])


def refuse_another(row: Release | OfflineEdition, signed: bytes) -> None:
    with releasing.opened(signed) as package:
        if package.unique_identifier != row.unique_identifier:
            raise SigningFault(f"{row} would be {package.unique_identifier}: it is not what was signed before.")


def note_request(request: SigningRequest, signing: Signing, made: bytes, *, key: SigningKey) -> None:
    request.key, request.digest = key, hashlib.sha256(signing.message).hexdigest()
    request.signature, request.answered_at = base64.b64encode(made).decode(), timezone.now()
    request.save(update_fields=["key", "digest", "signature", "answered_at"])
