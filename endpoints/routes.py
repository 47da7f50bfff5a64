"""Rows of the API's table, and what many requests hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers as drf

Fields = dict[str, Any]
MOST_PAGES = 10**9  # more than there are, and fewer than a database can count to


class EndpointId(drf.Serializer[Any]):
    endpoint_id = drf.CharField()


class Page(drf.Serializer[Any]):
    page = drf.IntegerField(min_value=1, max_value=MOST_PAGES)
    page_size = drf.IntegerField(min_value=1, max_value=100)


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    form: type[drf.Serializer[Any]]
    answer: Callable[[str, Fields], Any]
