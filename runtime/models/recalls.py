"""Block lists that this runtime follows, what a workspace has overridden of them, and what environments hold."""

from django.db import models

from runtime.models.packages import Package


class RecallList(models.Model):
    """A list by where it comes from: an address, or "" for the marketplace beside us. Its number never goes back."""

    source = models.CharField(max_length=500, unique=True, blank=True)
    number = models.PositiveBigIntegerField(default=0)
    etag = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.source or 'ours'} {self.number}"


class RecallEntry(models.Model):
    """Something that is recalled now; what was lifted has no row."""

    class Strength(models.TextChoices):
        SOFT = "soft"  # disabled, a workspace's administrator may override it
        HARD = "hard"  # does not start

    class Kind(models.TextChoices):
        VERSION = "version"
        PLUGIN = "plugin"
        DEPENDENCY = "dependency"

    list = models.ForeignKey(RecallList, models.CASCADE, related_name="entries")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=340)
    strength = models.CharField(max_length=4, choices=Strength)
    reason = models.TextField()
    successor = models.CharField(max_length=193, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["list", "number"], name="one_entry_a_number"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class RecallOverride(models.Model):
    """A workspace runs a plugin in spite of a soft recall: who said so, and why. It is about this entry alone."""

    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    source = models.CharField(max_length=500, blank=True)
    number = models.PositiveBigIntegerField()
    by = models.CharField(max_length=300)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workspace_id", "plugin_id", "source", "number"], name="one_override_a_recall"
            ),
        )

    def __str__(self) -> str:
        return f"{self.plugin_id} in {self.workspace_id}"


class Contents(models.Model):
    """The Python packages in the environment that a plugin was last started with: name → version."""

    package = models.OneToOneField(Package, models.CASCADE, related_name="contents")
    packages = models.JSONField(default=dict)
    noted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{len(self.packages)} of {self.package}"
