"""Reports that a publisher's CI has made of a package: kept word for word as claims, never taken for our own findings."""

from typing import Any

from marketplace import auditing
from marketplace.models import Submission, UploadToken
from marketplace.publishers.errors import NotFound, Refused
from marketplace.publishers.tokens import said

SCHEMA = 1


def attach_report(report: dict[str, Any], *, checksum: str, token: UploadToken) -> Submission:
    """Put a scan report beside the newest submission of this package; a later one replaces it. Raises Refused."""
    if report.get("schema_version") != SCHEMA:
        raise Refused("schema", f"This marketplace reads scan reports with schema_version {SCHEMA}.")
    mine = Submission.objects.filter(organization=token.organization, unique_identifier__endswith=f"@{checksum}")
    if token.plugin_name:
        mine = mine.filter(plugin_id=f"{token.organization.handle}/{token.plugin_name}")
    found = mine.order_by("-created_at").first()
    if found is None:
        raise NotFound("not_found", "Your organization has submitted no package with this checksum.")
    found.provenance = found.provenance | {"scan_report": report}
    found.save(update_fields=["provenance"])
    auditing.record("submission.report", found.plugin_id, by=said(token), after={"checksum": checksum})
    return found
