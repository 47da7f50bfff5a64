"""Subscriptions of trigger plugins: an address that a platform posts to, and the events that came of it."""

import json

from django.db import models

from endpoints.models.endpoints import Endpoint
from runtime import vault


class Subscription(models.Model):
    """What a trigger has subscribed to. Its endpoint is the address; `sealed`: credentials and the plugin's record.

    Who wants to renew it moves `renew_at` on by compare-and-swap, so that one does, and another tries when that one fails.
    """

    endpoint = models.OneToOneField(Endpoint, models.CASCADE, related_name="subscription")
    workspace_id = models.CharField(max_length=64)
    provider = models.CharField(max_length=127)
    credential_type = models.CharField(max_length=20)
    credential_id = models.UUIDField(null=True, help_text="the stored account; null: its own, sealed here")
    sealed = models.TextField()
    expires_at = models.DateTimeField(null=True, help_text="null: it does not expire")
    renew_at = models.DateTimeField(null=True, db_index=True)
    trouble = models.TextField(blank=True, help_text="why it could not be renewed")
    renewed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"subscription to {self.provider}"

    @property
    def purpose(self) -> str:
        return f"subscription:{self.endpoint_id}"


vault.columns.append(vault.Column(Subscription, "sealed", lambda row: str(row.purpose)))


class Event(models.Model):
    """Something that a platform told, as the plugin understood it."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="events")
    name = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255, blank=True)
    variables = models.JSONField(default=dict)
    cancelled = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} of {self.subscription}"

    @property
    def told(self) -> str:
        """The variables as people read them."""
        return json.dumps(self.variables, ensure_ascii=False, indent=2)
