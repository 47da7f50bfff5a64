"""What other nodes tell, some of which may be newer than this one while a cluster is upgraded node by node."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any


def told_as[T](kind: type[T], told: Mapping[str, Any]) -> T:
    """The dataclass `kind` from what another node tells of one; what only a newer version knows is left out.

    A field that is new has a default, so that nodes which do not tell it yet are understood too. Raises TypeError.
    """
    if not told.keys() <= (known := names(kind)):
        told = {name: value for name, value in told.items() if name in known}
    return kind(**told)


@cache
def names(kind: Any) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind))
