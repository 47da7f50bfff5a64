"""Making a signature with a key, wherever its private half is, and checking that it is one."""

import base64
import binascii

from django.conf import settings

from marketplace.models import SigningKey
from marketplace.signing import material, sealing, signers
from marketplace.signing.errors import Elsewhere, SigningFault


def is_offline(key: SigningKey) -> bool:
    """Whether somebody has to carry the digest to the key."""
    return not key.sealed and not key.signer


def signature(key: SigningKey, message: bytes, *, secret: str = "") -> bytes:
    """The key's signature of the message, checked. Elsewhere, Locked or SigningFault say why there is none."""
    if key.state != SigningKey.State.ACTIVE:
        raise SigningFault(f"The key {key.name} is {key.state}: it signs no more.")
    if is_offline(key):
        raise Elsewhere(key.name)
    if key.signer:
        made = signers.ask(key, message)
    else:
        secret = secret or (settings.SIGNING_PASSPHRASE if key.role == SigningKey.Role.RELEASE else "")
        made = material.sign(sealing.unseal(key.sealed, key.fingerprint, secret=secret), message)
    if not material.is_signed(key.public, message, made):
        raise SigningFault(f"What signs for the key {key.name} has signed something else, or with another key.")
    return made


def is_by(key: SigningKey, message: bytes, made: str) -> bool:
    """Whether the text, base64, is this key's signature of the message."""
    try:
        return material.is_signed(key.public, message, base64.b64decode(made, validate=True))
    except (binascii.Error, ValueError):
        return False
