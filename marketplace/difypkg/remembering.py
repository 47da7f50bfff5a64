"""What was declared lately: on its way a package is opened as a folder, as an upload and as signed, and is read once."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from .declaring import ADDED, MANIFEST, Declared, Source, declare
from .limits import Limits

MOST = 8

type Key = tuple[Limits, bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """A declaration with all that it was made of: digests of the files that were read, names of all that there were."""

    declared: Declared
    warnings: tuple[str, ...]
    read: dict[str, bytes]
    names: frozenset[str]
    swept: bool  # whether a pattern could take a file of ADDED for a model

    def fits(self, source: Source) -> bool:
        """Whether it would be made just so of this source; what packing and signing put in changes nothing."""
        names = frozenset(source.files)
        ignored: frozenset[str] = frozenset() if self.swept else ADDED
        return names - ignored == self.names - ignored and all(
            path in source.files and sha256(source.files[path]).digest() == digest for path, digest in self.read.items()
        )


_known: OrderedDict[Key, Known] = OrderedDict()
_lock = Lock()


def declare_once(source: Source) -> Declared:
    """As `declare`, of the same files only once. Raises BadPackage; that is not remembered."""
    key = source.limits, sha256(source.read(MANIFEST, named_by="package")).digest()
    with _lock:
        found = _known.get(key)
    if found is None or not found.fits(source):
        made = declare(source)
        found = Known(made, tuple(source.warnings), source.digests, frozenset(source.files), source.swept)
    else:
        source.warnings.extend(found.warnings)
    with _lock:
        _known[key] = found
        _known.move_to_end(key)
        while len(_known) > MOST:
            _known.popitem(last=False)
    return found.declared
