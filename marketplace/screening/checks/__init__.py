"""The checks, as a table of dotted strings: to add one is to add a file and a row."""

from .base import Check, NotScanned

CHECKS = (
    "marketplace.screening.checks.contents.Contents",
    "marketplace.screening.checks.binaries.Binaries",
    "marketplace.screening.checks.secrets.Secrets",
    "marketplace.screening.checks.dependencies.Dependencies",
    "marketplace.screening.checks.vulnerabilities.Vulnerabilities",
    "marketplace.screening.checks.permissions.Permissions",
    "marketplace.screening.checks.execution.Execution",
    "marketplace.screening.checks.files.HostFiles",
    "marketplace.screening.checks.network.Network",
    "marketplace.screening.checks.credentials.Credentials",
    "marketplace.screening.checks.privacy.Privacy",
    "marketplace.screening.checks.similarity.Similarity",
    "marketplace.screening.checks.listing.Listing",
    "marketplace.screening.checks.rehearsal.Rehearsal",
)

__all__ = ["CHECKS", "Check", "NotScanned"]
