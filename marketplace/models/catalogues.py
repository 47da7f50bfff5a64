"""Views of the marketplace for single installations, and what their people ask to be let in."""

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Lower

from marketplace.models.people import User, Workspace
from marketplace.models.plugins import Plugin, Release


class Catalogue(models.Model):
    """A view of the marketplace for one installation: `/c/<token>/` answers what its policy allows, nothing else.

    The token selects; it is no secret. A second address, `/c/<token>/s/<secret>/`, is for downloads that must be private.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    token = models.CharField(max_length=43, unique=True)
    secret_digest = models.CharField(max_length=64, blank=True)  # SHA-256 in hex; "" = there is no second address
    policy: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # marketplace/dify/policies.py
    origins: "models.JSONField[list[str]]" = models.JSONField(
        default=list
    )  # consoles that may frame and be sent back to
    # Whose it is: the workspace's owners and admins govern it; without one only staff does.
    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, blank=True, related_name="catalogues")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="catalogues")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(Lower("token"), name="one_catalogue_a_token"),)

    def __str__(self) -> str:
        return self.name


class CatalogueRequest(models.Model):
    """Somebody who works with an installation wants a plugin that its catalogue does not have."""

    class State(models.TextChoices):
        OPEN = "open"
        GRANTED = "granted"
        REFUSED = "refused"

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="requests")
    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="+")
    asked_by = models.CharField(max_length=120)  # as they call themselves: they need no account here
    reason = models.TextField(max_length=2000)
    times = models.PositiveIntegerField(default=1)  # how often it was asked for while it was open
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True, max_length=2000)
    until = models.DateField(null=True, blank=True)  # the last day of what was granted; null = for good
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["catalogue", "plugin"], condition=models.Q(state="open"), name="one_open_request_a_plugin"
            ),
        )

    def __str__(self) -> str:
        return f"{self.plugin}: {self.state}"


class OfflineEdition(models.Model):
    """A release with the wheels of all that it needs inside, for one kind of machine that reaches no package index."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="editions")
    python = models.CharField(max_length=8)  # such as 3.12
    platform = models.CharField(max_length=60)  # as uv calls it, such as x86_64-manylinux_2_28
    unique_identifier = models.CharField(max_length=340, unique=True)  # another checksum than the release's
    checksum = models.CharField(max_length=64)
    package = models.CharField(max_length=64)  # SHA-256 of the signed file (marketplace/keeping.py)
    package_size = models.PositiveBigIntegerField()  # bytes
    wheels: "models.JSONField[list[str]]" = models.JSONField(default=list)  # file names
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["release", "python", "platform"], name="one_edition_a_machine"),)

    def __str__(self) -> str:
        return self.unique_identifier
