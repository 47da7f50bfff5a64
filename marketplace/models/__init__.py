"""What the marketplace keeps: people, publishers, plugins, submissions and their evidence, keys and logs."""

from marketplace.models.evidence import Finding, PrivacyStatement, ScreeningSection
from marketplace.models.people import Member, Role, User, Workspace
from marketplace.models.plugins import (
    AbuseReport,
    Catalogue,
    Collection,
    CollectionItem,
    InstallDay,
    Plugin,
    PluginTag,
    Rating,
    Release,
    ReleaseAsset,
)
from marketplace.models.publishers import NamespaceClaim, Organization, Publisher, TrustedPublisher, UploadToken
from marketplace.models.signing import (
    AuditEntry,
    LogLeaf,
    Recall,
    ReviewRecord,
    SigningKey,
    SigningRequest,
    TreeHead,
)
from marketplace.models.submissions import Comment, Decision, QueueReason, Submission, SubmissionEvent

__all__ = [
    "AbuseReport",
    "AuditEntry",
    "Catalogue",
    "Collection",
    "CollectionItem",
    "Comment",
    "Decision",
    "Finding",
    "InstallDay",
    "LogLeaf",
    "Member",
    "NamespaceClaim",
    "Organization",
    "Plugin",
    "PluginTag",
    "PrivacyStatement",
    "Publisher",
    "QueueReason",
    "Rating",
    "Recall",
    "Release",
    "ReleaseAsset",
    "ReviewRecord",
    "Role",
    "ScreeningSection",
    "SigningKey",
    "SigningRequest",
    "Submission",
    "SubmissionEvent",
    "TreeHead",
    "TrustedPublisher",
    "UploadToken",
    "User",
    "Workspace",
]
