"""How many there are: what every page shows is counted once a minute, and of a search's results the first thousand."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Count, QuerySet

from marketplace.models import PluginTag, SearchEntry

MOST_COUNTED = 1000
KEPT = 60  # seconds
KINDS_KEY, TAGS_KEY, TIMES_KEY = "catalogue:kinds", "catalogue:tags", "catalogue:times"


def forget() -> None:
    """Count anew: a plugin came, went or changed its kind."""
    cache.delete_many([KINDS_KEY, TAGS_KEY])
    cache.set(TIMES_KEY, uuid4().hex, None)


def of_kinds() -> dict[str, int]:
    """Listed plugins by category."""
    return cache.get_or_set(KINDS_KEY, _of_kinds, KEPT) or {}


def _of_kinds() -> dict[str, int]:
    rows = SearchEntry.objects.filter(listed=True).values_list("category").annotate(count=Count("id")).order_by()
    return dict(rows)


def of_tag(tag: str, category: str) -> int:
    """Listed plugins with the tag, of the category or of any."""
    counted = cache.get_or_set(TAGS_KEY, _of_tags, KEPT) or {}
    return sum(count for (name, kind), count in counted.items() if name == tag and category in ("", kind))


def _of_tags() -> dict[tuple[str, str], int]:
    rows = PluginTag.objects.filter(plugin__search_entry__listed=True).values_list(
        "tag", "plugin__search_entry__category"
    )
    return {(tag, kind): count for tag, kind, count in rows.annotate(count=Count("id")).order_by()}


def first(found: QuerySet[SearchEntry]) -> list[int]:
    """Ids of at most one more than MOST_COUNTED, to be counted: all of a common word's would take as long as to read them."""
    return list(found.values_list("id", flat=True)[: MOST_COUNTED + 1])


def remembered(found: "QuerySet[Any, Any]") -> int:
    """How many rows there are, asked of the database once a minute for the same conditions."""
    count = cache.get_or_set(f"catalogue:count:{conditions(found)}", found.count, KEPT)
    return count or 0


def conditions(found: "QuerySet[Any, Any]") -> str:
    """What the rows are asked for by, as a digest; another one when plugins came or went since."""
    try:
        sql, values = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # terms that nothing meets
        return "nothing"
    return sha256(f"{cache.get(TIMES_KEY)} {sql} {values}".encode()).hexdigest()
