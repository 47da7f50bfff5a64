"""What is installed and how it is declared: queries, each of a constant number of statements.

Declarations are large and never change for one unique identifier, so they are kept in memory as encoded JSON and put into answers
as they are (runtime.md 1, row 31).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from runtime.errors import PluginNotFound
from runtime.models import Installation, InstallItem, InstallTask, Package, Provider, Readme, Status

CATEGORIES = ("tool", "model", "datasource", "agent-strategy", "trigger", "extension")
LISTED_AFTER_SUCCESS = timedelta(seconds=120)
DEFAULT_LANGUAGE = "en_US"


def declared_providers(declaration: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, name) of each provider in a declaration: models are named by `provider`, the others by their identity."""
    for kind in Provider.Kind.values:
        if provider := declaration.get(kind):
            yield kind, provider["provider"] if kind == Provider.Kind.MODEL else provider["identity"]["name"]


# Declarations.


class Declarations:
    """Encoded declarations, whole or one part of them, by package; the ones not used for longest leave first."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity  # bytes
        self.size = 0
        self.kept: OrderedDict[tuple[int, bool, str], bytes] = OrderedDict()
        self.lock = threading.Lock()

    def parts(self, packages: Iterable[Package], part: str = "") -> dict[int, orjson.Fragment]:
        """Package key → its declaration, or the part under that key (`null` where it has none); at most one statement."""
        wanted = {package.pk: package.verified for package in packages}
        with self.lock:
            found = {key: self.used((key, verified, part)) for key, verified in wanted.items()}
        missing = [key for key, content in found.items() if content is None]
        if missing:
            rows = Package.objects.filter(pk__in=missing).values_list("pk", "verified", "declaration")
            for key, verified, declaration in rows:
                found[key] = content = orjson.dumps(declaration.get(part) if part else declaration)
                self.keep((key, verified, part), content)
        return {key: orjson.Fragment(content or b"null") for key, content in found.items()}

    def used(self, key: tuple[int, bool, str]) -> bytes | None:
        if key in self.kept:
            self.kept.move_to_end(key)
        return self.kept.get(key)

    def keep(self, key: tuple[int, bool, str], content: bytes) -> None:
        with self.lock:
            self.size += len(content) - len(self.kept.pop(key, b""))
            self.kept[key] = content
            while self.size > self.capacity:
                self.size -= len(self.kept.popitem(last=False)[1])


declarations = Declarations(capacity=64 << 20)


# Installations.


def installations(workspace_id: str) -> QuerySet[Installation]:
    """A workspace's installations, newest first, with packages but without declarations."""
    rows = Installation.objects.filter(workspace_id=workspace_id).select_related("package")
    return rows.defer("package__declaration", "package__verification")


def find_installation(workspace_id: str, installation_id: str) -> Installation | None:
    """An installation of this workspace by its id, whatever text that is."""
    key = as_uuid(installation_id)
    return installations(workspace_id).filter(pk=key).first() if key else None


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def page_of[Row: (Installation, Provider, InstallTask)](
    rows: QuerySet[Row], *, page: int, page_size: int
) -> tuple[list[Row], bool]:
    """One page, counted from 1, and whether another one follows."""
    start = (page - 1) * page_size
    found = list(rows[start : start + page_size + 1])
    return found[:page_size], len(found) > page_size


def search(
    workspace_id: str, *, category: str, query: str, tags: Sequence[str], language: str
) -> QuerySet[Installation]:
    """A category's installations that match: the text in id, name, label or description, and any of the tags."""
    rows = installations(workspace_id).filter(package__category=category)
    if not query and not tags:
        return rows
    values = rows.values_list(
        "pk",
        "plugin_id",
        KeyTextTransform("name", "package__declaration"),
        *(KeyTransform(field, "package__declaration") for field in ("label", "description", "tags")),
    )
    return rows.filter(
        pk__in=[
            key
            for key, plugin_id, name, label, description, has in values
            if says(query, plugin_id, name, in_language(label, language), in_language(description, language))
            and (not tags or set(tags) & set(has or ()))
        ]
    )


def says(query: str, *texts: str | None) -> bool:
    return any(query.casefold() in (text or "").casefold() for text in texts)


def in_language(texts: dict[str, str] | None, language: str) -> str:
    """The text in a language, else the English one."""
    return (texts or {}).get(language) or (texts or {}).get(DEFAULT_LANGUAGE, "")


def missing_dependencies(workspace_id: str, identifiers: Sequence[str]) -> list[tuple[str, str]]:
    """(wanted, installed) of those that are not installed in just this version; installed is empty where there is none."""
    wanted = {identifier: identifier.partition(":")[0] for identifier in identifiers}
    rows = Installation.objects.filter(workspace_id=workspace_id, plugin_id__in=set(wanted.values()))
    installed = dict(rows.values_list("plugin_id", "package__unique_identifier"))
    pairs = ((identifier, installed.get(plugin_id, "")) for identifier, plugin_id in wanted.items())
    return [(identifier, current) for identifier, current in pairs if identifier != current]


# Providers.


def providers(workspace_id: str, kind: str) -> QuerySet[Provider]:
    """A workspace's providers of one kind, newest first, with installation and package, without declarations."""
    rows = Provider.objects.filter(workspace_id=workspace_id, kind=kind).select_related("installation__package")
    return rows.defer("installation__package__declaration", "installation__package__verification")


class NoSuchProvider(PluginNotFound):
    """Management answers this with HTTP 200, dispatch answers it with 404."""

    status = 200


def find_provider(workspace_id: str, *, kind: str, plugin_id: str, name: str) -> Provider:
    """Raises NoSuchProvider: nothing installed under this plugin id, or it has no such provider."""
    row = providers(workspace_id, kind).filter(installation__plugin_id=plugin_id, name=name).first()
    if row is None:
        raise NoSuchProvider("plugin not found")
    return row


def existing_tools(workspace_id: str, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether each (plugin id, provider name) is installed, in order."""
    rows = Provider.objects.filter(
        workspace_id=workspace_id, kind=Provider.Kind.TOOL, installation__plugin_id__in={pair[0] for pair in pairs}
    )
    there = set(rows.values_list("installation__plugin_id", "name"))
    return [pair in there for pair in pairs]


# Packages and tasks.


def find_package(unique_identifier: str) -> Package | None:
    return Package.objects.filter(unique_identifier=unique_identifier).first()


def find_readme(unique_identifier: str, language: str) -> Readme | None:
    """The description in this language, else in English, else in any."""
    rows = {row.language: row for row in Readme.objects.filter(package__unique_identifier=unique_identifier)}
    return rows.get(language) or rows.get(DEFAULT_LANGUAGE) or next(iter(rows.values()), None)


def tasks(workspace_id: str) -> QuerySet[InstallTask]:
    """A workspace's tasks, newest first, with items and what of their packages is shown; two statements."""
    items = InstallItem.objects.select_related("package").defer("package__declaration", "package__verification", "log")
    shown = items.annotate(
        labels=KeyTransform("label", "package__declaration"),
        icon=KeyTextTransform("icon", "package__declaration"),
        icon_dark=KeyTextTransform("icon_dark", "package__declaration"),
    )
    return InstallTask.objects.filter(workspace_id=workspace_id).prefetch_related(Prefetch("items", shown))


def listed_tasks(workspace_id: str) -> QuerySet[InstallTask]:
    """As the daemon lists them: successes leave after two minutes, while our pages keep them for days."""
    old = Q(status=Status.SUCCESS, updated_at__lt=timezone.now() - LISTED_AFTER_SUCCESS)
    return tasks(workspace_id).exclude(old)


def find_task(workspace_id: str, task_id: str) -> InstallTask | None:
    key = as_uuid(task_id)
    return tasks(workspace_id).filter(pk=key).first() if key else None
