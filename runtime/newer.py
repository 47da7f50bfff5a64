"""What other nodes tell, some of which may be newer than this one while a cluster is upgraded node by node."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any, ClassVar, Protocol


class Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def told_as[T: Dataclass](kind: type[T], told: Mapping[str, Any]) -> T:
    """The dataclass `kind` from what another node tells of one; what only a newer version knows is left out.

    A field that is new has a default, so that nodes which do not tell it yet are understood too. Raises TypeError.
    """
    known = kind.__dataclass_fields__.keys()
    if not told.keys() <= known:
        told = {name: value for name, value in told.items() if name in known}
    return kind(**told)
