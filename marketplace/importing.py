"""Many packages at once: taken without a review, by one decision of the operator that is recorded as just that.

1. Each package goes the way of every submission, but for screening: received, put into the queue, and said to be unreviewed.
2. The operator decides on the whole batch at once: a signed decision for each, which names the batch and says "unreviewed".
3. Each is signed with our key and released; its lineage and its review record tell everybody that nobody has looked at it.
Authors become organizations without people: staff look after them until somebody is added who owns the name.
"""

import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from marketplace import auditing, keeping, submitting
from marketplace.difypkg import BadPackage, Package, build_package
from marketplace.models import Organization, Publisher, Release, ScreeningSection, Submission, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import check_handle
from marketplace.review import ReviewError, move
from marketplace.review.deciding import record
from marketplace.review.parties import reviews
from marketplace.review.reasons import settle
from marketplace.submitting import Sender, Unfit

State = Submission.State
CATEGORIES = ("community", "partner", "official")
# Folders that hold no plugins of their own, whatever is in them.
SKIPPED = frozenset({".git", ".venv", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Batch:
    """Who decides, as what the packages are signed, and under which name all of it is found again."""

    by: User
    category: str = "community"
    owner: User | None = None  # of organizations that are new
    name: str = ""

    def __str__(self) -> str:
        return f"import {self.name} by {self.by}"


@dataclass(frozen=True)
class Imported:
    """What became of one package. `word` is one of released, waiting, there, refused."""

    source: str
    word: str
    plugin_id: str = ""
    version: str = ""
    problem: str = ""
    seconds: float = 0.0


def sources_in(folder: Path) -> list[Path]:
    """Package files and plugin folders below a folder, in order; what is inside of a plugin is its own."""
    if (folder / "manifest.yaml").is_file():
        return [folder]
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".difypkg" and path.is_file():
            found.append(path)
        elif path.is_dir() and not path.is_symlink() and path.name not in SKIPPED:
            found += sources_in(path)
    return found


def open_batch(*, by: User, category: str = "community", owner: User | None = None) -> Batch:
    """A new batch. Raises NotAllowed: only who governs the marketplace and reviews decides on what nobody has read."""
    if not (by.is_staff and reviews(by)):
        raise NotAllowed("not_operator", f"{by} is not both staff and a reviewer of this marketplace.")
    if category not in CATEGORIES:
        raise Refused("category", f"Choose one of {', '.join(CATEGORIES)}.")
    if owner is not None and owner.pk == by.pk:
        raise Refused("owner", "Whoever owns the organizations cannot decide on their packages. Name another account.")
    return Batch(by, category, owner, f"{time.strftime('%Y%m%d')}-{secrets.token_hex(3)}")


def import_all(paths: Iterable[Path], batch: Batch) -> Iterator[Imported]:
    """Import each, and tell what became of it; one that is refused keeps none of the others."""
    counts = dict.fromkeys(("released", "waiting", "there", "refused"), 0)
    for path in paths:
        start = time.perf_counter()
        found = import_one(path, batch)
        counts[found.word] += 1
        yield replace(found, seconds=time.perf_counter() - start)
    auditing.record("import.batch", batch.name, by=batch.by, after={"category": batch.category, **counts})


def import_one(path: Path, batch: Batch) -> Imported:
    try:
        data = build_package(path) if path.is_dir() else path.read_bytes()
        with submitting.opened(data) as package:
            known = Imported(path.name, "there", package.plugin_id, package.version)
            if Release.objects.filter(plugin__plugin_id=known.plugin_id, version=known.version).exists():
                return known
            submission = take(package, data, batch=batch, source=path.name)
        decide(submission, batch)
    except (BadPackage, Refused, ReviewError, OSError) as error:
        return Imported(path.name, "refused", problem=str(error))
    submission.refresh_from_db()
    return replace(known, word="released" if submission.state == State.RELEASED else "waiting")


@transaction.atomic
def take(package: Package, data: bytes, *, batch: Batch, source: str) -> Submission:
    """A submission of the package, in the queue. What a listing needs and is missing is written down, not refused."""
    organization = organization_for(package.manifest.author, batch)
    if problems := submitting.ownership(package, organization) or submitting.versions(package):
        raise Unfit(problems)
    lineage = {"unreviewed": True, "import": batch.name, "source": source, "missing": submitting.shape(package)}
    sender = Sender(by=None, made_with=str(batch), provenance={"lineage": lineage})
    made = submitting.write(package, keeping.keep(data), organization=organization, sender=sender)
    made.notes = f"Imported from {source}."
    made.save(update_fields=["notes"])
    move(made, to=State.SCREENING, actor=str(batch), note="Taken from a folder.")
    why = [{"tier": "medium", "text": "Imported without a review."}]
    move(made, to=State.QUEUED, actor=str(batch), note="Not screened.", risk=Submission.Risk.MEDIUM, risk_reasons=why)
    return made


@transaction.atomic
def decide(submission: Submission, batch: Batch) -> None:
    """The operator's decision on this one of the batch; it is signed and released when that is committed."""
    reason = f"Unreviewed: part of {batch}, decided on as a whole."
    # screening has laid out its checks and will not run them: what is not scanned never looks as if it were to be
    submission.sections.update(state=ScreeningSection.State.NOT_SCANNED, summary="Imported without a review.")
    said: dict[str, Any] = {"verdict": "approve", "category": batch.category, "reason": reason, "ticks": []}
    record(submission, said | {"unreviewed": True, "batch": batch.name}, by=batch.by)
    settle(submission)
    move(submission, to=State.APPROVED, by=batch.by, note=reason)


def organization_for(author: str, batch: Batch) -> Organization:
    """The publisher of this name. A new one belongs to the batch's owner, or to nobody yet; protected names too."""
    found = Organization.objects.filter(handle=author).first()
    if found is not None:
        return found
    check_handle(author)
    made = Organization.objects.create(handle=author, name=author, about="Imported by whoever runs this marketplace.")
    if batch.owner is not None:
        Publisher.objects.create(organization=made, user=batch.owner, role=Publisher.Role.OWNER)
    auditing.record("organization.create", author, by=batch.by, after={"import": batch.name})
    return made
