"""Endpoint groups (protocol 1.7 Endpoint group)."""

from typing import Annotated

from .base import Flag, Name, Part, known
from .settings import Settings

METHODS = frozenset({"HEAD", "GET", "POST", "PUT", "DELETE", "OPTIONS"})


class Endpoint(Part):
    """One route of the group."""

    path: Name
    method: Annotated[Name, known("method", METHODS)]
    hidden: Flag = False


class EndpointProvider(Part):
    """The routes of a plugin and what they ask to be set up."""

    settings: Settings | None = None
    endpoints: list[Endpoint] | None = None
