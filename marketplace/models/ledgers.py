"""What is only ever added to: audit trail, transparency log, recalls. The database refuses changes too (ledgers.py)."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import models

from marketplace.models.signing import SigningKey

REFUSED = "This is a ledger: what is written in it stays. Write what has changed as an entry of its own."


class Rows[Row: models.Model](models.QuerySet[Row]):
    """Rows that nothing changes or deletes; `number` alone gives one its place, once."""

    def update(self, **changes: Any) -> int:
        raise PermissionDenied(REFUSED)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(REFUSED)

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        raise PermissionDenied(REFUSED)

    def place(self, pk: int, **place: Any) -> None:
        """Writes the columns that are empty until a row has its place. The database lets this happen once."""
        models.QuerySet.update(self.filter(pk=pk), **place)


class Ledger(models.Model):
    """A model whose rows are added and then left alone."""

    objects: ClassVar[Any] = Rows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied(REFUSED)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(REFUSED)


class AuditEntry(Ledger):
    """One act: who, what, from where, before and after.

    It is written with the act, in the same transaction; its number and hashes follow on commit, one entry after the other.
    """

    act = models.CharField(max_length=60, db_index=True)  # such as "submission.approve"
    subject = models.CharField(max_length=340, db_index=True)
    by = models.CharField(max_length=300)  # in words: people's accounts may go, what they did stays
    by_id = models.UUIDField(null=True, blank=True, db_index=True)
    address = models.CharField(max_length=64, blank=True)  # from where
    before: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    after: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    at = models.DateTimeField()
    number = models.PositiveBigIntegerField(null=True, unique=True)  # from 1, without gaps
    previous = models.CharField(max_length=64, blank=True)  # hash of the entry before
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.number} {self.act}"


class LogLeaf(Ledger):
    """A leaf of the transparency log (RFC 6962 hashing). `position` has no gaps; it follows on commit."""

    kind = models.CharField(max_length=20)  # a row of marketplace/transparency/kinds.py
    subject = models.CharField(max_length=340, db_index=True)  # a unique identifier, a key's fingerprint …
    body = models.TextField()  # canonical JSON; the leaf hash is over exactly these bytes
    leaf_hash = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    position = models.PositiveBigIntegerField(null=True, unique=True)  # from 0

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"


class LogNode(models.Model):
    """The hash of a full subtree of the log: of 2^level leaves, the `place`-th such. It never changes."""

    level = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "place"], name="one_hash_a_subtree"),)

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class TreeHead(Ledger):
    """A signed size and root of the log."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.TextField()  # base64
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class Recall(Ledger):
    """One entry of the block list, by its number. Lifting one adds an entry that names it."""

    class Strength(models.TextChoices):
        SOFT = "soft"  # disabled, an administrator may override it
        HARD = "hard"  # cannot start

    class Kind(models.TextChoices):
        VERSION = "version"  # subject: a unique identifier
        PLUGIN = "plugin"  # subject: a plugin id
        DEPENDENCY = "dependency"  # subject: a requirement, such as requests==2.6.0

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=340, db_index=True)
    strength = models.CharField(max_length=4, choices=Strength)
    reason = models.TextField(max_length=4000)
    successor = models.CharField(max_length=193, blank=True)
    lifts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lifted_by")
    effects: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)  # what it changed → as it was before
    by = models.CharField(max_length=300)  # in words, as in the audit trail
    by_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject}"
