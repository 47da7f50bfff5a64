"""How much a package may ask of its reader."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on hostile input; sizes in bytes. The first two are the daemon's (protocol 1.1), the others are ours.

    `max_ratio` (unpacked to packed) is asked only of entries above `ratio_floor` bytes: small files may compress well.
    `max_yaml_nodes` counts every node each time an alias repeats it.
    """

    max_package_bytes: int = 52_428_800
    max_unpacked_bytes: int = 52_428_800
    max_files: int = 10_000
    max_file_bytes: int = 52_428_800
    max_ratio: int = 400
    ratio_floor: int = 1_048_576
    max_path_bytes: int = 512
    max_path_depth: int = 32
    max_yaml_bytes: int = 1_048_576
    max_yaml_nodes: int = 200_000
    max_yaml_aliases: int = 1_000
    max_yaml_depth: int = 64

    @classmethod
    def of(cls, size: int) -> Self:
        """As the daemon measures with its one setting: neither the file, nor all that is in it, may be above `size`."""
        return cls(max_package_bytes=size, max_unpacked_bytes=size, max_file_bytes=size)


BUNDLE_LIMITS = Limits(max_package_bytes=629_145_600, max_unpacked_bytes=629_145_600)
"""For bundles: the daemon's MAX_BUNDLE_PACKAGE_SIZE (protocol 1.1)."""
OWN_LIMITS = Limits.of(629_145_600)
"""For files on one's own disk: whoever takes the package says how large it may be, as Dify's command line leaves it too."""
