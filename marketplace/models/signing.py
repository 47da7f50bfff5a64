"""Keys, and what was signed with them."""

import uuid

from django.db import models

from marketplace.models.people import User


class SigningKey(models.Model):
    """A key that signs: releases (RSA 4096, as the format asks), reviewers' decisions, tree heads, block lists."""

    class Role(models.TextChoices):
        RELEASE = "release"
        REVIEWER = "reviewer"
        RULES = "rules"  # what rules approve, without a person
        LOG = "log"  # tree heads and review records
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
    # What opens the sealed key: "server" (a file outside the database), "passphrase", or "device" (a security key's secret).
    opened_by = models.CharField(max_length=10, blank=True)
    device: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)  # {credential, salt}, base64url
    signer = models.CharField(max_length=200, blank=True)  # dotted name of what signs with it, when not we do
    reference = models.CharField(max_length=300, blank=True)  # what the signer calls it
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
    """An approved submission on its way to a signature: by whom, over what, or why it has none yet."""

    class State(models.TextChoices):
        FAILED = "failed"  # `problem` says why; tried again
        WAITING = "waiting"  # for a signature made elsewhere, or for a passphrase
        SIGNED = "signed"

    submission = models.OneToOneField("marketplace.Submission", models.CASCADE, related_name="signing_request")
    state = models.CharField(max_length=8, choices=State, default=State.FAILED)
    key = models.ForeignKey(SigningKey, models.PROTECT, null=True, related_name="requests")
    category = models.CharField(max_length=20, blank=True)
    package = models.CharField(max_length=64, blank=True)  # SHA-256 of the uploaded file that is to be signed
    time = models.BigIntegerField(default=0)  # Unix seconds, part of what is signed
    digest = models.CharField(max_length=64, blank=True, db_index=True)  # SHA-256 in hex of the message to sign
    signature = models.TextField(blank=True)  # base64, once it is here
    problem = models.TextField(blank=True, max_length=2000)
    made_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.submission}: {self.state}"


class ReviewRecord(models.Model):
    """The signed document beside a release that says what was checked, with what result, and by how many."""

    release = models.OneToOneField("marketplace.Release", models.CASCADE, related_name="record")
    body = models.TextField()  # canonical JSON
    signature = models.TextField()  # base64
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.release)
