"""Releases: written when a package has been signed, and what their publisher may do with them afterwards."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from marketplace import keeping
from marketplace.catalogue import indexing
from marketplace.catalogue.sizes import UNTOLD, size_of
from marketplace.difypkg import BadPackage, Limits, Package, open_package
from marketplace.models import Organization, Plugin, PluginTag, Release, ReleaseAsset, Submission
from marketplace.requirements import requirement_lines
from marketplace.versions import order

PRIVACY = "PRIVACY.md"
# Columns of a plugin that are copies of its newest release's.
COPIED = ("label", "brief", "tags", "repository", "category", "version_updated_at")


class CannotRelease(Exception):
    """A sentence that says why not and what to do."""


def package_limits() -> Limits:
    """What a package of the marketplace may ask of its reader."""
    return Limits.of(settings.MAX_PLUGIN_PACKAGE_SIZE)


@transaction.atomic
def release(submission: Submission, *, signed: bytes, category: str, lineage: dict[str, Any] | None = None) -> Release:
    """List a signed package: the plugin where it is new, its release with pictures, what is found of it.

    `category` is what it was signed as. `lineage` says where a mirrored package came from. Both the signed and the
    uploaded file stay. Raises CannotRelease: it is not the package of this submission, or was released before.
    """
    with opened(signed) as package:
        if (package.plugin_id, package.version) != (submission.plugin_id, submission.version):
            raise CannotRelease(f"The signed package is {package.plugin_id} {package.version}, not {submission}.")
        plugin = plugin_for(package, submission.organization)
        if plugin.releases.filter(version=package.version).exists():
            raise CannotRelease(f"{submission} was released before. Submit a higher version.")
        made = Release.objects.create(
            plugin=plugin,
            package=keeping.keep(signed),
            package_size=len(signed),
            original=submission.package,
            channel=submission.channel,
            link=secrets.token_urlsafe(32) if submission.channel == Release.Channel.UNLISTED else "",
            rollout=submission.rollout,
            notes=submission.notes,
            category=category,
            submission=submission,
            lineage=lineage or submission.provenance.get("lineage") or {},
            **contents(package),
        )
        keep_assets(made, package)
    submission.listing = plugin
    submission.save(update_fields=["listing"])
    refresh_latest(plugin, fallback=made)
    return made


def opened(signed: bytes) -> Package:
    try:
        return open_package(signed, package_limits())
    except BadPackage as error:
        raise CannotRelease(f"The signed package cannot be opened: {error}") from error


def plugin_for(package: Package, organization: Organization) -> Plugin:
    """The listed plugin of this id, locked; a new one belongs to the organization that submitted it."""
    start = {"organization": organization, "name": package.manifest.name, "category": package.category}
    Plugin.objects.get_or_create(plugin_id=package.plugin_id, defaults=start)
    return Plugin.objects.select_for_update().get(plugin_id=package.plugin_id)


def contents(package: Package) -> dict[str, Any]:
    """Columns of a release that are read from its signed package."""
    declaration = package.declaration()
    signature = package.signature
    return {
        "version": package.version,
        "order": order(package.version),
        "unique_identifier": package.unique_identifier,
        "checksum": package.checksum,
        "declaration": declaration,
        "readmes": package.readmes(),
        "privacy_policy": privacy_policy(package),
        "dependencies": requirement_lines(package.files),
        "minimum_dify_version": (declaration["meta"].get("minimum_dify_version") or "")[:40],
        "signed_at": datetime.fromtimestamp(signature.time, UTC) if signature else timezone.now(),
    }


def privacy_policy(package: Package) -> str:
    """The text that the manifest names, or its address; PRIVACY.md where it names nothing that is there."""
    named = (package.manifest.privacy or PRIVACY).removeprefix("./")
    if named.startswith(("https://", "http://")):
        return named
    name = named if named in package.files else PRIVACY
    return package.read(name).decode(errors="replace").replace("\0", "\ufffd") if name in package.files else ""


def keep_assets(made: Release, package: Package) -> None:
    named = {name: content for name, content in package.assets().items() if len(name) <= 256}
    ReleaseAsset.objects.bulk_create(asset(made, name, content) for name, content in named.items())


def asset(made: Release, name: str, content: bytes) -> ReleaseAsset:
    width, height = size_of(content) or UNTOLD
    digest = keeping.keep(content)
    return ReleaseAsset(release=made, name=name, content=digest, size=len(content), width=width, height=height)


def newest(plugin: Plugin) -> Release | None:
    """The newest stable release that anybody may have: staged and yanked ones are not meant for everybody."""
    offered = plugin.releases.filter(status=Release.Status.LISTED, channel=Release.Channel.STABLE, rollout=100)
    return offered.order_by("-order").first()


@transaction.atomic
def refresh_latest(plugin: Plugin, *, fallback: Release | None = None) -> Plugin:
    """Point the plugin at its newest release, copy from it what lists read, and let it be found so.

    Without one for everybody the copy is of `fallback`, so that who has a link or follows beta sees something.
    """
    latest = newest(plugin)
    plugin.latest = latest
    shown = latest or fallback
    if shown is not None:
        copy_listing(plugin, shown)
    plugin.save(update_fields=["latest", "updated_at", *COPIED])  # others count installations of it meanwhile
    indexing.index(plugin)
    return plugin


def copy_listing(plugin: Plugin, shown: Release) -> None:
    declaration = shown.declaration
    plugin.label = declaration["label"]
    plugin.brief = declaration["description"]
    plugin.tags = sorted(set(declaration.get("tags") or []))
    plugin.repository = (declaration.get("repo") or "")[:500]
    plugin.category = category_of(declaration)
    plugin.version_updated_at = shown.created_at
    PluginTag.objects.filter(plugin=plugin).exclude(tag__in=plugin.tags).delete()
    rows = (PluginTag(plugin=plugin, tag=tag[:32]) for tag in plugin.tags)
    PluginTag.objects.bulk_create(rows, ignore_conflicts=True)


def category_of(declaration: dict[str, Any]) -> str:
    kinds = ("tool", "model", "datasource", "agent_strategy", "trigger")
    return next((kind.replace("_", "-") for kind in kinds if kind in declaration), "extension")
