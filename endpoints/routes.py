"""Rows of the API's table, and what many requests hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers as drf

Fields = dict[str, Any]


class EndpointId(drf.Serializer[Any]):
    endpoint_id = drf.CharField()


class Page(drf.Serializer[Any]):
    page = drf.IntegerField(min_value=1)
    page_size = drf.IntegerField(min_value=1, max_value=100)


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    form: type[drf.Serializer[Any]]
    answer: Callable[[str, Fields], Any]
