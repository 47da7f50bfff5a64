"""What a plugin's pages show, and to whom: the release, what it may do, who vouches for it."""

from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.safestring import SafeString

from marketplace.catalogue import readmes
from marketplace.catalogue.cards import Card, card
from marketplace.catalogue.installs import Chart, chart
from marketplace.catalogue.kinds import Trust, trust_of
from marketplace.catalogue.languages import best_of
from marketplace.catalogue.picturing import Picture, pictures_of
from marketplace.catalogue.powers import Offered, Power, offered, powers
from marketplace.catalogue.privacy_words import PrivacyWords, in_words
from marketplace.models import Plugin, Release, ReleaseAsset

HEAVY = ("declaration", "readmes", "privacy_policy", "privacy_label", "dependencies", "hosts", "lineage", "notes")
SCREENSHOTS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
KEPT = 3600  # seconds that a readme stays rendered; a release's text never changes


@dataclass
class Shown:
    """A plugin and the release that is looked at. Texts are worked out when a page asks for them."""

    plugin: Plugin
    release: Release
    link: str = ""

    @cached_property
    def card(self) -> Card:
        return card(self.plugin)

    @cached_property
    def trust(self) -> Trust:
        return trust_of(self.plugin, self.release)

    @cached_property
    def assets(self) -> list[ReleaseAsset]:
        return list(self.release.assets.order_by("name"))

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return pictures_of(self.assets)

    @cached_property
    def readme(self) -> tuple[SafeString, str]:
        """HTML and the tag of its language, rendered once an hour."""
        text, language = best_of(self.release.readmes)
        key = f"readme:{self.release.checksum}:{language}"
        html = cache.get(key)
        if html is None:
            html = readmes.rendered(text, self.pictures)
            cache.set(key, html, KEPT)
        return html, language

    @cached_property
    def screenshots(self) -> list[Picture]:
        """Pictures that are no icons: those that the readme does not show, or that are named so."""
        shown = self.readme[0]
        icons = {str(name).removeprefix("_assets/") for name in self.release.outline.values() if isinstance(name, str)}
        found = ((name, one) for name, one in self.pictures.items() if name.lower().endswith(SCREENSHOTS))
        return [one for name, one in found if name not in icons and one.address not in shown and is_screenshot(name)]

    @cached_property
    def powers(self) -> list[Power]:
        return powers(self.release.declaration)

    @cached_property
    def privacy(self) -> PrivacyWords:
        return in_words(self.release.privacy_label)

    @cached_property
    def offered(self) -> list[Offered]:
        return offered(self.release.declaration)

    @cached_property
    def chart(self) -> Chart:
        return chart(self.plugin, timezone.localdate())

    @property
    def is_latest(self) -> bool:
        return self.release.pk == self.plugin.latest_id

    @property
    def handed_out(self) -> bool:
        """Whether anybody may still have the package."""
        recalled = Plugin.Status.RECALLED, Release.Status.RECALLED
        return self.plugin.status != recalled[0] and self.release.status != recalled[1]

    @property
    def repository(self) -> str:
        found = str(self.release.declaration.get("repo") or self.plugin.repository)
        return found if found.startswith(("https://", "http://")) else ""


def is_screenshot(name: str) -> bool:
    return "screenshot" in name.lower() or name.lower().startswith(("demo", "preview"))


def plugin_at(plugin_id: str) -> Plugin:
    """A plugin of any state, with what its head shows. Http404 when there never was one."""
    found = Plugin.objects.select_related("organization", "search_entry").filter(plugin_id=plugin_id).first()
    if found is None:
        raise Http404("There is no plugin of this name here.")
    return found


def public(plugin: Plugin) -> QuerySet[Release]:
    """Releases that anybody may see, the newest first."""
    return plugin.releases.exclude(channel=Release.Channel.UNLISTED).order_by("-order")


def shown(plugin_id: str, *, version: str = "", link: str = "") -> Shown:
    """The plugin with the release of this version, of this secret link, or the latest one. Http404 without such."""
    plugin = plugin_at(plugin_id)
    if link:
        release = plugin.releases.filter(link=link, channel=Release.Channel.UNLISTED).first()
    elif version:
        release = public(plugin).filter(version=version).first()
    else:
        latest = Release.objects.filter(pk=plugin.latest_id).first() if plugin.latest_id else None
        release = latest or public(plugin).first()
    if release is None:
        raise Http404("There is no such release of this plugin.")
    release.plugin = plugin
    if plugin.latest_id == release.pk:
        plugin.latest = release
    return Shown(plugin, release, link)


def versions(plugin: Plugin) -> list[Release]:
    """Every public release, without its heavy parts."""
    heavy = [name for name in HEAVY if name != "notes"]
    return list(public(plugin).defer(*heavy))
