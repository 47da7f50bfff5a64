"""Secrets at rest, by envelope encryption: a data key for each workspace, sealed by a master key outside the database.

AES-256-GCM with the workspace, the purpose and the key's number as associated data (NIST SP 800-38D): a sealed value that is
moved to another workspace or another purpose does not open. All functions are synchronous; those of a workspace whose key has
been used within `KEEP_WARM` seconds run no SQL.
"""

import base64
import binascii
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Model

from runtime.errors import RuntimeFault
from runtime.models import DataKey

VERSION = "v1"
NONCE = 12  # bytes
KEY = 32  # bytes
KEEP_WARM = 60.0  # seconds that an opened data key stays in this process
LARGEST_WARM = 1024  # workspaces
SHOWN = 2  # characters at each end of a masked text


class VaultFault(RuntimeFault):
    """Something cannot be sealed or opened; the message says what to do about it. It never holds what is secret."""


# What callers use.


def seal(workspace_id: str, plain: bytes, *, purpose: str) -> str:
    """`v1.<number of the data key>.<base64url of nonce and ciphertext>`; only the same purpose opens it."""
    number, cipher = newest(workspace_id)
    nonce = secrets.token_bytes(NONCE)
    sealed = cipher.encrypt(nonce, plain, bound_to(workspace_id, purpose, str(number)))
    return f"{VERSION}.{number}.{encoded(nonce + sealed)}"


def unseal(workspace_id: str, sealed: str, *, purpose: str) -> bytes:
    """What was sealed for this workspace and purpose; raises VaultFault."""
    number, content = parts(sealed)
    return opened(
        key_of(workspace_id, number),
        content,
        bound_to(workspace_id, purpose, str(number)),
        failing="This stored secret was changed, or belongs to another place. Enter it again.",
    )


def seal_json(workspace_id: str, value: Any, *, purpose: str) -> str:
    return seal(workspace_id, orjson.dumps(value), purpose=purpose)


def unseal_json(workspace_id: str, sealed: str, *, purpose: str) -> Any:
    return orjson.loads(unseal(workspace_id, sealed, purpose=purpose))


def mask(text: str) -> str:
    """What may be shown of a secret (protocol.md 9.1): both ends of one that is longer than 6 characters."""
    hidden = len(text) - 2 * SHOWN
    return f"{text[:SHOWN]}{'*' * hidden}{text[-SHOWN:]}" if len(text) > 6 else "*" * len(text)


def is_fresh(workspace_id: str, sealed: str) -> bool:
    """Whether the workspace's newest data key has sealed it; else sealing it again is due."""
    return parts(sealed)[0] == newest(workspace_id)[0]


# The sealed text.


def bound_to(*names: str) -> bytes:
    """Associated data: names with their lengths, so that no two lists of names give the same bytes."""
    return b"".join(len(name.encode()).to_bytes(4) + name.encode() for name in names)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise VaultFault("This is not a stored secret, or a part of it is missing. Enter it again.") from None


def parts(sealed: str) -> tuple[int, bytes]:
    """The number of the data key, and nonce with ciphertext."""
    version, _, rest = sealed.partition(".")
    number, _, content = rest.partition(".")
    if version != VERSION or not (number.isascii() and number.isdigit()):
        raise VaultFault("This is not a stored secret, or a part of it is missing. Enter it again.")
    return int(number), decoded(content)


def opened(cipher: AESGCM, content: bytes, names: bytes, *, failing: str) -> bytes:
    try:
        return cipher.decrypt(content[:NONCE], content[NONCE:], names)
    except (InvalidTag, ValueError):
        raise VaultFault(failing) from None


# Master keys: the first one seals, all open.


def masters() -> dict[str, AESGCM]:
    """Fingerprint → cipher of each master key, in the order of the setting."""
    keys = [master_key(text) for text in settings.VAULT_KEYS]
    return {hashlib.sha256(b"patchbay master key" + key).hexdigest()[:16]: AESGCM(key) for key in keys}


def master_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY:
        raise VaultFault("VAULT_KEY must be 64 hexadecimal characters, or several such keys with commas between them.")
    return key


def wrapped(row: DataKey, key: bytes) -> DataKey:
    """The row with its key sealed by the first master key."""
    fingerprint, cipher = next(iter(masters().items()))
    nonce = secrets.token_bytes(NONCE)
    names = bound_to("data key", row.workspace_id, str(row.number))
    row.master, row.sealed = fingerprint, encoded(nonce + cipher.encrypt(nonce, key, names))
    return row


def unwrapped(row: DataKey) -> bytes:
    """The data key itself; VaultFault when the master key that seals it is not configured."""
    failing = (
        "The server has not the master key that its secrets were sealed with. "
        "Put it back: add it to VAULT_KEY, or restore the file vault_key among the server's secrets."
    )
    cipher = masters().get(row.master)
    if cipher is None:
        raise VaultFault(failing)
    names = bound_to("data key", row.workspace_id, str(row.number))
    return opened(cipher, decoded(row.sealed), names, failing=failing)


# Data keys, kept warm.


@dataclass(slots=True)
class Warm:
    """A workspace's opened keys by number."""

    until: float
    newest: int
    keys: dict[int, AESGCM] = field(default_factory=dict)


warm: dict[str, Warm] = {}
warm_lock = threading.Lock()


def forget(workspace_id: str = "") -> None:
    """Drops opened keys of one workspace, or all."""
    with warm_lock:
        if workspace_id:
            warm.pop(workspace_id, None)
        else:
            warm.clear()


def warmed(workspace_id: str) -> Warm | None:
    found = warm.get(workspace_id)
    return found if found is not None and found.until > time.monotonic() else None


def remember(workspace_id: str, found: Warm) -> Warm:
    with warm_lock:
        while len(warm) >= LARGEST_WARM:
            warm.pop(next(iter(warm)))
        warm[workspace_id] = found
    return found


def read(workspace_id: str) -> Warm:
    """All keys of a workspace, opened; it has none before it seals for the first time."""
    rows = list(DataKey.objects.filter(workspace_id=workspace_id).order_by("number"))
    keys = {row.number: AESGCM(unwrapped(row)) for row in rows}
    return remember(workspace_id, Warm(time.monotonic() + KEEP_WARM, max(keys, default=0), keys))


def newest(workspace_id: str) -> tuple[int, AESGCM]:
    found = warmed(workspace_id) or read(workspace_id)
    if not found.newest:
        make_data_key(workspace_id, 1)
        found = read(workspace_id)
    return found.newest, found.keys[found.newest]


def key_of(workspace_id: str, number: int) -> AESGCM:
    found = warmed(workspace_id)
    if found is None or number not in found.keys:
        found = read(workspace_id)
    if number not in found.keys:
        raise VaultFault("The key of this stored secret is gone from the database. Enter the secret again.")
    return found.keys[number]


# Rotation.


@dataclass(frozen=True, slots=True)
class Column:
    """A column of sealed texts. `purpose` says what a row's text was sealed for; rows have a `workspace_id`."""

    model: type[Model]
    name: str
    purpose: Callable[[Any], str]


columns: list[Column] = []


def add_data_key(workspace_id: str) -> int:
    """Gives the workspace a new key, which seals from now on; its number."""
    last = DataKey.objects.filter(workspace_id=workspace_id).aggregate(last=Max("number"))["last"] or 0
    make_data_key(workspace_id, last + 1)
    return last + 1


def make_data_key(workspace_id: str, number: int) -> None:
    """Two who make the same one at once make one."""
    row = DataKey(workspace_id=workspace_id, number=number)
    try:
        with transaction.atomic():
            wrapped(row, secrets.token_bytes(KEY)).save(force_insert=True)
    except IntegrityError:
        pass
    forget(workspace_id)


def rotate_master() -> int:
    """Seals every data key with the first master key; how many were sealed by another one."""
    first = next(iter(masters()))
    rows = list(DataKey.objects.exclude(master=first))
    for row in rows:
        wrapped(row, unwrapped(row)).save(update_fields=["master", "sealed"])
    forget()
    return len(rows)


def reseal(workspace_id: str) -> int:
    """Seals with the newest key all that an older one has sealed, column by column; how many texts that were.

    A text that somebody changes meanwhile is left alone: the new one was sealed by the newest key anyway.
    """
    return sum(reseal_column(workspace_id, column) for column in columns)


def reseal_column(workspace_id: str, column: Column) -> int:
    rows = column.model._default_manager.filter(workspace_id=workspace_id).exclude(**{column.name: ""})
    done = 0
    for row in rows.iterator():
        old = getattr(row, column.name)
        if is_fresh(workspace_id, old):
            continue
        purpose = column.purpose(row)
        new = seal(workspace_id, unseal(workspace_id, old, purpose=purpose), purpose=purpose)
        done += column.model._default_manager.filter(pk=row.pk, **{column.name: old}).update(**{column.name: new})
    return done
