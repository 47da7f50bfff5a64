"""Accounts of providers, sealed; OAuth clients, and sign-ins that are under way."""

from django.db import models
from django.db.models import Q

from runtime.models.ids import new_id


class ProviderBound(models.Model):
    """What belongs to one provider of a plugin in a workspace; it outlives versions and installations of the plugin."""

    class Kind(models.TextChoices):
        TOOL = "tool"
        MODEL = "model"
        DATASOURCE = "datasource"
        TRIGGER = "trigger"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Kind)
    provider = models.CharField(max_length=127)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Credential(ProviderBound):
    """One account. `model` and `model_type` are empty unless it is for that one model alone."""

    class Type(models.TextChoices):
        API_KEY = "api-key"
        OAUTH2 = "oauth2"

    model = models.CharField(max_length=255, blank=True)
    model_type = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=80)
    type = models.CharField(max_length=12, choices=Type, default=Type.API_KEY)
    is_default = models.BooleanField(default=False)
    sealed = models.TextField(help_text="the values, by runtime/vault.py")
    redirect_uri = models.TextField(blank=True, help_text="of the sign-in that made it; refreshing names it again")
    expires_at = models.DateTimeField(null=True, help_text="of an OAuth token; none: never")
    refreshing_until = models.DateTimeField(null=True, help_text="somebody refreshes it and has until then")
    trouble = models.TextField(blank=True, help_text="why the last refresh failed")
    orphaned_at = models.DateTimeField(null=True, help_text="when its plugin was found to be uninstalled")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "kind", "provider", "model", "model_type"],
                condition=Q(is_default=True),
                name="one_default_credential",
            ),
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "kind", "provider", "model", "model_type", "name"],
                name="one_credential_a_name",
            ),
        )
        ordering = ("kind", "provider", "model", "-is_default", "created_at")

    def __str__(self) -> str:
        return f"{self.name} of {self.plugin_id}"


class OAuthClient(ProviderBound):
    """What a provider knows this server by, as the workspace has registered it there."""

    sealed = models.TextField(help_text="the client's settings, by runtime/vault.py")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "kind", "provider"], name="one_oauth_client_a_provider"
            ),
        )

    def __str__(self) -> str:
        return f"OAuth client of {self.plugin_id}"


class OAuthFlow(ProviderBound):
    """A sign-in that has begun: taken away by the callback, so that it ends once."""

    user_id = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    credential = models.ForeignKey(Credential, models.CASCADE, null=True, help_text="the one that is signed in again")
    redirect_uri = models.TextField()
    state = models.TextField(blank=True, help_text="the plugin's own state, which ours stands in for on the way")

    def __str__(self) -> str:
        return f"sign-in of {self.user_id} for {self.plugin_id}"
