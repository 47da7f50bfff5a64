"""Signers: what reaches a key that is kept elsewhere, in a smart card, an HSM or a cloud's key store.

A signer is a function named by its dotted path; only those that SIGNING_SIGNERS lists are called. `command` is one that
calls a program, such as openssl or pkcs11-tool.
"""

import shlex
import subprocess
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.models import SigningKey
from marketplace.signing.errors import SigningFault

PATIENCE = 30  # seconds


class Signer(Protocol):
    """Answers the raw signature: RSASSA-PKCS1-v1_5 over SHA-256 of the message, or Ed25519 over the message.

    `reference` is what the key was registered with: a label, an URI. Raises SigningFault when it cannot.
    """

    def __call__(self, message: bytes, *, algorithm: str, reference: str) -> bytes: ...


def ask(key: SigningKey, message: bytes) -> bytes:
    if key.signer not in settings.SIGNING_SIGNERS:
        raise SigningFault(f"{key.signer} is no signer of this server. List it in SIGNING_SIGNERS.")
    try:
        signer: Signer = import_string(key.signer)
    except ImportError as error:
        raise SigningFault(f"The signer {key.signer} cannot be loaded: {error}.") from error
    return signer(message, algorithm=key.algorithm, reference=key.reference)


def command(message: bytes, *, algorithm: str, reference: str) -> bytes:
    """Runs SIGNING_COMMAND: the message on its standard input, the raw signature on its standard output.

    {reference} and {algorithm} in it are replaced; no shell reads it.
    """
    parts = shlex.split(settings.SIGNING_COMMAND)
    if not parts:
        raise SigningFault("This key is signed with by a program. Name it in SIGNING_COMMAND.")
    argv = [part.replace("{reference}", reference).replace("{algorithm}", algorithm) for part in parts]
    try:
        done = subprocess.run(argv, input=message, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SigningFault(f"SIGNING_COMMAND has not signed: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise SigningFault(f"SIGNING_COMMAND has not signed, it ended with {done.returncode}. {said}")
    return done.stdout
