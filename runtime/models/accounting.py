"""What plugins have called back: how often and at what price, and what they were refused."""

from django.db import models


class Use(models.Model):
    """What reverse calls took."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255, help_text="who made them; app:<id> for an app that no plugin called")
    currency = models.CharField(max_length=8, blank=True)
    calls = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0, help_text="calls that ended with an error or were broken off")
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)
    price = models.DecimalField(max_digits=24, decimal_places=10, default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        abstract = True


class ReverseUse(Use):
    """The reverse calls of one kind that one plugin made in one workspace on one day (UTC)."""

    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=32, help_text="type of the call: llm, tool, storage …")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "day", "kind", "currency"], name="one_row_of_reverse_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.calls} {self.kind} calls of {self.plugin_id} on {self.day}"


class SessionUse(Use):
    """The same of one session. A session that goes on for long has several rows, which are added up when they are read."""

    session_id = models.CharField(max_length=64)
    trace = models.CharField(max_length=64, help_text="the session at the door, for which this one works")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "plugin_id", "-ended_at"], name="use_of_sessions"),)

    def __str__(self) -> str:
        return f"{self.calls} calls of session {self.session_id}"


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
