"""The search index: written whenever a plugin or its latest release changes, and anew by `manage.py catalogue rebuild`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import batched
from math import sqrt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from marketplace.catalogue import counting, tokens
from marketplace.catalogue.engines import Text, engine
from marketplace.catalogue.ranking import standing
from marketplace.models import InstallDay, Plugin, Release, ReleaseAsset, SearchEntry, SearchWord

AT_ONCE = 500
MOST = {"names": 120, "marks": 500, "brief": 200, "readme": 700}  # words of a field
SHORTEST_WORD = 3  # letters, to be corrected to
FOUND = (Plugin.Status.ACTIVE, Plugin.Status.DEPRECATED)
FRESH = timedelta(days=1)  # how long a standing is good
WEEK = timedelta(days=7)
FEW = 10  # installs a week that are noise
SOME = 200  # plugins whose standing is worked out anew at a time
WRITTEN = ["names", "marks", "brief", "category", "listed", "standing", "icon", "icon_dark", "ranked_at"]
# What each kind declares: the section, the list in it, and where an element has its name.
DECLARED = (
    ("tool", "tools"),
    ("model", "models"),
    ("agent_strategy", "strategies"),
    ("datasource", "datasources"),
    ("trigger", "events"),
)


def index(plugin: Plugin) -> None:
    """Let the plugin be found as it is now. Call it after a release, a yank, a new label, state or count that matters."""
    with transaction.atomic():
        write(Plugin.objects.filter(pk=plugin.pk))
    counting.forget()


def rebuild() -> int:
    """Write the whole index anew; returns the number of plugins."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        engine().clear()
        keys = list(Plugin.objects.values_list("pk", flat=True))
        for some in batched(keys, AT_ONCE):
            write(Plugin.objects.filter(pk__in=some))
    counting.forget()
    return len(keys)


def refresh_standings() -> int:
    """Work out standings that are older than a day, a few at a time: installs, ratings and age have moved on."""
    now = timezone.now()
    old = SearchEntry.objects.filter(ranked_at__lt=now - FRESH).select_related("plugin__organization")
    entries = list(old.defer("names", "marks", "brief")[:SOME])
    trends = trends_of([entry.plugin_id for entry in entries], now.date())
    for entry in entries:
        entry.standing, entry.ranked_at = standing(entry.plugin, now), now
        entry.trend = trends.get(entry.plugin_id, 0.0)
    SearchEntry.objects.bulk_update(entries, ["standing", "trend", "ranked_at"])
    return len(entries)


def trends_of(plugins: Sequence[UUID], today: date) -> dict[UUID, float]:
    """By plugin: the installs of the last week, against the mean of the four weeks before it."""
    week = Q(day__gt=today - WEEK)
    days = InstallDay.objects.filter(release__plugin__in=plugins, day__gt=today - 5 * WEEK)
    rows = days.values_list("release__plugin").annotate(
        now=Coalesce(Sum("installs", filter=week), 0), before=Coalesce(Sum("installs", filter=~week), 0)
    )
    return {plugin: now / sqrt(before / 4 + FEW) for plugin, now, before in rows}


def write(plugins: QuerySet[Plugin]) -> None:
    rows = list(plugins.select_related("organization", "latest").prefetch_related("tag_rows", "latest__assets"))
    texts = {plugin.pk: text_of(plugin) for plugin in rows}
    SearchEntry.objects.bulk_create(
        [entry_of(plugin, texts[plugin.pk]) for plugin in rows],
        update_conflicts=True,
        unique_fields=["plugin"],
        update_fields=WRITTEN,
    )
    ids = dict(SearchEntry.objects.filter(plugin__in=rows).values_list("plugin_id", "id"))
    engine().write(as_row(ids[key], fields) for key, fields in texts.items())
    engine().add_words(vocabulary(texts.values()))


def as_row(entry_id: int, fields: dict[str, list[str]]) -> Text:
    names, marks, brief, readme = (" ".join(fields[name]) for name in ("names", "marks", "brief", "readme"))
    return entry_id, names, marks, brief, readme


def entry_of(plugin: Plugin, text: dict[str, list[str]]) -> SearchEntry:
    now = timezone.now()
    return SearchEntry(
        plugin=plugin,
        names=" ".join(text["names"]),
        marks=" ".join(text["marks"]),
        brief=" ".join(text["brief"]),
        category=plugin.category,
        listed=is_listed(plugin),
        standing=standing(plugin, now),
        icon=picture(plugin.latest, "icon"),
        icon_dark=picture(plugin.latest, "icon_dark"),
        ranked_at=now,
    )


def picture(release: Release | None, which: str) -> str:
    """Digest and ending of the picture that the declaration names; "" when there is none."""
    name = str((release.outline if release else {}).get(which) or "").removeprefix("./").removeprefix("_assets/")
    found = (asset for asset in (release.assets.all() if release else ()) if asset.name == name)
    return next((address(asset) for asset in found), "")


def address(asset: ReleaseAsset) -> str:
    """The last part of a picture's address: its content never changes."""
    return f"{asset.content}.{asset.name.rpartition('.')[2].lower()[:8]}"


def is_listed(plugin: Plugin) -> bool:
    """Whether lists and searches show it: it is there and has a release for everybody."""
    return plugin.status in FOUND and plugin.latest_id is not None


def text_of(plugin: Plugin) -> dict[str, list[str]]:
    """The words of each field, each in its best field only."""
    declaration = plugin.latest.declaration if plugin.latest else {}
    things = list(declared(declaration))
    fields = {
        "names": [word for text in (plugin.name, *plugin.label.values()) for word in tokens.names(str(text))],
        "marks": [word for text in (*marks_of(plugin), *named(things)) for word in tokens.names(text)],
        "brief": [word for text in plugin.brief.values() for word in tokens.words(str(text))],
        "readme": [word for text in (*described(things), *readmes_of(plugin)) for word in tokens.words(text)],
    }
    return {name: tokens.unique(found, MOST[name]) for name, found in fields.items()}


def marks_of(plugin: Plugin) -> list[str]:
    organization = plugin.organization
    tags = [row.tag for row in plugin.tag_rows.all()]
    return [organization.handle, organization.name, plugin.category, *tags]


def readmes_of(plugin: Plugin) -> list[str]:
    return list(plugin.latest.readmes.values()) if plugin.latest else []


def declared(declaration: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tools, models, strategies, datasources and events."""
    for section, listed in DECLARED:
        found = (declaration.get(section) or {}).get(listed) or ()
        yield from (one for one in found if isinstance(one, dict))


def named(things: Sequence[dict[str, Any]]) -> Iterator[str]:
    for thing in things:
        identity = thing.get("identity") or {}
        yield str(thing.get("model") or identity.get("name") or "")
        yield from texts_in(thing.get("label") or identity.get("label"))


def described(things: Sequence[dict[str, Any]]) -> Iterator[str]:
    for thing in things:
        about = thing.get("description") or {}
        yield from texts_in(about.get("human", about) if isinstance(about, dict) else about)


def texts_in(text: Any) -> list[str]:
    if isinstance(text, dict):
        return [str(one) for one in text.values() if isinstance(one, str)]
    return [text] if isinstance(text, str) else []


def vocabulary(texts: Iterable[dict[str, list[str]]]) -> list[str]:
    """Words that queries are corrected to, in a fixed order so that two writers do not wait for each other."""
    found = {word for text in texts for name in ("names", "marks", "brief") for word in text[name]}
    return sorted(word for word in found if len(word) >= SHORTEST_WORD and not tokens.is_unspaced(word))
