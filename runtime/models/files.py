"""Files that plugins have uploaded."""

from django.db import models

from runtime.models.ids import new_id


class StoredFile(models.Model):
    """Its bytes are in storage under `files/<id>`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    user = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField(help_text="bytes")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.size} bytes)"
