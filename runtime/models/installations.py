"""Plugins in workspaces, and the providers that they bring."""

from django.db import models

from runtime.models.ids import new_id
from runtime.models.packages import Package


class RuntimeType(models.TextChoices):
    LOCAL = "local"
    REMOTE = "remote"
    SERVERLESS = "serverless"


class Installation(models.Model):
    """A plugin in a workspace. `workspace_id` is the wire's tenant id: ours, or any that a Dify server names."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    package = models.ForeignKey(Package, models.PROTECT, related_name="installations")
    runtime_type = models.CharField(max_length=12, choices=RuntimeType, default=RuntimeType.LOCAL)
    source = models.CharField(max_length=63)
    meta = models.JSONField(default=dict)
    # What a developer's machine stands in for while it is connected, and what comes back when it leaves.
    shadowed = models.ForeignKey(Package, models.PROTECT, null=True, blank=True, related_name="shadowed_in")
    shadowed_source = models.CharField(max_length=63, blank=True)
    shadowed_meta = models.JSONField(default=dict)
    patient = models.BooleanField(default=False, help_text="its calls have no deadline: somebody debugs it")
    endpoints_setups = models.PositiveIntegerField(default=0)
    endpoints_active = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace_id", "plugin_id"], name="one_installation_a_plugin"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.plugin_id} in {self.workspace_id}"


class Provider(models.Model):
    """One provider that an installation brings: what lists and existence checks look up."""

    class Kind(models.TextChoices):
        TOOL = "tool"
        MODEL = "model"
        AGENT_STRATEGY = "agent_strategy"
        DATASOURCE = "datasource"
        TRIGGER = "trigger"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    installation = models.ForeignKey(Installation, models.CASCADE, related_name="providers")
    workspace_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=127)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "kind"], name="provider_by_kind"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
