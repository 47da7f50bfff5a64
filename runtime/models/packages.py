"""Uploaded packages and their readmes."""

from django.db import models


class Package(models.Model):
    """An uploaded package: its bytes are in storage under `plugin_packages/<unique identifier>`.

    `declaration` is the daemon's declaration JSON with asset ids in place of file names (protocol.md 1.6, 1.8).
    """

    class Signature(models.TextChoices):
        """`bad`: a key that we trust has signed other content; `untrusted`: no key that we know has signed it;
        `revoked`: the marketplace's key has, but is not believed any more."""

        UNSIGNED = "unsigned"
        VERIFIED = "verified"
        BAD = "bad"
        UNTRUSTED = "untrusted"
        REVOKED = "revoked"

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
    signed_with = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="fingerprint, of a key of the marketplace"
    )
    signed_at = models.DateTimeField(null=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    unwanted_since = models.DateTimeField(null=True, help_text="when it was found that nothing refers to it any more")

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
