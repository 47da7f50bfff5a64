"""Public addresses of plugins, and the last requests that came to them."""

import secrets

from django.db import models

from runtime import vault
from runtime.models import new_id

HOOK_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
HOOK_LENGTH = 26  # 134 bits


def new_hook() -> str:
    """An id that nobody can guess, from the operating system's source of randomness."""
    return "".join(secrets.choice(HOOK_ALPHABET) for _ in range(HOOK_LENGTH))


class Endpoint(models.Model):
    """A plugin's address in a workspace. It belongs to the plugin, not to one version or installation of it.

    `previous_hook` still answers until `previous_until`. `settings` and `signing_secret` are sealed by the vault; `rules` are
    those of endpoints/rules.py.
    """

    class Kind(models.TextChoices):
        """What its address leads to: the routes of an extension, or the subscription of a trigger."""

        ROUTES = "routes"
        TRIGGER = "trigger"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ROUTES)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    user_id = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=127)
    enabled = models.BooleanField(default=True)
    hook = models.CharField(max_length=64, unique=True, default=new_hook)
    previous_hook = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - null: unique where there is one
    previous_until = models.DateTimeField(null=True)
    settings = models.TextField(blank=True)
    signing_secret = models.TextField(blank=True)
    rules = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "plugin_id"], name="endpoint_of_plugin"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"endpoint {self.name} of {self.plugin_id}"

    @property
    def purpose(self) -> str:
        """What its settings are sealed for."""
        return f"endpoint:{self.pk}"

    @property
    def signing_purpose(self) -> str:
        return f"endpoint-signature:{self.pk}"


vault.columns.append(vault.Column(Endpoint, "settings", lambda row: str(row.purpose)))
vault.columns.append(vault.Column(Endpoint, "signing_secret", lambda row: str(row.signing_purpose)))


class Seen(models.Model):
    """A request that came, as the inspector shows it: secrets are masked before it is written."""

    SHOWN = 8192  # bytes of its body that are kept

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="seen")
    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=32)
    target = models.TextField()
    client = models.CharField(max_length=64, blank=True)
    headers = models.JSONField(default=list, help_text="[name, value] pairs")
    body = models.TextField(blank=True, help_text="the beginning, as text")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the body")
    status = models.PositiveSmallIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    note = models.CharField(max_length=255, blank=True, help_text="why it was refused, or how it ended")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.method} {self.target} → {self.status}"

    @property
    def cut(self) -> bool:
        return self.size > self.SHOWN
