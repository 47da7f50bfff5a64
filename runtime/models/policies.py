"""What is decided about plugins: what a workspace takes away from what they declare, what an operator allows them."""

from django.db import models


class Restriction(models.Model):
    """One permission that a workspace denies: to one plugin, or to all where `plugin_id` is empty."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255, blank=True)
    permission = models.CharField(max_length=32, help_text="a path as in the manifest: storage, model, model.llm …")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["workspace_id", "plugin_id", "permission"], name="one_restriction_each"),
        )

    def __str__(self) -> str:
        return f"no {self.permission} for {self.plugin_id or 'any plugin'} in {self.workspace_id}"


class PluginLimit(models.Model):
    """What an operator has decided that one plugin may use, in all workspaces; what is empty is as the settings say."""

    plugin_id = models.CharField(max_length=255, unique=True)
    memory = models.PositiveBigIntegerField(null=True, blank=True, help_text="bytes; 0 for no limit")
    processes = models.PositiveIntegerField(null=True, blank=True, help_text="with their threads")
    descriptors = models.PositiveIntegerField(null=True, blank=True, help_text="open files and connections")
    cpu = models.PositiveIntegerField(null=True, blank=True, help_text="percent of one core")
    disk = models.PositiveBigIntegerField(null=True, blank=True, help_text="bytes that its folders may hold")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"limits of {self.plugin_id}"
