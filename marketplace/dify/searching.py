"""Searches as Dify's pages make them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from marketplace.catalogue import searching
from marketplace.catalogue.counting import remembered
from marketplace.dify.door import number, text, texts
from marketplace.models import Plugin

SORTS = {"install_count", "version_updated_at", "created_at"}
MOST, USUAL = 1000, 40  # plugins on a page
CONDITIONS = {"endpoint": "extension"}  # the same tab has another name in a collection's condition than in a search


@dataclass(frozen=True)
class Page:
    """Keys of the plugins on one page, and how many there are on all."""

    keys: list[Any]
    total: int


def search(found: QuerySet[Plugin], asked: dict[str, Any], *, usual: int = USUAL) -> Page:
    """Of the plugins the page that a search of Dify's asks for. Declined (400): it asks for nonsense."""
    size = number(asked.get("page_size"), "page_size", default=usual, most=MOST)
    page = number(asked.get("page"), "page", default=1, most=1_000_000)
    query = text(asked, "query")
    found = narrowed(found, asked)
    if not query.strip():
        start = (page - 1) * size
        keys = found.order_by(*order(asked)).values_list("pk", flat=True)[start : start + size]
        return Page(list(keys), remembered(found))
    # Dify has no order for "what answers best" and always sends one; with words to search for ours is better.
    by_words = searching.hits(query, among=found, page=page, page_size=size)
    return Page(by_words.keys, by_words.total)


def narrowed(found: QuerySet[Plugin], asked: dict[str, Any]) -> QuerySet[Plugin]:
    category = text(asked, "category")
    if category not in ("", "all"):
        found = found.filter(category=CONDITIONS.get(category, category))
    if tags := texts(asked, "tags", most=50):
        found = found.filter(pk__in=Plugin.objects.filter(tag_rows__tag__in=tags).values("pk"))
    if exclude := texts(asked, "exclude"):
        found = found.exclude(plugin_id__in=exclude)
    return found


def order(asked: dict[str, Any]) -> tuple[str, str]:
    sort_by = text(asked, "sort_by")
    sort = sort_by if sort_by in SORTS else "install_count"
    sign = "" if text(asked, "sort_order").upper() == "ASC" else "-"
    return f"{sign}{sort}", "plugin_id"


def condition(asked: dict[str, Any]) -> dict[str, Any]:
    """A collection's filter as a search: its `condition` is written `category=tool` or `type=bundle`."""
    key, _, value = text(asked, "condition").partition("=")
    category = text(asked, "category") or (value if key == "category" else "")
    return {"category": category, "exclude": texts(asked, "exclude")}


def wants_bundles(asked: dict[str, Any]) -> bool:
    return text(asked, "type") == "bundle" or text(asked, "condition") == "type=bundle"
