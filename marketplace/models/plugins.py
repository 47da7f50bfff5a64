"""The catalogue: plugins, what they are found by, and what people say of them."""

import re
import uuid
from random import randrange
from typing import TYPE_CHECKING, Any

from django.db import models

from marketplace.models.people import User
from marketplace.models.publishers import Organization

if TYPE_CHECKING:
    from marketplace.models.submissions import Submission


LISTED_BY = ("status", "latest", "id")


class Plugin(models.Model):
    """A listed plugin. What lists and searches show of its newest release is kept here too, so that they read one row.

    Its organization is who governs it: after a transfer another one than `plugin_id` begins with.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        DEPRECATED = "deprecated"  # still there, with a reason and perhaps a successor
        CLOSED = "closed"  # by its publisher: no longer listed, old releases can still be fetched by who has them
        RECALLED = "recalled"  # by us: nothing of it is handed out

    class Deprecation(models.TextChoices):
        """The reasons that Dify's pages have words for (marketplace.md A.8)."""

        BUSINESS = "business_adjustments"
        TRANSFERRED = "ownership_transferred"
        UNMAINTAINED = "no_maintainer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="plugins")
    name = models.CharField(max_length=128)
    plugin_id = models.CharField(max_length=193, unique=True)  # handle/name
    category = models.CharField(max_length=20)
    label: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)  # language → text; en_US is always there
    brief: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)
    tags: "models.JSONField[list[str]]" = models.JSONField(default=list)
    repository = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    deprecation = models.CharField(max_length=32, choices=Deprecation, blank=True)
    deprecation_note = models.TextField(blank=True, max_length=2000)
    successor = models.CharField(max_length=193, blank=True)  # a plugin id
    # The newest stable release that anybody may have; null while there is none.
    latest: "models.ForeignKey[Release | None]" = models.ForeignKey(
        "marketplace.Release", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    install_count = models.PositiveBigIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    rating_sum = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version_updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Lists hold two states: an order that began with the state would have to be sorted anew. What is behind
        # `plugin_id` sorts nothing: a list's hundredth page is found without reading the rows of those before it.
        indexes = (
            models.Index(fields=["category", "-install_count", "plugin_id", *LISTED_BY], name="plugin_by_kind"),
            models.Index(fields=["-version_updated_at", "plugin_id", *LISTED_BY], name="plugin_by_newest_update"),
            models.Index(fields=["-created_at", "plugin_id", *LISTED_BY], name="plugin_by_newest"),
            models.Index(fields=["-install_count", "plugin_id", *LISTED_BY], name="plugin_by_most_installs"),
        )

    def __str__(self) -> str:
        return self.plugin_id


class PluginTransfer(models.Model):
    """An owner's offer of a plugin to another organization, whose owner answers it (marketplace/publishers/transferring.py)."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="transfers")
    origin = models.ForeignKey(Organization, models.CASCADE, related_name="transfers_out")
    target = models.ForeignKey(Organization, models.CASCADE, related_name="transfers_in")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, max_length=2000)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["plugin"], condition=models.Q(state="open"), name="one_open_transfer"),
        )

    def __str__(self) -> str:
        return f"{self.plugin} from {self.origin} to {self.target}: {self.state}"


class PluginTag(models.Model):
    """One row a tag of a plugin, to filter by."""

    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="tag_rows")
    tag = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tag", "plugin"], name="one_row_a_tag"),)

    def __str__(self) -> str:
        return f"{self.plugin_id}: {self.tag}"


def outline(declaration: dict[str, Any]) -> dict[str, Any]:
    """The little of a declaration that every list of plugins shows."""
    return {key: declaration[key] for key in ("plugins", "resource", "icon", "icon_dark") if declaration.get(key)}


def version_number(version: str) -> int:
    """The first three numbers of a version as one that can be compared: 1.13.3 is 1_000_013_000_003; 0 for none."""
    parts = [int(part) for part in re.findall(r"[0-9]+", version.partition("-")[0])[:3]]
    return sum(min(part, 999_999) * 1_000_000**place for place, part in zip((2, 1, 0), parts, strict=False))


OFFERED_BY = ("status", "channel", "category", "minimum_dify", "rollout", "salt", "created_at")


def hundredth() -> int:
    """A number from 0 to 99."""
    return randrange(100)  # noqa: S311 - spreads rollouts, hides nothing


class Release(models.Model):
    """A version of a plugin that was reviewed and signed."""

    class Channel(models.TextChoices):
        STABLE = "stable"
        BETA = "beta"
        UNLISTED = "unlisted"  # only for who has the link

    class Status(models.TextChoices):
        LISTED = "listed"
        YANKED = "yanked"  # never offered, still fetched by who names it
        RECALLED = "recalled"  # not handed out at all

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="releases")
    version = models.CharField(max_length=40)
    order = models.CharField(max_length=80)  # sorts as versions do (marketplace/versions.py)
    unique_identifier = models.CharField(max_length=340, unique=True)  # of the signed package
    checksum = models.CharField(max_length=64)
    package = models.CharField(max_length=64)  # SHA-256 of the signed file, by which marketplace/keeping.py finds it
    package_size = models.PositiveBigIntegerField()  # bytes
    original = models.CharField(max_length=64)  # SHA-256 of the file as it was uploaded
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.STABLE)
    link = models.CharField(max_length=43, blank=True)  # the secret part of an unlisted release's address
    rollout = models.PositiveSmallIntegerField(default=100)  # percent of installations that are offered it
    status = models.CharField(max_length=10, choices=Status, default=Status.LISTED)
    status_reason = models.TextField(blank=True, max_length=2000)
    notes = models.TextField(max_length=20_000)
    category = models.CharField(max_length=20)  # authorized_category, as it was signed
    declaration: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # icons named as in the package
    readmes: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)  # language → Markdown
    privacy_policy = models.TextField(blank=True)  # Markdown, or an address
    privacy_label: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    dependencies: "models.JSONField[list[str]]" = models.JSONField(default=list)  # requirement lines
    hosts: "models.JSONField[list[str]]" = models.JSONField(default=list)  # that the review approved
    minimum_dify_version = models.CharField(max_length=40, blank=True)
    # What lists need of the declaration and searches of the version: derived when the row is made, see `save`.
    outline: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)
    minimum_dify = models.PositiveBigIntegerField(default=0)  # the minimum as a number that can be compared
    salt = models.PositiveSmallIntegerField(default=hundredth)  # which installations a partial rollout reaches first
    install_count = models.PositiveBigIntegerField(default=0)
    submission: "models.OneToOneField[Submission | None]" = models.OneToOneField(
        "marketplace.Submission", models.PROTECT, null=True, blank=True, related_name="release"
    )
    lineage: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # where a mirrored one came from
    signed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["plugin", "version"], name="one_release_a_version"),)
        indexes = (
            models.Index(fields=["plugin", "status", "-order"], name="release_by_version"),
            models.Index(fields=["-created_at"], name="release_by_age"),
            # All that decides what is offered (marketplace/dify/terms.py): rows are long, and stay unread this way.
            models.Index(fields=["id", *OFFERED_BY], name="release_offered_by_key"),
            models.Index(fields=["plugin", "-order", *OFFERED_BY], name="release_offered"),
        )

    def __str__(self) -> str:
        return self.unique_identifier

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Derives what is kept twice for the sake of lists; both stay as they are afterwards, since releases do."""
        if self._state.adding:
            self.outline = self.outline or outline(self.declaration)
            self.minimum_dify = version_number(self.minimum_dify_version)
        super().save(*args, **kwargs)


class ReleaseAsset(models.Model):
    """A picture of a release; its content is kept once, whoever has it."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="assets")
    name = models.CharField(max_length=256)  # below _assets/
    content = models.CharField(max_length=64, db_index=True)  # SHA-256
    size = models.PositiveBigIntegerField()  # bytes
    # In pixels, so that pages leave room for it; 0: it cannot be told, null: nobody has looked (catalogue/picturing.py)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["release", "name"], name="one_asset_a_name"),)

    def __str__(self) -> str:
        return self.name


class InstallDay(models.Model):
    """How often a release was installed on one day."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="days")
    day = models.DateField()
    installs = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["release", "day"], name="one_count_a_day"),)

    def __str__(self) -> str:
        return f"{self.day}: {self.installs}"


class Collection(models.Model):
    """Plugins that are shown together, chosen by hand or by a rule."""

    name = models.SlugField(max_length=60, unique=True)
    label: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)
    description: "models.JSONField[dict[str, str]]" = models.JSONField(default=dict)
    priority = models.IntegerField(default=0)  # larger ones come first
    searchable = models.BooleanField(default=False)
    rule: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict, blank=True)  # search_params of Dify
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class CollectionItem(models.Model):
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["collection", "plugin"], name="one_place_a_plugin"),)
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.collection}: {self.plugin}"


class Rating(models.Model):
    """What a person thinks of a plugin, said of the version they had; the publisher may answer once."""

    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="ratings")
    release = models.ForeignKey(Release, models.SET_NULL, null=True, related_name="+")
    version = models.CharField(max_length=40)
    user = models.ForeignKey(User, models.CASCADE, related_name="ratings")
    stars = models.PositiveSmallIntegerField()  # 1 to 5
    text = models.TextField(blank=True, max_length=4000)
    reply = models.TextField(blank=True, max_length=4000)
    replied_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    hidden_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["plugin", "user"], name="one_rating_a_person"),
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="stars_from_1_to_5"),
        )

    def __str__(self) -> str:
        return f"{self.plugin_id}: {self.stars}"


class AbuseReport(models.Model):
    """Somebody says that something is wrong with a listing; anonymous ones leave an address or nothing."""

    class State(models.TextChoices):
        OPEN = "open"
        ACTED = "acted"
        DISMISSED = "dismissed"

    plugin = models.ForeignKey(Plugin, models.CASCADE, related_name="reports")
    release = models.ForeignKey(Release, models.SET_NULL, null=True, blank=True, related_name="+")
    rating = models.ForeignKey(Rating, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=40)
    text = models.TextField(max_length=4000)
    reporter = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    contact = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True, max_length=4000)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.plugin}: {self.reason}"
