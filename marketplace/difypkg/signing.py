"""Signatures of packages: RSA over the contents in archive order, kept in the ZIP comment (protocol 2).

The format does not sign names: files of a signed package can change names among each other. Who trusts a signature
should therefore remember the checksum it came with.
"""

import base64
import binascii
import json
import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from .archive import Archive
from .errors import BadPackage
from .limits import Limits
from .zipping import zip_files

if TYPE_CHECKING:
    from .package import Package

VERIFICATION = ".verification.dify.json"
CATEGORIES = ("langgenius", "partner", "community")
# What an operator publishes itself. Dify's API knows the three words above and refuses any other, so on the wire it is a partner,
# and `standing` beside it, which Dify does not read, says what it is to us.
OFFICIAL = "official"
_KEY_BITS = 4096


@dataclass(frozen=True, slots=True)
class Signature:
    """What a ZIP comment claims: the signature and the time of signing, in Unix seconds."""

    value: bytes
    time: int


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An RSA key that may vouch for packages; `fingerprint` is the SHA-256 of its PKCS#1 form in hex."""

    key: rsa.RSAPublicKey
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Who vouches for a package: the key that matched, when it signed (Unix seconds), and as what."""

    key: PublicKey
    time: int
    category: str


def parse_signature(comment: bytes) -> Signature | None:
    """The signature in a ZIP comment; None if there is none or it cannot be read, which is no error (protocol 2)."""
    try:
        claim = json.loads(comment)
        value = base64.b64decode(claim["signature"], validate=True)
        time = claim["time"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not value or not isinstance(time, int) or isinstance(time, bool) or abs(time) >= 2**63:
        return None
    return Signature(value, time)


def _message(digests: Sequence[bytes], time: int) -> bytes:
    return b"".join(digests) + str(time).encode("ascii")


def claim(category: str, *, reviewed: bool = True) -> dict[str, Any]:
    """The content of `.verification.dify.json` for a category, `official` included. Raises BadPackage, rule `category`.

    What was signed without a review says so in a field of its own, which Dify does not read.
    """
    more = {} if reviewed else {"reviewed": False}
    if category == OFFICIAL:
        return {"authorized_category": "partner", "standing": OFFICIAL, **more}
    if category not in CATEGORIES:
        known = ", ".join((*CATEGORIES, OFFICIAL))
        raise BadPackage("category", f"category must be one of {known}, not {category[:64]!r}")
    return {"authorized_category": category, **more}


def claimed(verification: Mapping[str, Any] | None) -> str:
    """What a signed package claims to be; without a verification file it counts as langgenius (protocol 2)."""
    if verification is None:
        return "langgenius"
    category = str(verification.get("authorized_category", "langgenius"))
    return OFFICIAL if category == "partner" and verification.get("standing") == OFFICIAL else category


class Signing:
    """A package on its way to a signature: what has to be signed, and how it looks with a signature from wherever.

    `time` is in Unix seconds, now by default. Raises BadPackage for a bad archive or category.
    """

    def __init__(
        self,
        package: bytes,
        *,
        category: str = "langgenius",
        time: int | None = None,
        reviewed: bool = True,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
    ) -> None:
        verification = json.dumps(claim(category, reviewed=reviewed), separators=(",", ":")).encode()
        archive = Archive(package, limits)
        self.time = int(clock.time()) if time is None else time
        self.files = [(name, archive[name]) for name in archive if name != VERIFICATION]
        self.files.append((VERIFICATION, verification))

    @property
    def message(self) -> bytes:
        """The bytes that RSASSA-PKCS1-v1_5 with SHA-256 signs."""
        return _message([sha256(content).digest() for _, content in self.files], self.time)

    def signed(self, signature: bytes) -> bytes:
        """The package with `.verification.dify.json` as last entry and the signature as comment."""
        value = base64.b64encode(signature).decode()
        comment = json.dumps({"signature": value, "time": self.time}, separators=(",", ":")).encode()
        return zip_files(self.files, comment=comment)


def sign(
    package: bytes,
    private_key_pem: bytes,
    *,
    category: str = "langgenius",
    time: int | None = None,
    limits: Limits = Limits(),  # noqa: B008 -- frozen
) -> bytes:
    """The signed package; an old signature is replaced. Raises BadPackage for a bad archive, key or category."""
    key = load_private_key(private_key_pem)
    signing = Signing(package, category=category, time=time, limits=limits)
    return signing.signed(key.sign(signing.message, padding.PKCS1v15(), SHA256()))


def verify(package: "Package", public_keys: Sequence[PublicKey]) -> Verified | None:
    """Which of the keys has signed the package, or None. A package without a verification file counts as langgenius."""
    signature = package.signature
    if signature is None:
        return None
    message = _message(list(package.digests.values()), signature.time)
    for key in public_keys:
        try:
            key.key.verify(signature.value, message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return Verified(key, signature.time, claimed(package.verification))
    return None


def generate_keys(bits: int = _KEY_BITS) -> tuple[bytes, bytes]:
    """A new RSA key pair as PEM in PKCS#1 form: (private, public)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)


def _one_block(pem: bytes | str, kind: str) -> bytes:
    data = pem.encode() if isinstance(pem, str) else pem
    head, foot = f"-----BEGIN {kind}-----".encode(), f"-----END {kind}-----".encode()
    if not data.strip().startswith(head) or not data.strip().endswith(foot) or data.count(b"-----BEGIN") != 1:
        raise BadPackage("key", f"is not a PEM file with one block of type {kind} and nothing else")
    return data


def load_private_key(pem: bytes | str) -> rsa.RSAPrivateKey:
    """An RSA key from PKCS#1 PEM (`RSA PRIVATE KEY`), unencrypted. Raises BadPackage, rule `key`."""
    data = _one_block(pem, "RSA PRIVATE KEY")
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise BadPackage("key", "is not a usable private key") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadPackage("key", "is not an RSA key")
    return key


def load_public_key(pem: bytes | str) -> PublicKey:
    """An RSA key from PKCS#1 PEM (`RSA PUBLIC KEY`). Raises BadPackage, rule `key`."""
    data = _one_block(pem, "RSA PUBLIC KEY")
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise BadPackage("key", "is not a usable public key") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadPackage("key", "is not an RSA key")
    return PublicKey(key, sha256(key.public_bytes(Encoding.DER, PublicFormat.PKCS1)).hexdigest())
