"""What plugins have called back: how often and at what price, and what they were refused."""

from django.db import models


class ReverseUse(models.Model):
    """The reverse calls of one kind that one plugin made in one workspace on one day (UTC)."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=32, help_text="type of the call: llm, tool, storage …")
    currency = models.CharField(max_length=8, blank=True)
    calls = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0, help_text="calls that ended with an error or were broken off")
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)
    price = models.DecimalField(max_digits=24, decimal_places=10, default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "day", "kind", "currency"], name="one_row_of_reverse_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.calls} {self.kind} calls of {self.plugin_id} on {self.day}"


class Refusal(models.Model):
    """A reverse call that was refused; the same one again within a minute is counted in the same row."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    version = models.CharField(max_length=300, help_text="unique identifier of the package")
    call = models.CharField(max_length=64)
    reason = models.CharField(max_length=255)
    times = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "plugin_id"], name="refusal_by_plugin"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.plugin_id} was refused {self.call}"
