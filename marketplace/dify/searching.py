"""Searches as Dify's pages make them."""

from typing import Any

from django.db.models import Q, QuerySet

from marketplace.dify.door import number, text, texts
from marketplace.models import Plugin

SORTS = {"install_count", "version_updated_at", "created_at"}
MOST, USUAL = 1000, 40  # plugins on a page
CONDITIONS = {"endpoint": "extension"}  # the same tab has another name in a collection's condition than in a search


def search(found: QuerySet[Plugin], asked: dict[str, Any]) -> QuerySet[Plugin]:
    """Of the plugins those that a search of Dify's asks for, in its order. Declined (400): it asks for nonsense."""
    category = text(asked, "category")
    if category not in ("", "all"):
        found = found.filter(category=CONDITIONS.get(category, category))
    if tags := texts(asked, "tags", most=50):
        found = found.filter(pk__in=Plugin.objects.filter(tag_rows__tag__in=tags).values("pk"))
    if exclude := texts(asked, "exclude"):
        found = found.exclude(plugin_id__in=exclude)
    for word in text(asked, "query").split()[:10]:
        found = found.filter(Q(plugin_id__icontains=word) | Q(label__icontains=word) | Q(brief__icontains=word))
    return found.order_by(*order(asked))


def order(asked: dict[str, Any]) -> tuple[str, str]:
    sort_by = text(asked, "sort_by")
    sort = sort_by if sort_by in SORTS else "install_count"
    sign = "" if text(asked, "sort_order").upper() == "ASC" else "-"
    return f"{sign}{sort}", "pk"


def page(found: QuerySet[Plugin], asked: dict[str, Any], *, usual: int = USUAL) -> list[Any]:
    """The keys of the plugins on the page that is asked for."""
    size = number(asked.get("page_size"), "page_size", default=usual, most=MOST)
    start = (number(asked.get("page"), "page", default=1, most=1_000_000) - 1) * size
    return list(found.values_list("pk", flat=True)[start : start + size])


def condition(asked: dict[str, Any]) -> dict[str, Any]:
    """A collection's filter as a search: its `condition` is written `category=tool` or `type=bundle`."""
    key, _, value = text(asked, "condition").partition("=")
    category = text(asked, "category") or (value if key == "category" else "")
    return {"category": category, "exclude": texts(asked, "exclude")}


def wants_bundles(asked: dict[str, Any]) -> bool:
    return text(asked, "type") == "bundle" or text(asked, "condition") == "type=bundle"
