"""Requests that were accepted and wait for their plugin, and what became of each try."""

from django.db import models
from django.utils import timezone

from endpoints.errors import plainly
from endpoints.models.endpoints import Endpoint


class Delivery(models.Model):
    """An accepted request. A worker holds it by `lease_until`, renewed while the plugin works; an expired lease is taken back.

    Of those with the same `key` one is delivered after the other, in the order of their ids. `unique_id` is what the sender calls
    it: when it comes again it is counted in `duplicates` and not delivered again.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    key = models.CharField(max_length=255, blank=True)
    unique_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: unique where there is one
    duplicates = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=32)
    target = models.TextField(help_text="with secrets masked")
    request = models.BinaryField(help_text="the request as the plugin gets it")
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0, help_text="of the last answer")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["endpoint", "unique_id"], name="one_delivery_an_id"),)
        indexes = (
            models.Index(fields=["state", "next_at"], name="delivery_due"),
            models.Index(fields=["endpoint", "state", "id"], name="delivery_of_endpoint"),
            models.Index(fields=["endpoint", "key", "state", "id"], name="delivery_by_key"),
        )

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"

    @property
    def is_due(self) -> bool:
        return self.next_at <= timezone.now()


UNFINISHED = (Delivery.State.WAITING, Delivery.State.RUNNING)


class Attempt(models.Model):
    """One try to deliver. `unknown`: its worker fell silent, so the plugin may have had the request all the same."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    seconds = models.FloatField(default=0.0)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True, help_text="the beginning, as text")
    error = models.TextField(blank=True)
    unknown = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"try of {self.delivery_id}: {self.status or self.error}"

    @property
    def why(self) -> str:
        """The error as people read it."""
        return plainly(self.error)
