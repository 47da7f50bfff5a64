"""What the marketplace keeps: people, publishers, plugins, submissions and their evidence, keys and logs."""

from marketplace.models.catalogues import Catalogue, CatalogueRequest, OfflineEdition
from marketplace.models.evidence import Finding, KnownAdvisory, PrivacyStatement, ScreeningSection
from marketplace.models.ledgers import AuditEntry, LogLeaf, LogNode, Recall, TreeHead
from marketplace.models.mirrors import Mirror, MirroredRelease
from marketplace.models.people import Invitation, Member, Role, User, Workspace
from marketplace.models.plugins import (
    AbuseReport,
    Collection,
    CollectionItem,
    InstallDay,
    Plugin,
    PluginTag,
    PluginTransfer,
    Rating,
    Release,
    ReleaseAsset,
)
from marketplace.models.publishers import (
    NamespaceClaim,
    Organization,
    Publisher,
    SpentIdentity,
    TrustedPublisher,
    UploadToken,
)
from marketplace.models.reviewing import AutomaticVerdict, ReviewPolicy
from marketplace.models.search import SearchEntry, SearchWord
from marketplace.models.signing import ReviewRecord, SigningKey, SigningRequest
from marketplace.models.submissions import Comment, Decision, QueueReason, Submission, SubmissionEvent

__all__ = [
    "AbuseReport",
    "AuditEntry",
    "AutomaticVerdict",
    "Catalogue",
    "CatalogueRequest",
    "Collection",
    "CollectionItem",
    "Comment",
    "Decision",
    "Finding",
    "InstallDay",
    "Invitation",
    "KnownAdvisory",
    "LogLeaf",
    "LogNode",
    "Member",
    "Mirror",
    "MirroredRelease",
    "NamespaceClaim",
    "OfflineEdition",
    "Organization",
    "Plugin",
    "PluginTag",
    "PluginTransfer",
    "PrivacyStatement",
    "Publisher",
    "QueueReason",
    "Rating",
    "Recall",
    "Release",
    "ReleaseAsset",
    "ReviewPolicy",
    "ReviewRecord",
    "Role",
    "ScreeningSection",
    "SearchEntry",
    "SearchWord",
    "SigningKey",
    "SigningRequest",
    "SpentIdentity",
    "Submission",
    "SubmissionEvent",
    "TreeHead",
    "TrustedPublisher",
    "UploadToken",
    "User",
    "Workspace",
]
