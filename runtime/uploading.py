"""Packages come in: read within limits, checked against the signature policy, kept in storage, and written as rows."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.db import transaction

from marketplace import difypkg
from runtime import storing, vouching
from runtime.errors import Refused
from runtime.installations import declared_providers
from runtime.models import Package, Readme
from runtime.vouching import Voucher

log = logging.getLogger(__name__)

Source = bytes | Path | BinaryIO
SIGNATURES = Package.Signature
LANGUAGE_LENGTH = 10
PROVIDER_LENGTH = 127
TOO_LARGE = "file size exceeds the maximum limit"
BAD_SIGNATURE = "plugin verification has been enabled, and the plugin you want to install has a bad signature"
NOT_LANGGENIUS = (
    "plugin installation blocked: this plugin claims to be from Langgenius but lacks official signature verification. "
    "Set ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES to false to allow it."
)
WHY = {
    SIGNATURES.UNSIGNED: "it is not signed at all",
    SIGNATURES.BAD: "its content was changed after {by} signed it",
    SIGNATURES.REVOKED: "it is signed by {by}, a key that the marketplace has revoked",
    SIGNATURES.UNTRUSTED: "it is signed by a key that this host does not know; whoever runs the host can add that key "
    "to THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS",
}

# What the marketplace says against a signature of its own key, as a state.
OBJECTIONS = {"changed": SIGNATURES.BAD, "category": SIGNATURES.UNTRUSTED, "revoked": SIGNATURES.REVOKED}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the trusted keys say of a package. `by` is a key's name, `at` the time of signing that the package claims."""

    state: Package.Signature
    by: str = ""
    at: datetime | None = None
    verification: dict[str, Any] | None = None
    fingerprint: str = ""  # of the marketplace's key that signed it

    @property
    def verified(self) -> bool:
        return self.state is SIGNATURES.VERIFIED


def upload_package(data: Source, *, verify_signature: bool = False) -> Package:
    """Keeps a package; again is fine, and mends rows and files that are gone.

    `verify_signature` asks for a trusted signature even where the settings do not. Raises BadPackage for what is wrong in the
    package itself, Refused for what our policy does not let in.
    """
    with opened(data) as package:
        judged = admitted(package, verify_signature=verify_signature)
        declaration, assets = package.remapped(verified=judged.verified)
        refuse_unkeepable(declaration)
        # Files first: rows never name a file that is not there (runtime.md 1, row 33).
        for asset_id, content in assets.items():
            storing.keep_asset(asset_id, content)
        keep_file(package, data)
        row = write_rows(package, judged, declaration)
        if not storing.has_package(package.unique_identifier):  # `discarding` was about to remove it
            keep_file(package, data)
        return row


def keep_file(package: difypkg.Package, data: Source) -> None:
    with stream(data) as file:
        storing.keep_package(package.unique_identifier, file)


def upload_bundle(data: Source, *, verify_signature: bool = False) -> list[dict[str, Any]]:
    """Keeps the packages in a bundle, all or none, and answers its dependencies, each `{type, value}` (protocol.md 8.5)."""
    size = settings.MAX_BUNDLE_PACKAGE_SIZE
    refuse_large(data, size)
    bundle = difypkg.open_bundle(data, storing.package_limits(size))
    enclosed = [one.value["path"] for one in bundle.dependencies if one.type == "package"]
    for name in enclosed:
        with opened(bundle.enclosed(name)) as package:
            admitted(package, verify_signature=verify_signature)
    kept = {name: upload_package(bundle.enclosed(name), verify_signature=verify_signature) for name in enclosed}
    return [dependency_shape(one, kept) for one in bundle.dependencies]


def dependency_shape(dependency: difypkg.Dependency, kept: dict[str, Package]) -> dict[str, Any]:
    value: dict[str, Any]
    match dependency.target:
        case difypkg.GithubPattern(owner, repo, release, asset):
            repo = f"{owner}/{repo}"
            address = f"https://github.com/{repo}"
            value = {"repo_address": address, "repo": repo, "release": str(release), "packages": asset}
        case difypkg.MarketplacePattern(author, name, version):
            value = {"organization": author, "plugin": name, "version": str(version)}
        case name:
            value = {"unique_identifier": kept[name].unique_identifier, "manifest": kept[name].declaration}
    return {"type": dependency.type, "value": value}


def opened(data: Source) -> difypkg.Package:
    """The package, checked throughout; raises BadPackage, or Refused over MAX_PLUGIN_PACKAGE_SIZE."""
    refuse_large(data, settings.MAX_PLUGIN_PACKAGE_SIZE)
    return difypkg.open_package(data, storing.package_limits())


def refuse_large(data: Source, limit: int) -> None:
    """Before anything is read: the size of a file is known without reading it."""
    if isinstance(data, bytes):
        size = len(data)
    elif isinstance(data, Path):
        size = data.stat().st_size
    else:
        size = data.seek(0, 2)
        data.seek(0)
    if size > limit:
        raise Refused(TOO_LARGE)


@contextmanager
def stream(data: Source) -> Iterator[BinaryIO]:
    if isinstance(data, Path):
        with data.open("rb") as file:
            yield file
    else:
        yield BytesIO(data) if isinstance(data, bytes) else data


# The policy.


def admitted(package: difypkg.Package, *, verify_signature: bool) -> Judged:
    """What its signature is worth; raises Refused where the policy does not let the package in."""
    judged = judge(package)
    if (settings.FORCE_VERIFYING_SIGNATURE or verify_signature) and not judged.verified:
        raise Refused(f"{BAD_SIGNATURE}: {WHY[judged.state].format(by=judged.by)}")
    official = (judged.verification or {}).get("authorized_category") == "langgenius"
    if (
        settings.ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES
        and package.manifest.author.lower() == "langgenius"
        and not official
    ):
        raise Refused(NOT_LANGGENIUS)
    return judged


def judge(package: difypkg.Package) -> Judged:
    if package.signature is None:
        return Judged(SIGNATURES.UNSIGNED)
    at = moment(package.signature.time)
    ours = vouching.vouchers()
    if judged := by_marketplace(package, ours, at=at):
        return judged
    keys = trusted_keys()
    if verified := difypkg.verify(package, list(keys.values())):
        by = next(name for name, key in keys.items() if key == verified.key)
        return Judged(SIGNATURES.VERIFIED, by, at, package.verification or {"authorized_category": verified.category})
    everybody = {**keys, **{one.name: one.key for one in ours}}
    if by := next((name for name, key in everybody.items() if made_by(key, package.signature.value)), ""):
        return Judged(SIGNATURES.BAD, by, at)
    return Judged(SIGNATURES.UNTRUSTED, at=at)


def by_marketplace(package: difypkg.Package, ours: list[Voucher], *, at: datetime | None) -> Judged | None:
    """What a signature of the marketplace's own keys is worth; None when none of them has signed."""
    verified = difypkg.verify(package, [one.key for one in ours])
    if verified is None:
        return None
    voucher = next(one for one in ours if one.key == verified.key)
    against = vouching.objection(voucher, package.unique_identifier, category=verified.category)
    state = OBJECTIONS[against] if against else SIGNATURES.VERIFIED
    claim = None if against else package.verification or {"authorized_category": verified.category}
    return Judged(state, voucher.name, at, claim, voucher.fingerprint)


def made_by(key: difypkg.PublicKey, signature: bytes) -> bool:
    """Whether this key made the signature, whatever of: only then does it open to a well-formed digest (RFC 8017, 8.2)."""
    try:
        key.key.recover_data_from_signature(signature, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def moment(seconds: int) -> datetime | None:
    """The time that a signature claims; None when it is out of any calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def trusted_keys() -> dict[str, difypkg.PublicKey]:
    """Keys by name: the official one, and the files that the settings list. One that cannot be read vouches for nothing."""
    keys = {"langgenius": difypkg.official_key()}
    if settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED:
        for path in map(Path, settings.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS):
            try:
                keys[path.stem] = difypkg.load_public_key(path.read_bytes())
            except (OSError, difypkg.BadPackage) as error:
                log.warning("THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS: %s vouches for nothing: %s", path, error)
    return keys


def judge_again(fingerprint: str) -> int:
    """Looks once more at the packages that a key of the marketplace signed, when the key's standing changed; how many fell."""
    fallen = 0
    for row in Package.objects.filter(signed_with=fingerprint).only("pk", "unique_identifier", "verified"):
        judged = judged_now(row)
        fallen += row.verified and not judged.verified
        values = {"verified": judged.verified, "verification": judged.verification, "signature": judged.state}
        Package.objects.filter(pk=row.pk).update(**values)
    return fallen


def judged_now(row: Package) -> Judged:
    """What the stored package's signature is worth; one that cannot be read vouches for nothing, and holds up no other."""
    try:
        with storing.opened_package(row.unique_identifier) as package:
            return judge(package)
    except (OSError, difypkg.BadPackage) as error:
        log.warning("%s cannot be judged again, so nobody vouches for it: %s", row.unique_identifier, error)
        return Judged(SIGNATURES.UNTRUSTED)


# The rows.


@transaction.atomic
def write_rows(package: difypkg.Package, judged: Judged, declaration: dict[str, Any]) -> Package:
    """The package's row and its descriptions. Of an earlier upload everything but its age is written anew."""
    row, _ = Package.objects.update_or_create(
        unique_identifier=package.unique_identifier,
        defaults={
            "plugin_id": package.plugin_id,
            "version": package.version,
            "checksum": package.checksum,
            "category": package.category,
            "size": package.size,
            "declaration": declaration,
            "verified": judged.verified,
            "verification": judged.verification,
            "signature": judged.state,
            "signed_by": judged.by[:120],
            "signed_at": judged.at,
            "signed_with": judged.fingerprint,
            "unwanted_since": None,
        },
    )
    readmes = [
        Readme(package=row, language=language, content=text)
        for language, text in package.readmes().items()
        if len(language) <= LANGUAGE_LENGTH
    ]
    Readme.objects.bulk_create(
        readmes, update_conflicts=True, unique_fields=["package", "language"], update_fields=["content"]
    )
    return row


def refuse_unkeepable(declaration: dict[str, Any]) -> None:
    """What no row can hold: names of providers are keys, and PostgreSQL keeps no NUL."""
    for kind, name in declared_providers(declaration):
        if len(name) > PROVIDER_LENGTH:
            raise Refused(f"the name of the {kind} provider is longer than {PROVIDER_LENGTH} characters")
    if b"\\u0000" in orjson.dumps(declaration):
        raise Refused("the declaration holds a NUL character")
