"""Writing ZIP files whose bytes depend on nothing but their content."""

import io
import zipfile
import zlib
from collections.abc import Iterable

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that ZIP knows


def zip_files(files: Iterable[tuple[str, bytes]], *, comment: bytes = b"") -> bytes:
    """A deflated archive of (path, content) in the given order: no directory entries, no times, plain files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=zlib.Z_DEFAULT_COMPRESSION) as archive:
        for name, content in files:
            archive.writestr(_info(name), content)
        archive.comment = comment
    return buffer.getvalue()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info
