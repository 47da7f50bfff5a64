"""A bundle arrives: each of its releases is checked, decided on by the operator as a whole, signed with our key and listed.

Identifiers stay as they were, since signing again as the same changes no content: Difys on both sides of the gap name the
same thing. A batch without a category signs each as it was signed there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from marketplace import importing, submitting
from marketplace.difypkg import BadPackage, open_package
from marketplace.importing import Batch
from marketplace.mirroring.airgap import BadBundle, Bundle
from marketplace.mirroring.editions import add_edition
from marketplace.mirroring.wheels import Machine
from marketplace.models import OfflineEdition, Release, Submission
from marketplace.publishers.errors import Refused
from marketplace.releasing import package_limits
from marketplace.review import ReviewError
from marketplace.signing.errors import SigningFault


@dataclass(frozen=True)
class Landed:
    """What became of one release. `word` is one of released, waiting, there, refused."""

    unique_identifier: str
    word: str
    editions: int = 0
    problem: str = ""


def land(bundle: Bundle, batch: Batch) -> Iterator[Landed]:
    """One after the other; one that is refused keeps none of the others."""
    for entry in bundle.releases:
        try:
            yield land_one(bundle, entry, batch)
        except (BadBundle, BadPackage, Refused, ReviewError, SigningFault) as error:
            yield Landed(str(entry.get("unique_identifier")), "refused", problem=str(error))


def land_one(bundle: Bundle, entry: dict[str, Any], batch: Batch) -> Landed:
    identifier, word = entry["unique_identifier"], "there"
    if find(entry) is None:
        submission = taken(bundle, entry, batch)
        importing.decide(submission, replace(batch, category=batch.category or entry["category"]))
        submission.refresh_from_db()
        word = "released" if submission.state == Submission.State.RELEASED else "waiting"
    release = find(entry)
    made = sum(edition(bundle, one, release) for one in entry["editions"]) if release else 0
    return Landed(identifier, word, made)


def find(entry: dict[str, Any]) -> Release | None:
    rows = Release.objects.select_related("plugin").filter(plugin__plugin_id=entry["plugin_id"])
    return rows.filter(version=entry["version"]).first()


@transaction.atomic
def taken(bundle: Bundle, entry: dict[str, Any], batch: Batch) -> Submission:
    """The package as a submission, with what the other side said of it."""
    data = checked(bundle, entry)
    with submitting.opened(data) as package:
        made = importing.take(package, data, batch=batch, source=bundle.path.name)
    lineage = {**made.provenance["lineage"], "bundle": bundle.origin, "key": bundle.key.fingerprint}
    lineage |= {"record": entry.get("record"), "before": entry.get("lineage") or {}}
    made.provenance = {"lineage": lineage}
    made.notes = str(entry.get("notes") or made.notes)[: submitting.LONGEST_NOTES]
    made.channel = entry["channel"] if entry.get("channel") in Release.Channel.values else Release.Channel.STABLE
    made.save(update_fields=["provenance", "notes", "channel"])
    return made


def checked(bundle: Bundle, entry: dict[str, Any]) -> bytes:
    """The bytes of a release or an edition. The signed index names them by their hash: that vouches for them, whichever
    of the other side's keys has signed the package."""
    data = bundle.file(entry["package"])
    with open_package(data, package_limits()) as package:
        if package.unique_identifier != entry["unique_identifier"]:
            raise BadBundle(f"It is {package.unique_identifier}, not {entry['unique_identifier']}.")
    return data


def edition(bundle: Bundle, entry: dict[str, Any], release: Release) -> bool:
    """Whether the edition is new here."""
    machine = Machine(entry["python"], entry["platform"])
    if OfflineEdition.objects.filter(release=release, python=machine.python, platform=machine.platform).exists():
        return False
    add_edition(release, machine, data=checked(bundle, entry), wheels=list(entry["wheels"]))
    return True
