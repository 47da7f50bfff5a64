"""What must last about plugins that run here: packages, installations, and the tasks that install them."""

import uuid

from django.db import models


def new_id() -> uuid.UUID:
    """Random ids: the database orders rows by `created_at`, so ids need no time in them."""
    return uuid.uuid4()


class Package(models.Model):
    """An uploaded package: its bytes are in storage under `plugin_packages/<unique identifier>`.

    `declaration` is the daemon's declaration JSON with asset ids in place of file names (protocol.md 1.6, 1.8).
    """

    class Signature(models.TextChoices):
        """`bad`: a key that we trust has signed other content; `untrusted`: no key that we know has signed it."""

        UNSIGNED = "unsigned"
        VERIFIED = "verified"
        BAD = "bad"
        UNTRUSTED = "untrusted"

    # An author of 64 characters, a name of 128, a version of 31 and a checksum make 290.
    unique_identifier = models.CharField(max_length=300, unique=True)
    plugin_id = models.CharField(max_length=255, db_index=True)
    version = models.CharField(max_length=40)
    checksum = models.CharField(max_length=64)
    category = models.CharField(max_length=20)
    size = models.PositiveBigIntegerField(help_text="bytes of the package file")
    declaration = models.JSONField()
    verified = models.BooleanField(default=False)
    verification = models.JSONField(null=True, help_text="{authorized_category} when a trusted key has signed")
    signature = models.CharField(max_length=10, choices=Signature, default=Signature.UNSIGNED)
    signed_by = models.CharField(max_length=120, blank=True, help_text="name of the key that verified it")
    signed_at = models.DateTimeField(null=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.unique_identifier


class Readme(models.Model):
    package = models.ForeignKey(Package, models.CASCADE, related_name="readmes")
    language = models.CharField(max_length=10)
    content = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["package", "language"], name="one_readme_a_language"),)

    def __str__(self) -> str:
        return f"{self.package} in {self.language}"


class RuntimeType(models.TextChoices):
    LOCAL = "local"
    REMOTE = "remote"
    SERVERLESS = "serverless"


class Installation(models.Model):
    """A plugin in a workspace. `workspace_id` is the wire's tenant id: ours, or any that a Dify server names."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.CharField(max_length=64)
    plugin_id = models.CharField(max_length=255)
    package = models.ForeignKey(Package, models.PROTECT, related_name="installations")
    runtime_type = models.CharField(max_length=12, choices=RuntimeType, default=RuntimeType.LOCAL)
    source = models.CharField(max_length=63)
    meta = models.JSONField(default=dict)
    endpoints_setups = models.PositiveIntegerField(default=0)
    endpoints_active = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace_id", "plugin_id"], name="one_installation_a_plugin"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.plugin_id} in {self.workspace_id}"


class Provider(models.Model):
    """One provider that an installation brings: what lists and existence checks look up."""

    class Kind(models.TextChoices):
        TOOL = "tool"
        MODEL = "model"
        AGENT_STRATEGY = "agent_strategy"
        DATASOURCE = "datasource"
        TRIGGER = "trigger"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    installation = models.ForeignKey(Installation, models.CASCADE, related_name="providers")
    workspace_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=127)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["workspace_id", "kind"], name="provider_by_kind"),)
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


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
