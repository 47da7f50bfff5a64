"""Private keys at rest: sealed by secrets in a file outside the database, or by what only a person has.

AES-256-GCM with the key's fingerprint and the kind of seal as associated data. A person's secret (a passphrase, or 32 bytes out
of a security key) goes through scrypt (RFC 7914), so that whoever steals the database has to guess slowly.
"""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from marketplace.signing.errors import Locked, SigningFault

BY_SERVER, BY_PERSON = "server.1", "person.1"
NONCE, SALT, SECRET = 12, 16, 32  # bytes
# 64 MiB and about 0.2 s for each guess.
COST, BLOCK, PARALLEL = 2**16, 8, 1
SHORTEST = 12  # characters of a passphrase


def seal(private: bytes, fingerprint: str, *, secret: str = "") -> str:
    """The key as text: sealed by the person's secret where one is given, else by the server's."""
    nonce, salt = secrets.token_bytes(NONCE), secrets.token_bytes(SALT)
    kind = BY_PERSON if secret else BY_SERVER
    cipher = from_person(secret, salt) if secret else servers()[0]
    sealed = cipher.encrypt(nonce, private, bound(kind, fingerprint))
    return f"{kind}.{base64.urlsafe_b64encode(salt + nonce + sealed).decode()}"


def unseal(sealed: str, fingerprint: str, *, secret: str = "") -> bytes:
    """The private key. Locked: the secret is missing or wrong. SigningFault: the server lost its own."""
    kind, _, content = sealed.rpartition(".")
    try:
        raw = base64.b64decode(content, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SigningFault("This key was changed in the database. Restore it from a backup.") from None
    salt, nonce, body = raw[:SALT], raw[SALT : SALT + NONCE], raw[SALT + NONCE :]
    if kind == BY_PERSON and not secret:
        raise Locked("This key is locked. Give the passphrase that opens it.")
    ciphers = [from_person(secret, salt)] if kind == BY_PERSON else servers()
    for cipher in ciphers:
        try:
            return cipher.decrypt(nonce, body, bound(kind, fingerprint))
        except InvalidTag:
            continue
    if kind == BY_PERSON:
        raise Locked("The passphrase does not open this key.")
    raise SigningFault(
        "The server has not the secret that its signing keys were sealed with. Put it back: set SIGNING_SECRET, "
        "or restore the file signing_secret among the server's secrets."
    )


def bound(kind: str, fingerprint: str) -> bytes:
    return f"patchbay signing key {kind} {fingerprint}".encode()


def servers() -> list[AESGCM]:
    """The first one seals, all open."""
    ciphers = []
    for text in settings.SIGNING_SECRETS:
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != SECRET:
            raise SigningFault("SIGNING_SECRET must be 64 hexadecimal characters, or several such with commas between.")
        ciphers.append(AESGCM(key))
    return ciphers


def from_person(secret: str, salt: bytes) -> AESGCM:
    key = hashlib.scrypt(
        secret.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL, maxmem=COST * BLOCK * 256, dklen=SECRET
    )
    return AESGCM(key)


def check_passphrase(text: str) -> str:
    """SigningFault says what a passphrase must be."""
    if len(text) < SHORTEST or len(set(text)) < 5:
        raise SigningFault(f"A passphrase needs at least {SHORTEST} characters, and not the same one over and over.")
    return text
