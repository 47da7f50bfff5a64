"""Releases that are asked for by name: found by any of their names, and handed out unless something forbids it."""

from datetime import timedelta

from django.db.models import Q

from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking
from marketplace.dify.offers import Offered, handed_out, releases
from marketplace.dify.terms import RELEASES, Terms, terms_of
from marketplace.difypkg import BadIdentifier, parse_unique_identifier
from marketplace.models import Plugin, Release

UNKNOWN = "plugin not found"  # the text that Dify's own marketplace has
MALFORMED = "plugin unique identifier is invalid"


def by_identifier(identifier: str, terms: Terms | None = None) -> Offered | None:
    """A release or an offline edition by `org/name:version@checksum`. Without a checksum, which is then as good as
    public, unlisted releases are not found. Declined (400): this is no identifier."""
    plugin_id, version, checksum = parts(identifier)
    if not checksum:
        return by_version(plugin_id, version, terms)
    exact = f"{plugin_id}:{version}@{checksum}"
    found = releases().filter(Q(unique_identifier=exact) | Q(editions__unique_identifier=exact)).distinct().first()
    if found is None:
        return None
    return Offered(found, found.editions.filter(unique_identifier=exact).first())


def parts(identifier: str) -> tuple[str, str, str]:
    bare, _, checksum = identifier.partition("@")
    try:
        # a checksum of the right form stands in for one that was left out
        parsed = parse_unique_identifier(f"{bare}@{checksum or '0' * 64}")
    except BadIdentifier:
        raise Declined(400, MALFORMED) from None
    return bare.rpartition(":")[0], parsed.version, checksum


def by_version(plugin_id: str, version: str, terms: Terms | None = None, *, link: str = "") -> Offered | None:
    """A release by plugin and version, as its offline edition where the policy hands out such."""
    found = releases().filter(plugin__plugin_id=plugin_id, version=version).first()
    if found is None or (found.channel == Release.Channel.UNLISTED and not knows_link(found, terms, link)):
        return None
    return handed_out(terms, [found])[0] if terms else Offered(found)


def knows_link(release: Release, terms: Terms | None, link: str) -> bool:
    return bool(release.link) and (
        link == release.link or (terms is not None and release.link in terms.policy.unlisted)
    )


def refuse(offered: Offered, asking: Asking, terms: Terms) -> None:
    """Declined (404) with a sentence where this asker may not have this release.

    404 and no other status: older Difys look at nothing but that, and take any other answer for a package.
    """
    release, plugin = offered.release, offered.plugin
    if release.status == Release.Status.RECALLED or plugin.status == Plugin.Status.RECALLED:
        reason = release.status_reason or plugin.deprecation_note
        raise Declined(404, f"{release.plugin.plugin_id} {release.version} was recalled. {reason}".strip())
    if terms.policy.private_downloads and not asking.private:
        raise Declined(
            404, "This catalogue hands out packages at its secret address only. Its page shows how to set it."
        )
    if asking.catalogue is None:
        return
    if not Release.objects.filter(terms.allows(RELEASES), pk=release.pk).exists():
        raise Declined(404, f"This catalogue does not allow {plugin.plugin_id}. {way_out(asking, terms, plugin)}")
    if plugin.plugin_id in terms.policy.pins and release.pk not in terms.exact | terms.ranged:
        pin = terms.policy.pins[plugin.plugin_id]
        raise Declined(
            404, f"This catalogue keeps {plugin.plugin_id} at {pin}, so {release.version} is not handed out."
        )
    if release.pk not in terms.exact:
        refuse_untimely(release, terms)


def refuse_untimely(release: Release, terms: Terms) -> None:
    if release.channel == Release.Channel.BETA and "beta" not in terms.policy.channels:
        raise Declined(404, f"{release.version} is a beta release, and this catalogue has none of those.")
    if release.created_at > terms.old_enough:
        ready = release.created_at + timedelta(days=terms.policy.cool_down_days)
        raise Declined(
            404,
            f"This catalogue waits {terms.policy.cool_down_days} days before it hands out a release; "
            f"{release.version} follows on {ready:%d %B %Y}.",
        )


def way_out(asking: Asking, terms: Terms, plugin: Plugin) -> str:
    if terms.policy.requests:
        return f"Ask for it at {site(asking)}/ask/{plugin.plugin_id}."
    return "Ask whoever runs the catalogue to allow it."


def site(asking: Asking) -> str:
    """The address of a catalogue's own pages."""
    assert asking.catalogue is not None  # noqa: S101 - only catalogues forbid
    return asking.base.partition("/c/")[0] + f"/c/{asking.catalogue.token}"


def asked_for(identifier: str, asking: Asking) -> tuple[Offered, Terms]:
    """The release of this identifier, if this asker may have it; Declined otherwise."""
    terms = terms_of(asking)
    found = by_identifier(identifier, terms)
    if found is None:
        raise Declined(404, UNKNOWN)
    refuse(found, asking, terms)
    return found, terms
