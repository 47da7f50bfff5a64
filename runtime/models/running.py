"""How workspaces want the processes of their plugins to be, and when each was last called."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

LONGEST_SLEEP_AFTER = 30 * 86_400  # seconds
MOST_INSTANCES = 64


class RunPolicy(models.Model):
    """Of one plugin, or of all of a workspace where `plugin_id` is empty; what is empty or none follows the wider one."""

    class Sleep(models.TextChoices):
        """`after`: that many seconds after its last call, whatever it does by itself."""

        AS_USUAL = "", "As usual"
        ALWAYS = "always", "Always on"
        NEVER = "never", "Once started, never put to sleep"
        AFTER = "after", "After a time without calls"

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255, blank=True)
    sleep = models.CharField(max_length=8, choices=Sleep, blank=True)
    sleep_after = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_SLEEP_AFTER)]
    )
    most = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_INSTANCES)]
    )
    apart = models.BooleanField(null=True, blank=True, help_text="shares no process with other workspaces")
    alone = models.BooleanField(null=True, blank=True, help_text="starts by itself and is forked from nothing")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace_id", "plugin_id"], name="one_run_policy_each"),)

    def __str__(self) -> str:
        return f"how {self.plugin_id or 'every plugin'} runs in {self.workspace_id}"


class LastCall(models.Model):
    """When a plugin was last called, to a minute: by it a node knows what to start first."""

    plugin = models.CharField(max_length=400, primary_key=True, help_text="as processes are named: runtime/terms.py")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.plugin} was last called at {self.at}"
