"""Pictures of a release as its pages show them: where they are, and how much room to leave for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace import keeping
from marketplace.catalogue.indexing import address
from marketplace.catalogue.sizes import UNTOLD, Size, size_of
from marketplace.models import ReleaseAsset


@dataclass(frozen=True, slots=True)
class Picture:
    """`address` is the last part of its address. Without a size nobody can tell it."""

    address: str
    width: int = 0
    height: int = 0

    @property
    def room(self) -> SafeString | str:
        """Attributes by which nothing below it moves when it comes."""
        return format_html(' width="{}" height="{}"', self.width, self.height) if self.width else ""


def pictures_of(assets: Sequence[ReleaseAsset]) -> dict[str, Picture]:
    """By their names below _assets/."""
    measure(one for one in assets if one.width is None)
    return {one.name: Picture(address(one), one.width or 0, one.height or 0) for one in assets}


def measure(assets: Iterable[ReleaseAsset]) -> None:
    """Of pictures that were kept before their sizes were: they are looked at once, when a page first shows them."""
    found = list(assets)
    for one in found:
        one.width, one.height = size_in_storage(one.content) or UNTOLD
    if found:
        ReleaseAsset.objects.bulk_update(found, ["width", "height"])


def size_in_storage(digest: str) -> Size | None:
    try:
        return size_of(keeping.read(digest))
    except (FileNotFoundError, keeping.Damaged):
        return None
