"""Releases on a disk: written here with all that they need, read where there is no network.

A bundle is a plain ZIP file: `index.json` says what is in it, `index.sig` holds the signature of that by a release key, and
`files/<SHA-256>` are the packages, each named by its content. Whoever trusts the key can trust all of it.
"""

import base64
import binascii
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils import timezone

from marketplace import keeping
from marketplace.canonical import canonical
from marketplace.dify.shapes import moment
from marketplace.difypkg import PublicKey
from marketplace.mirroring.editions import edition_of
from marketplace.mirroring.wheels import Machine
from marketplace.models import OfflineEdition, Release
from marketplace.signing import keys, making

FORMAT = 1
INDEX, SIGNATURE, FILES = "index.json", "index.sig", "files/"
# So that no signature of anything else can stand for one of an index, nor the other way round.
DOMAIN = b"patchbay bundle 1\n"
LARGEST_INDEX = 50_000_000


class BadBundle(Exception):
    """A sentence that says why it is not taken."""


@dataclass(frozen=True)
class Bundle:
    """An opened bundle whose signature is good; its files are checked as they are read."""

    path: Path
    releases: list[dict[str, Any]]
    key: PublicKey
    made_at: str
    origin: str

    def file(self, digest: str) -> bytes:
        """Raises BadBundle: it is missing, or not what its name says."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                data = archive.read(FILES + digest)
        except (KeyError, OSError, zipfile.BadZipFile, RuntimeError) as error:
            raise BadBundle(f"The file {digest} is missing or damaged. Copy the bundle once more.") from error
        if sha256(data).hexdigest() != digest:
            raise BadBundle(f"The file {digest} is not what the index says. Copy the bundle once more.")
        return data


# Writing.


def export(releases: Iterable[Release], target: Path, *, machines: list[Machine], origin: str) -> dict[str, Any]:
    """Write a bundle of these releases, with an offline edition of each for every machine; returns its index.

    Raises NoWheels, SigningFault, or OSError; then there is no file at `target` that was not there before.
    """
    rows = sorted(releases, key=lambda row: (row.plugin.plugin_id, row.order))
    entries, digests = [], []
    for row in rows:
        editions = [edition_of(row, machine) for machine in machines]
        entries.append(entry(row, editions))
        digests += [row.package, *(edition.package for edition in editions)]
    index = {"format": FORMAT, "made_at": moment(timezone.now()), "origin": origin, "releases": entries}
    text = canonical(index).encode()
    write(target, text, signature=signature_of(text), digests=digests)
    return index


def entry(row: Release, editions: list[OfflineEdition]) -> dict[str, Any]:
    record = getattr(row, "record", None)
    return {
        "plugin_id": row.plugin.plugin_id,
        "version": row.version,
        "unique_identifier": row.unique_identifier,
        "package": row.package,
        "category": row.category,
        "channel": row.channel,
        "notes": row.notes,
        "publisher": {"handle": row.plugin.organization.handle, "name": row.plugin.organization.name},
        "lineage": row.lineage,
        "record": {"body": record.body, "signature": record.signature} if record else None,
        "editions": [
            {
                "python": one.python,
                "platform": one.platform,
                "unique_identifier": one.unique_identifier,
                "package": one.package,
                "wheels": one.wheels,
            }
            for one in editions
        ],
    }


def signature_of(text: bytes) -> str:
    """By the key that signs what is of the community; it is a release key like the others."""
    return base64.b64encode(making.signature(keys.for_release("community"), DOMAIN + text)).decode()


def write(target: Path, text: bytes, *, signature: str, digests: Iterable[str]) -> None:
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(INDEX, text)
            archive.writestr(SIGNATURE, signature)
            for digest in dict.fromkeys(digests):
                archive.writestr(FILES + digest, keeping.read(digest))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


# Reading.


def opened(path: Path, trusted: Iterable[PublicKey]) -> Bundle:
    """The bundle, when one of the trusted keys has signed its index. Raises BadBundle."""
    try:
        with zipfile.ZipFile(path) as archive:
            if max(archive.getinfo(name).file_size for name in (INDEX, SIGNATURE)) > LARGEST_INDEX:
                raise BadBundle("Its index is too large to be one.")
            text, signature = archive.read(INDEX), archive.read(SIGNATURE)
    except (KeyError, OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise BadBundle(f"{path.name} is no bundle, or was not copied to its end.") from error
    key = signed_by(text, signature, trusted)
    index = json.loads(text)
    if index.get("format") != FORMAT:
        raise BadBundle(f"It is of the format {index.get('format')}; a newer Patchbay reads it.")
    return Bundle(path, index["releases"], key, index["made_at"], index["origin"])


def signed_by(text: bytes, signature: bytes, trusted: Iterable[PublicKey]) -> PublicKey:
    try:
        made = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise BadBundle("Its signature cannot be read.") from None
    for key in trusted:
        try:
            key.key.verify(made, DOMAIN + text, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return key
    raise BadBundle("No key that you trust has signed it. Name the exporter's public key.")
