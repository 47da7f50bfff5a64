"""What plugins keep for themselves, per workspace and plugin id, so that it survives upgrades (protocol.md 7.3)."""

from django.db import models


class StorageUse(models.Model):
    """How many bytes the values of one plugin in one workspace take; whoever writes values locks this row first."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of all values")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace_id", "plugin_id"], name="one_storage_a_plugin"),)

    def __str__(self) -> str:
        return f"{self.size} bytes of {self.plugin_id} in {self.workspace_id}"


class StoredValue(models.Model):
    """One value, in the row itself: a write that is broken off leaves the old one, on every node."""

    use = models.ForeignKey(StorageUse, models.CASCADE, related_name="values")
    key = models.CharField(max_length=256)
    value = models.BinaryField()
    size = models.PositiveIntegerField(help_text="bytes")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["use", "key"], name="one_value_a_key"),)

    def __str__(self) -> str:
        return f"{self.key} ({self.size} bytes)"
