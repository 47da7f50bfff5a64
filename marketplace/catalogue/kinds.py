"""Words of the catalogue: kinds of plugins, tags, who vouches."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.models import Plugin, Release

type Text = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    word: Text
    plural: Text
    icon: str
    about: Text


KINDS = {
    kind.name: kind
    for kind in (
        Kind("tool", _("Tool"), _("Tools"), "wrench", _("Let an agent or a workflow do something")),
        Kind("model", _("Model"), _("Models"), "cpu", _("Language, embedding and speech models")),
        Kind("agent-strategy", _("Agent strategy"), _("Agent strategies"), "bot", _("How an agent thinks and acts")),
        Kind("datasource", _("Data source"), _("Data sources"), "database", _("Where documents come from")),
        Kind("trigger", _("Trigger"), _("Triggers"), "zap", _("Start a workflow when something happens")),
        Kind("extension", _("Endpoint"), _("Endpoints"), "webhook", _("Answer web requests from outside")),
    )
}

# The fixed list of marketplace.md A.8; other tags show as they are.
TAGS: dict[str, Text] = {
    "agent": _("Agent"),
    "rag": "RAG",
    "search": _("Search"),
    "image": _("Images"),
    "videos": _("Videos"),
    "weather": _("Weather"),
    "finance": _("Finance"),
    "design": _("Design"),
    "travel": _("Travel"),
    "social": _("Social"),
    "news": _("News"),
    "medical": _("Medical"),
    "productivity": _("Productivity"),
    "education": _("Education"),
    "business": _("Business"),
    "entertainment": _("Entertainment"),
    "utilities": _("Utilities"),
    "trigger": _("Trigger"),
    "other": _("Other"),
}


def kind_of(category: str) -> Kind:
    return KINDS.get(category, KINDS["extension"])


def tag_word(tag: str) -> Text:
    return TAGS.get(tag, tag)


@dataclass(frozen=True, slots=True)
class Trust:
    """Who vouches, in the shape of the pill that all pages show: tone, icon, word, the same in full, a sentence."""

    tone: str
    icon: str
    word: Text
    means: Text

    @property
    def full(self) -> Text:
        return self.word


OFFICIAL = Trust("ok", "badge-check", _("Official"), _("Made by LangGenius, the makers of Dify. Reviewed and signed."))
PARTNER = Trust("ok", "handshake", _("Partner"), _("Made by a partner of this marketplace. Reviewed and signed."))
CERTIFIED = Trust("ok", "shield-check", _("Certified"), _("Made by somebody of the community. Reviewed and signed."))
RECALLED = Trust("bad", "octagon-alert", _("Recalled"), _("This marketplace has withdrawn it. Do not use it."))
YANKED = Trust("warn", "triangle-alert", _("Yanked"), _("Its publisher has taken this version back."))
MARKS = (OFFICIAL, PARTNER, CERTIFIED)
BY_CATEGORY = {"langgenius": OFFICIAL, "partner": PARTNER}


def trust_of(plugin: Plugin, release: Release | None) -> Trust:
    if plugin.status == Plugin.Status.RECALLED or (release and release.status == Release.Status.RECALLED):
        return RECALLED
    if release and release.status == Release.Status.YANKED:
        return YANKED
    return BY_CATEGORY.get(release.category if release else "", CERTIFIED)
