"""The checksum that names a package's content (protocol 1.4)."""

from collections.abc import Iterable, Mapping
from hashlib import sha256


def checksum(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> str:
    """64 hex digits over paths and contents, whatever their order; later entries of one name replace earlier ones."""
    pairs = files.items() if isinstance(files, Mapping) else files
    return checksum_of_digests({name: sha256(content).digest() for name, content in pairs})


def checksum_of_digests(digests: Mapping[str, bytes]) -> str:
    """The same from the SHA-256 of each content: SHA-256 over sha256(path) + sha256(content), sorted by path bytes."""
    whole = sha256()
    for name in sorted(digests, key=str.encode):
        whole.update(sha256(name.encode()).digest())
        whole.update(digests[name])
    return whole.hexdigest()
