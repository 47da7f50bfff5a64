"""Keys as objects: made, imported or known by their public half; retired, revoked, replaced with overlap."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace import auditing, ledgers, transparency
from marketplace.models import SigningKey, User
from marketplace.signing import material, sealing
from marketplace.signing.errors import SigningFault
from marketplace.transparency.telling import moment
from runtime import uploading

Role, State = SigningKey.Role, SigningKey.State
CATEGORIES = ("community", "partner", "official")
# What the ecosystem gives to the makers of Dify. A key has it only when somebody asked for it by name.
ALL_CATEGORIES = (*CATEGORIES, "langgenius")
SERVER, PASSPHRASE, DEVICE = "server", "passphrase", "device"
ALGORITHMS = {Role.RELEASE: material.RSA}
UNATTENDED = (Role.LOG, Role.RECALL, Role.RULES)
NAMES = {
    Role.LOG: "Transparency log",
    Role.RECALL: "Recalls",
    Role.RULES: "Automatic approval",
    Role.RELEASE: "Release",
}


def generate(
    role: str,
    *,
    name: str = "",
    by: User | None = None,
    categories: Collection[str] = (),
    secret: str = "",
    owner: User | None = None,
    device: dict[str, str] | None = None,
) -> SigningKey:
    """A new key, sealed by the server, or by a person's secret: a passphrase, or what their `device` holds."""
    row = made(role, name=name, categories=categories, secret=secret, device=device)
    row.owner = owner
    return known(row, by=by, act="key.generate")


def made(
    role: str,
    *,
    name: str = "",
    categories: Collection[str] = (),
    secret: str = "",
    device: dict[str, str] | None = None,
) -> SigningKey:
    """A new key that nobody knows of yet. RSA takes seconds: nothing is locked meanwhile."""
    private = material.make(ALGORITHMS.get(Role(role), material.ED25519))
    row = drafted(role, name=name, public=private.public_key(), categories=categories)
    row.device = device or {}
    enclose(row, private, secret=secret)
    return row


def take_in(
    pem: bytes,
    *,
    role: str,
    name: str,
    by: User | None,
    categories: Collection[str] = (),
    file_passphrase: str = "",
    secret: str = "",
) -> SigningKey:
    """A key that was made elsewhere, from its PEM file, sealed as a generated one is."""
    private = material.read_private(pem, file_passphrase)
    row = drafted(role, name=name, public=private.public_key(), categories=categories)
    enclose(row, private, secret=secret)
    return known(row, by=by, act="key.import")


def register(
    pem: bytes,
    *,
    role: str,
    name: str,
    by: User | None,
    categories: Collection[str] = (),
    signer: str = "",
    reference: str = "",
) -> SigningKey:
    """A key whose private half never comes here: offline, or where a signer (signers.py) reaches it."""
    row = drafted(role, name=name, public=material.read_public(pem), categories=categories)
    row.signer, row.reference = signer, reference
    return known(row, by=by, act="key.register")


def drafted(role: str, *, name: str, public: material.Public, categories: Collection[str]) -> SigningKey:
    algorithm = material.algorithm_of(public)
    if (role == Role.RELEASE) != (algorithm == material.RSA):
        raise SigningFault("Releases are signed with RSA, as the package format asks; all else with Ed25519.")
    if unknown := set(categories) - set(ALL_CATEGORIES):
        raise SigningFault(f"There is no category {sorted(unknown)[0]}. Choose from {', '.join(ALL_CATEGORIES)}.")
    if role == Role.RELEASE and not categories:
        raise SigningFault("Say which categories this key may sign.")
    return SigningKey(
        name=name.strip()[:80] or NAMES.get(Role(role), "Key"),
        role=role,
        algorithm=algorithm,
        fingerprint=material.fingerprint(public),
        public=material.public_pem(public),
        categories=sorted(categories) if role == Role.RELEASE else [],
    )


def enclose(row: SigningKey, private: material.Private, *, secret: str) -> None:
    row.opened_by = DEVICE if row.device else PASSPHRASE if secret else SERVER
    if row.role in UNATTENDED and secret:
        raise SigningFault(
            f"{NAMES[Role(row.role)]} is signed while nobody is there: its key cannot have a passphrase."
        )
    if row.opened_by == PASSPHRASE:
        sealing.check_passphrase(secret)
    row.sealed = sealing.seal(material.private_bytes(private), row.fingerprint, secret=secret)


@transaction.atomic
def known(row: SigningKey, *, by: User | None, act: str) -> SigningKey:
    """Writes a key down, and tells of it."""
    if SigningKey.objects.filter(fingerprint=row.fingerprint).exists():
        raise SigningFault("This key is here already.")
    row.save(force_insert=True)
    transparency.append("key", row.fingerprint, {**shape(row), "state": row.state, "public": row.public})
    auditing.record(act, row.fingerprint, by=by, after={**shape(row), "opened_by": row.opened_by, "signer": row.signer})
    return row


def shape(key: SigningKey) -> dict[str, object]:
    """What may be told of a key. A reviewer's name is not: records count people."""
    name = "Reviewer" if key.role == Role.REVIEWER else key.name
    return {"name": name, "role": key.role, "algorithm": key.algorithm, "categories": key.categories}


# Ends.


@transaction.atomic
def retire(key: SigningKey, *, by: User | None) -> SigningKey:
    """It signs no more; what it has signed stays good."""
    locked = SigningKey.objects.select_for_update().get(pk=key.pk)
    if locked.state != State.ACTIVE:
        raise SigningFault(f"This key is {locked.state} already.")
    locked.state, locked.retired_at = State.RETIRED, timezone.now()
    locked.save(update_fields=["state", "retired_at"])
    transparency.append("key", locked.fingerprint, {**shape(locked), "state": locked.state})
    auditing.record("key.retire", locked.fingerprint, by=by, before={"state": "active"}, after={"state": "retired"})
    return locked


@transaction.atomic
def revoke(key: SigningKey, *, by: User | None, reason: str, since: datetime | None = None) -> SigningKey:
    """What it signed from `since` on (now by default) is not believed; what the log knows from before stays good."""
    if not reason.strip():
        raise SigningFault("Say why the key is revoked: everybody who trusts it will ask.")
    locked = SigningKey.objects.select_for_update().get(pk=key.pk)
    if locked.state == State.REVOKED:
        raise SigningFault("This key is revoked already.")
    now, before = timezone.now(), locked.state
    locked.state, locked.revoked_at, locked.revoked_reason = State.REVOKED, now, reason.strip()[:2000]
    locked.revoked_from = min(since or now, now)
    locked.save(update_fields=["state", "revoked_at", "revoked_from", "revoked_reason"])
    told = {"revoked_from": moment(locked.revoked_from), "reason": locked.revoked_reason}
    transparency.append("revocation", locked.fingerprint, {**shape(locked), **told})
    auditing.record(
        "key.revoke", locked.fingerprint, by=by, before={"state": before}, after={"state": "revoked", **told}
    )
    transaction.on_commit(partial(uploading.judge_again, locked.fingerprint), robust=True)
    return locked


# Which key signs.


def active(role: str) -> QuerySet[SigningKey]:
    """Newest first: of two that overlap, the newer one signs."""
    return SigningKey.objects.filter(role=role, state=State.ACTIVE).order_by("-made_at")


def of_server(role: str) -> SigningKey:
    """The key of a role that the server keeps for itself, made when it is first needed."""
    found = active(role).filter(owner=None).first()
    if found is not None:
        return found
    first_of_its_role(made(role))
    return active(role).filter(owner=None).get()


def first_of_its_role(row: SigningKey) -> None:
    """Of two who need the first one at once, one makes it."""
    with ledgers.queue():
        if not active(row.role).filter(owner=None).exists():
            known(row, by=None, act="key.generate")


def for_release(category: str) -> SigningKey:
    """The key that signs releases of this category. The first one is made when it is needed; later ones are people's doing."""
    if not SigningKey.objects.filter(role=Role.RELEASE).exists():
        first_of_its_role(made(Role.RELEASE, categories=CATEGORIES))
    for key in active(Role.RELEASE):
        if category in key.categories:
            return key
    raise SigningFault(
        f"No release key may sign as {category}. Make one in Administration, Keys, or with manage.py signing generate."
    )
