"""Who publishes: organizations, their people, their tokens, and the CI jobs that they trust."""

import uuid
from typing import Any

from django.db import models

from marketplace.models.people import User


class Organization(models.Model):
    """A publisher; its handle is the `author` of its packages, the part of a plugin's id before the slash."""

    class Standing(models.TextChoices):
        """What a release of this publisher is signed as, unless a decision says otherwise."""

        COMMUNITY = "community"
        PARTNER = "partner"
        OFFICIAL = "official"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handle = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True, max_length=2000)
    website = models.URLField(blank=True)
    contact = models.EmailField(blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.COMMUNITY)
    verified_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    people: "models.ManyToManyField[User, Publisher]" = models.ManyToManyField(
        User, through="Publisher", related_name="organizations"
    )

    def __str__(self) -> str:
        return self.name or self.handle


class Publisher(models.Model):
    """A person in an organization: owners govern it, members publish."""

    class Role(models.TextChoices):
        OWNER = "owner"
        MEMBER = "member"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="publishers")
    user = models.ForeignKey(User, models.CASCADE, related_name="publishing")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organization", "user"], name="one_role_a_publisher"),)

    def __str__(self) -> str:
        return f"{self.user} at {self.organization} as {self.role}"


class NamespaceClaim(models.Model):
    """A publisher's request to be marked as verified, with what proves it; decided by the operator's staff."""

    class State(models.TextChoices):
        OPEN = "open"
        GRANTED = "granted"
        REFUSED = "refused"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="claims")
    evidence = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True, max_length=2000)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.organization}: {self.state}"


class UploadToken(models.Model):
    """What a script publishes with, for one organization or one plugin of it. Only a digest of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="tokens")
    plugin_name = models.CharField(max_length=128, blank=True)  # "" = all plugins of the organization
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=16)  # shown, so that people can tell their tokens apart
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 in hex
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    # Of a token that a CI job was given for its identity: by whose trust, and what the identity claimed.
    trust = models.ForeignKey("TrustedPublisher", models.CASCADE, null=True, blank=True, related_name="tokens")
    claims: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class TrustedPublisher(models.Model):
    """A CI job that may publish by its identity token. The plugin need not exist yet (a pending publisher)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="trusted_publishers")
    plugin_name = models.CharField(max_length=128)
    issuer = models.URLField()
    repository = models.CharField(max_length=200)  # owner/name, as the token's claim `repository` has it
    workflow = models.CharField(max_length=200)  # file name of the workflow
    environment = models.CharField(max_length=100, blank=True)  # "" = any
    # Of the repository that used it first: one that takes over its name is another one.
    repository_id = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "plugin_name", "issuer", "repository", "workflow", "environment"],
                name="one_trust_a_job",
            ),
        )

    def __str__(self) -> str:
        return f"{self.repository} {self.workflow} for {self.plugin_name}"


class SpentIdentity(models.Model):
    """An identity token of a CI job that has been exchanged once, until it expires: it is not taken again."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 in hex of issuer and jti
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest
