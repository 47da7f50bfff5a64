"""Keys by which developers' machines connect, and which of them are connected."""

from django.db import models

from runtime.models import new_id


class DebugKey(models.Model):
    """A workspace's key. Sealed, so that it can be shown once more; found by its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 in hex
    sealed = models.TextField()
    made_by = models.CharField(max_length=255, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"key of {self.workspace_id}"


class Connection(models.Model):
    """A plugin that a developer's machine runs for a workspace, now or until a moment ago."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    package_id = models.BigIntegerField()  # of runtime.Package; the row may be gone before this one
    unique_identifier = models.CharField(max_length=300)
    origin = models.CharField(max_length=100)  # address, and by what it came
    key = models.ForeignKey(DebugKey, models.SET_NULL, null=True, related_name="connections")
    connected_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_why = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "plugin_id", "-connected_at"], name="connection_of_plugin"),)

    def __str__(self) -> str:
        return f"{self.plugin_id} from {self.origin}"
