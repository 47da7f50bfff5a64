"""A local copy of an advisory database: brought in from OSV files, asked while a package is screened."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from packaging.version import InvalidVersion, Version

from marketplace.models import KnownAdvisory
from marketplace.screening.context import Advisory
from marketplace.screening.requirements import normalised

_BATCH = 2000
_LARGEST = 5_000_000


class NoAdvisories(Exception):
    """There is nothing to bring in; the text says why."""


def bring_in(source: Path) -> int:
    """Replace the copy by what a folder or a zip of OSV documents holds. Gives the number of rows; raises NoAdvisories."""
    rows = [row for document in _documents(source) for row in _rows(document)]
    if not rows:
        raise NoAdvisories(f"{source} holds no advisory about Python packages (OSV documents, ecosystem PyPI)")
    with transaction.atomic():
        KnownAdvisory.objects.all().delete()
        KnownAdvisory.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)


def _documents(source: Path) -> Iterator[dict[str, Any]]:
    for content in _contents(source):
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and not document.get("withdrawn"):
            yield document


def _contents(source: Path) -> Iterator[bytes]:
    if source.is_dir():
        for path in sorted(source.rglob("*.json")):
            if path.stat().st_size <= _LARGEST:
                yield path.read_bytes()
        return
    try:
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".json") and entry.file_size <= _LARGEST:
                    yield archive.read(entry)
    except zipfile.BadZipFile:
        yield source.read_bytes()


def _rows(document: dict[str, Any]) -> Iterator[KnownAdvisory]:
    identifier = str(document.get("id") or "")[:60]
    for affected in document.get("affected") or ():
        package = affected.get("package") or {}
        if package.get("ecosystem") == "PyPI" and package.get("name") and identifier:
            yield KnownAdvisory(
                identifier=identifier,
                package=normalised(str(package["name"]))[:200],
                summary=str(document.get("summary") or document.get("details") or "")[:300],
                malicious=identifier.startswith("MAL-"),
                versions=[str(one) for one in affected.get("versions") or ()],
                ranges=_ranges(affected),
            )


def _ranges(affected: dict[str, Any]) -> list[list[dict[str, str]]]:
    ranges = [one.get("events") or [] for one in affected.get("ranges") or () if one.get("type") == "ECOSYSTEM"]
    return [[{str(key): str(value) for key, value in event.items()} for event in events] for events in ranges]


class Copy:
    """What the copy says, as the check asks it."""

    def described(self) -> str:
        count = KnownAdvisory.objects.count()
        newest = KnownAdvisory.objects.order_by("-brought_in_at").values_list("brought_in_at", flat=True).first()
        return f"{count} advisories, brought in on {newest:%Y-%m-%d}" if newest else ""

    def affecting(self, name: str, version: str) -> list[Advisory]:
        rows = KnownAdvisory.objects.filter(package=name).order_by("identifier")
        return [
            Advisory(row.identifier, row.summary or "a known problem", malicious=row.malicious)
            for row in rows
            if affects(version, row.versions, row.ranges)
        ]


def affects(version: str, versions: Iterable[str], ranges: Iterable[list[dict[str, str]]]) -> bool:
    """Whether a version is among those that are listed or lies in a range, as the OSV schema has it."""
    if version in set(versions):
        return True
    try:
        own = Version(version)
        return any(_lies_in(own, events) for events in ranges)
    except InvalidVersion:
        return False


def _lies_in(version: Version, events: list[dict[str, str]]) -> bool:
    inside = False
    for kind, bound in sorted(((k, v) for event in events for k, v in event.items()), key=_order):
        if kind == "introduced" and (bound == "0" or version >= Version(bound)):
            inside = True
        elif (kind == "fixed" and version >= Version(bound)) or (kind == "last_affected" and version > Version(bound)):
            inside = False
    return inside


def _order(event: tuple[str, str]) -> tuple[Version, bool]:
    return Version(event[1]), event[0] != "introduced"
