"""Keys that seal what a workspace entrusts to us."""

from django.db import models


class DataKey(models.Model):
    """A workspace's key, sealed by a master key that is not in the database. The highest number seals, all unseal."""

    workspace_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    master = models.CharField(max_length=16, help_text="fingerprint of the master key that seals it")
    sealed = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace_id", "number"], name="one_data_key_a_number"),)
        ordering = ("workspace_id", "number")

    def __str__(self) -> str:
        return f"data key {self.number} of {self.workspace_id}"
