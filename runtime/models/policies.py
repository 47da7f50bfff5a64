"""What a workspace takes away from what its plugins declare."""

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
