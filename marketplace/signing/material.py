"""Key material: making it, reading it, its fingerprint, and what each algorithm does with it. Knows no database."""

import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_pem_public_key,
)

from marketplace.signing.errors import Locked, SigningFault

RSA, ED25519 = "rsa-pkcs1-sha256", "ed25519"
BITS = 4096
Private = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Public = rsa.RSAPublicKey | ed25519.Ed25519PublicKey


def make(algorithm: str) -> Private:
    if algorithm == ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def algorithm_of(key: Private | Public) -> str:
    return RSA if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey) else ED25519


def private_bytes(key: Private) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Public) -> str:
    """RSA in PKCS#1, as Dify's settings ask for; Ed25519 in the usual form (RFC 8410)."""
    shape = PublicFormat.PKCS1 if isinstance(key, rsa.RSAPublicKey) else PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(Encoding.PEM, shape).decode()


def fingerprint(key: Public) -> str:
    """SHA-256 in hex of the DER that the PEM holds; of RSA keys the same as difypkg says."""
    shape = PublicFormat.PKCS1 if isinstance(key, rsa.RSAPublicKey) else PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(Encoding.DER, shape)).hexdigest()


def read_private(pem: bytes, passphrase: str = "") -> Private:
    """A PEM file's key, PKCS#1 or PKCS#8, also encrypted. SigningFault says what is wrong with it."""
    try:
        key = load_pem_private_key(pem, passphrase.encode() or None)
    except TypeError:
        raise Locked("This file is encrypted. Give its passphrase; leave that empty for one that is not.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise SigningFault("This is not a PEM file with a private key, or its passphrase is another one.") from None
    if not isinstance(key, Private):
        raise SigningFault("Only RSA and Ed25519 keys sign here.")
    check_size(key.public_key())
    return key


def read_public(pem: bytes) -> Public:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise SigningFault("This is not a PEM file with a public key.") from None
    if not isinstance(key, Public):
        raise SigningFault("Only RSA and Ed25519 keys sign here.")
    check_size(key)
    return key


def check_size(key: Public) -> None:
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        raise SigningFault(f"An RSA key of {key.key_size} bits can be broken. Make one of {BITS}.")


def sign(private: bytes, message: bytes) -> bytes:
    """With a key as private_bytes has written it."""
    # it was checked when it was made or read, and is sealed since: to check it again takes longer than to sign
    key = load_der_private_key(private, None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), SHA256())
    assert isinstance(key, ed25519.Ed25519PrivateKey)  # noqa: S101 - read_private lets no other in
    return key.sign(message)


def is_signed(pem: str, message: bytes, signature: bytes) -> bool:
    """Whether the key whose public PEM this is has signed the message."""
    key = read_public(pem.encode())
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
        else:
            key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
