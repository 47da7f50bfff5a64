"""One release of another marketplace becomes a submission here, to be reviewed like any other; its own signature stays.

It must be what it says: the identifier that was announced, signed by the key that the mirror believes. Names of publishers
who are here themselves are theirs: nobody's mirror brings anything under them.
"""

import base64
from typing import Any

from django.db import transaction

from marketplace import auditing, keeping, submitting
from marketplace.difypkg import Package, Verified, load_public_key, official_key, verify
from marketplace.models import Mirror, Organization, Submission
from marketplace.publishers.errors import Refused
from marketplace.publishers.organizations import check_handle
from marketplace.submitting import Sender, Terms, Unfit
from marketplace.versions import is_stable


class Rejected(Exception):
    """It will not be taken, however often it is tried: a sentence that says why."""


def take(data: bytes, identifier: str, *, mirror: Mirror, card: dict[str, Any]) -> Submission:
    """Raises Rejected."""
    try:
        with submitting.opened(data) as package:
            if package.unique_identifier != identifier:
                raise Rejected(f"The package is {package.unique_identifier}, not what was announced.")
            lineage = lineage_of(package, mirror)
            return submit(package, data, mirror=mirror, lineage=lineage, card=card)
    except Refused as error:
        raise Rejected(error.message) from error


def lineage_of(package: Package, mirror: Mirror) -> dict[str, Any]:
    """Where it comes from, with the signature that it had there; without a good one it is not taken."""
    verified = verified_by(package, mirror)
    if verified is None or package.signature is None:
        raise Rejected("It is not signed by the key of this mirror.")
    return {
        "mirror": mirror.name,
        "source": mirror.address,
        "unreviewed": True,
        "unique_identifier": package.unique_identifier,
        "checksum": package.checksum,
        "signature": base64.b64encode(package.signature.value).decode(),
        "time": package.signature.time,
        "category": verified.category,
        "key": verified.key.fingerprint,
    }


def verified_by(package: Package, mirror: Mirror) -> Verified | None:
    key = load_public_key(mirror.public_key) if mirror.public_key.strip() else official_key()
    return verify(package, [key])


@transaction.atomic
def submit(
    package: Package, data: bytes, *, mirror: Mirror, lineage: dict[str, Any], card: dict[str, Any]
) -> Submission:
    digest = keeping.keep(data)
    if same := submitting.found(package, digest):
        return same
    organization = organization_for(package.manifest.author, mirror)
    if problems := submitting.ownership(package, organization) or submitting.versions(package):
        raise Unfit(problems)
    sender = Sender(by=None, made_with=f"mirror of {mirror.name}", provenance={"lineage": lineage})
    made = submitting.write(package, digest, organization=organization, sender=sender)
    channel = "stable" if is_stable(package.version) else "beta"
    return submitting.hand_in(made, Terms(notes=notes_of(card, mirror), channel=channel), sender=sender)


def notes_of(card: dict[str, Any], mirror: Mirror) -> str:
    said = card.get("change_log")
    text = said.strip() if isinstance(said, str) else ""
    return text[: submitting.LONGEST_NOTES] or f"From {mirror.name}, which says nothing of what is new."


def organization_for(author: str, mirror: Mirror) -> Organization:
    """The publisher of this name, made where there is none; Rejected when it has people here, who speak for it."""
    found = Organization.objects.filter(handle=author).first()
    if found is None:
        check_handle(author)
        found = Organization.objects.create(handle=author, name=author, about=f"Mirrored from {mirror.address}.")
        auditing.record("organization.create", author, by=f"mirror of {mirror.name}")
    elif found.publishers.exists():
        raise Rejected(f"{author} publishes here, so nothing is mirrored under this name.")
    return found
