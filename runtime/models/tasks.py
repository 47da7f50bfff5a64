"""Installations that are under way, or ended."""

from django.db import models

from runtime.models.ids import new_id
from runtime.models.packages import Package


class Status(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (Status.SUCCESS, Status.FAILED)


UNFINISHED = (Status.PENDING, Status.RUNNING)


class InstallTask(models.Model):
    """One request to install or upgrade; its status follows from its items."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64, db_index=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"install task {self.id} ({self.status})"


class InstallItem(models.Model):
    """One plugin of a task. A worker holds it by `lease_until`, renewed while it works; an expired lease is taken over."""

    task = models.ForeignKey(InstallTask, models.CASCADE, related_name="items")
    package = models.ForeignKey(Package, models.CASCADE, related_name="+")
    replaces = models.ForeignKey(
        Package, models.SET_NULL, null=True, related_name="+", help_text="the version that an upgrade leaves"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, db_index=True)
    message = models.TextField(blank=True)
    source = models.CharField(max_length=63)
    meta = models.JSONField(default=dict)
    step = models.CharField(max_length=40, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    log = models.TextField(blank=True, help_text="the last lines of output, oldest first")
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.package} {self.status}"
