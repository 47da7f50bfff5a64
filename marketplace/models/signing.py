"""Keys, what was signed with them, and the log that shows it to everybody."""

import uuid
from typing import Any

from django.db import models

from marketplace.models.people import User


class SigningKey(models.Model):
    """A key that signs: releases (RSA 4096, as the format asks), reviewers' decisions, tree heads, block lists."""

    class Role(models.TextChoices):
        RELEASE = "release"
        REVIEWER = "reviewer"
        LOG = "log"
        RECALL = "recall"

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"  # signs no more, what it signed stays good
        REVOKED = "revoked"  # what it signed after `revoked_from` is not believed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=Role)
    algorithm = models.CharField(max_length=20)  # "rsa-pkcs1-sha256" | "ed25519"
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 in hex
    public = models.TextField()  # PEM
    sealed = models.TextField(blank=True)  # the private key, encrypted; "" = it is elsewhere (offline, or a signer)
    signer = models.CharField(max_length=200, blank=True)  # dotted name of what signs with it, when not we do
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="keys")  # of a reviewer's key
    categories: "models.JSONField[list[str]]" = models.JSONField(default=list)  # that a release key may sign
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_from = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.TextField(blank=True, max_length=2000)

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class SigningRequest(models.Model):
    """A digest that waits for a signature made elsewhere with an offline key."""

    submission = models.OneToOneField("marketplace.Submission", models.CASCADE, related_name="signing_request")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="requests")
    category = models.CharField(max_length=20)
    time = models.BigIntegerField()  # Unix seconds, part of what is signed
    digest = models.CharField(max_length=64)  # SHA-256 in hex of the message to sign
    signature = models.TextField(blank=True)  # base64, once it is here
    made_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.digest


class LogLeaf(models.Model):
    """A leaf of the transparency log (RFC 6962 hashing). Only ever added; `position` has no gaps."""

    position = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)  # "release" | "decision" | "key" | "recall" | "revocation"
    subject = models.CharField(max_length=340, db_index=True)  # a unique identifier, a key's fingerprint …
    body = models.TextField()  # canonical JSON; the leaf hash is over exactly these bytes
    leaf_hash = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"


class TreeHead(models.Model):
    """A signed size and root of the log."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.TextField()  # base64
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class ReviewRecord(models.Model):
    """The signed document beside a release that says what was checked, with what result, and by how many."""

    release = models.OneToOneField("marketplace.Release", models.CASCADE, related_name="record")
    body = models.TextField()  # canonical JSON
    signature = models.TextField()  # base64
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.release)


class Recall(models.Model):
    """One entry of the block list, by its number. Lifting one adds an entry that names it."""

    class Strength(models.TextChoices):
        SOFT = "soft"  # disabled, an administrator may override it
        HARD = "hard"  # cannot start

    class Kind(models.TextChoices):
        VERSION = "version"  # subject: a unique identifier
        PLUGIN = "plugin"  # subject: a plugin id
        DEPENDENCY = "dependency"  # subject: a requirement, such as requests==2.6.0

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=340, db_index=True)
    strength = models.CharField(max_length=4, choices=Strength)
    reason = models.TextField(max_length=4000)
    successor = models.CharField(max_length=193, blank=True)
    lifts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lifted_by")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject}"


class AuditEntry(models.Model):
    """One act: who, what, from where, before and after. Each holds the hash of the one before it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    act = models.CharField(max_length=60, db_index=True)  # such as "submission.approve"
    subject = models.CharField(max_length=340, db_index=True)
    by = models.CharField(max_length=300)  # in words: people's accounts may go, what they did stays
    by_id = models.UUIDField(null=True, blank=True, db_index=True)
    address = models.CharField(max_length=64, blank=True)  # from where
    before: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    after: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)  # hash of the entry before
    hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{self.number} {self.act}"
