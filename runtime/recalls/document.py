"""The signed block list as it travels: its text, and who signed that. Pure of Django; raises BadList."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

TYPE = "patchbay/recalls/1"
KINDS, STRENGTHS = ("version", "plugin", "dependency"), ("soft", "hard")


class BadList(Exception):
    """A list that is not followed; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A block list: its number, when it was written, and what is recalled now."""

    number: int
    made_at: datetime
    entries: tuple[dict[str, Any], ...]


def public_keys(pems: list[bytes]) -> dict[str, Ed25519PublicKey]:
    """Ed25519 keys by fingerprint: SHA-256 in hex of their SubjectPublicKeyInfo."""
    found = {}
    for pem in pems:
        try:
            key = load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise BadList("RECALL_KEYS names a file that is no public key in PEM.") from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadList("RECALL_KEYS names a key that is not Ed25519.")
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found[hashlib.sha256(der).hexdigest()] = key
    return found


def read(document: Any, keys: dict[str, Ed25519PublicKey] | None) -> Listed:
    """The list, if one of the keys has signed it. `keys` None: it comes from where nobody could change it."""
    try:
        text, signature, fingerprint = document["list"], document["signature"], document["key"]
        if keys is not None:
            key = keys.get(fingerprint)
            if key is None:
                raise BadList(f"The list is signed with a key that RECALL_KEYS does not name: {fingerprint}.")
            key.verify(base64.b64decode(signature, validate=True), text.encode())
        said = json.loads(text)
        if said["type"] != TYPE:
            raise BadList(f"This is no block list but {said['type']!r}.")
        entries = tuple(entry(one) for one in said["entries"])
        return Listed(int(said["number"]), datetime.fromisoformat(said["made_at"]).astimezone(UTC), entries)
    except InvalidSignature as error:
        raise BadList("The list was changed after it was signed.") from error
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise BadList("The list cannot be read.") from error


def entry(one: Any) -> dict[str, Any]:
    """The columns of an entry; ValueError, KeyError or TypeError where it is none."""
    if one["kind"] not in KINDS or one["strength"] not in STRENGTHS:
        raise ValueError("neither a kind nor a strength")
    return {
        "number": int(one["number"]),
        "kind": one["kind"],
        "subject": str(one["subject"])[:340],
        "strength": one["strength"],
        "reason": str(one["reason"])[:4000],
        "successor": str(one.get("successor", ""))[:193],
        "at": datetime.fromisoformat(one["at"]),
    }
