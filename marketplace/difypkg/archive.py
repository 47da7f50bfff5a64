"""Reading ZIP files that nobody vouches for: what is declared is checked, what is inflated is counted.

Stricter than the ZIP standard on purpose (APPNOTE 6.3.10): one archive in one part, no leading or trailing data, no
ZIP64, no encryption, stored or deflated entries only, so that every reader sees the same files as we do.
"""

import mmap
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .errors import BadPackage
from .limits import Limits
from .names import check_distinct, check_name

type Buffer = bytes | mmap.mmap

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MAGIC, _CENTRAL_MAGIC, _LOCAL_MAGIC = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_ZIP64_LOCATOR_MAGIC = b"PK\6\7"
_DESCRIPTOR_MAGIC = b"PK\7\x08"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_PATCHED = 0x0020
_STREAMED = 0x0008  # sizes follow the data


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive as its central directory declares it; sizes in bytes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    header: int
    mode: int


@dataclass(frozen=True, slots=True)
class _End:
    """The end record: how many entries, where their directory is, the archive's comment."""

    position: int
    entries: int
    directory: int
    comment: bytes


class Archive(Mapping[str, bytes]):
    """The files of a ZIP in archive order; each is inflated and checked when it is read."""

    def __init__(self, data: Buffer, limits: Limits) -> None:
        end = _find_end(data)
        if end.entries > limits.max_files:
            raise BadPackage("too-many-files", f"more than {limits.max_files} files, package fewer")
        entries = list(_directory(data, end))
        for entry in entries:
            _check_entry(entry, limits)
        check_distinct(entry.name for entry in entries)
        _check_total(entries, limits)
        self._starts = _place(data, entries, end)
        self._data = data
        self._entries = {entry.name: entry for entry in entries}
        self.comment = end.comment
        self.size = len(data)

    def __getitem__(self, name: str) -> bytes:
        entry = self._entries[name]
        start = self._starts[name]
        return _unpack(self._data[start : start + entry.packed], entry)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries


def _find_end(data: Buffer) -> _End:
    """The last end record whose comment reaches exactly to the end, which is where other readers find it too."""
    size = len(data)
    tail_start = max(0, size - _END.size - 0xFFFF)
    tail = data[tail_start:]
    position = tail.rfind(_END_MAGIC)
    while position >= 0:
        if len(tail) - position >= _END.size:
            fields = _END.unpack_from(tail, position)
            if position + _END.size + fields[7] == len(tail):
                return _end_record(data, tail_start + position, fields)
        position = tail.rfind(_END_MAGIC, 0, position)
    raise BadPackage("not-a-zip", "is not a complete ZIP file, package the plugin again or repeat the upload")


def _end_record(data: Buffer, position: int, fields: tuple[bytes, int, int, int, int, int, int, int]) -> _End:
    _, disk, directory_disk, here, entries, size, directory, _ = fields
    comment = data[position + _END.size :]
    if (
        0xFFFF in (disk, here, entries)
        or 0xFFFFFFFF in (size, directory)
        or data[position - 20 : position - 16] == _ZIP64_LOCATOR_MAGIC
    ):
        raise BadPackage("zip64", "is in ZIP64 format, which small packages do not need; package the plugin again")
    if disk or directory_disk or here != entries:
        raise BadPackage("zip-multipart", "is one part of a split ZIP file, package it in one piece")
    if directory + size != position:
        raise BadPackage("zip-layout", "has data before or after the ZIP file, package the plugin again")
    if _END_MAGIC in comment:
        raise BadPackage("zip-comment", "has a comment that looks like another ZIP file, package the plugin again")
    return _End(position, entries, directory, comment)


def _directory(data: Buffer, end: _End) -> Iterator[Entry]:
    position = end.directory
    for _ in range(end.entries):
        if position + _CENTRAL.size > end.position:
            raise BadPackage("zip-directory", "has a broken list of files, package the plugin again")
        fields = _CENTRAL.unpack_from(data, position)
        name_end = position + _CENTRAL.size + fields[10]
        raw_name = data[position + _CENTRAL.size : name_end]
        position = name_end + fields[11] + fields[12]
        if fields[0] != _CENTRAL_MAGIC or position > end.position:
            raise BadPackage("zip-directory", "has a broken list of files, package the plugin again")
        yield _entry(fields, raw_name)
    if position != end.position:
        raise BadPackage("zip-directory", "has a broken list of files, package the plugin again")


def _entry(fields: tuple[int, ...], raw_name: bytes) -> Entry:
    try:
        name = raw_name.decode()
    except UnicodeDecodeError:
        shown = raw_name.decode("ascii", "backslashreplace")
        raise BadPackage("name-encoding", "the name is not UTF-8, rename the file", file=shown) from None
    _, _, _, flags, method, _, _, crc, packed, size, _, _, _, disk, _, attributes, header = fields
    if 0xFFFFFFFF in (packed, size, header) or disk == 0xFFFF:
        raise BadPackage("zip64", "is in ZIP64 format, which small files do not need", file=name)
    if disk:
        raise BadPackage("zip-multipart", "lies in another part of a split ZIP file", file=name)
    return Entry(name, flags, method, crc, packed, size, header, attributes >> 16)


def _check_entry(entry: Entry, limits: Limits) -> None:
    check_name(entry.name, limits)
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        raise BadPackage("symlink", "is a symbolic link, package the file itself", file=entry.name)
    if kind not in (0, stat.S_IFREG):
        raise BadPackage("special-file", "is no ordinary file, leave it out", file=entry.name)
    if entry.flags & _ENCRYPTED:
        raise BadPackage("encrypted", "is encrypted, package it without a password", file=entry.name)
    if entry.flags & _PATCHED or entry.method not in (_STORED, _DEFLATED):
        raise BadPackage("compression", "is compressed in an unusual way, use deflate", file=entry.name)
    if entry.size > limits.max_file_bytes:
        raise BadPackage("file-too-large", f"unpacks to more than {limits.max_file_bytes} bytes", file=entry.name)
    if entry.size > max(limits.ratio_floor, entry.packed * limits.max_ratio):
        raise BadPackage("zip-bomb", f"unpacks to {entry.size} from {entry.packed} bytes", file=entry.name)
    if entry.method == _STORED and entry.packed != entry.size:
        raise BadPackage("size-lie", "is stored with two different sizes, package it again", file=entry.name)


def _check_total(entries: list[Entry], limits: Limits) -> None:
    if sum(entry.size for entry in entries) > limits.max_unpacked_bytes:
        raise BadPackage(
            "unpacked-too-large",
            "plugin package size is too large, please ensure the uncompressed size is less than"
            f" {limits.max_unpacked_bytes} bytes",
        )


def _place(data: Buffer, entries: list[Entry], end: _End) -> dict[str, int]:
    """Where the data of each entry starts; refuses entries that share bytes with another or with the directory."""
    starts = {}
    free_from = 0
    for entry in sorted(entries, key=lambda e: e.header):
        if entry.header < free_from:
            raise BadPackage("overlap", "shares bytes with another file, package the plugin again", file=entry.name)
        starts[entry.name] = start = _data_start(data, entry, end.directory)
        free_from = start + entry.packed
        if free_from > end.directory:
            raise BadPackage("truncated", "its data is cut off, package the plugin again", file=entry.name)
        if entry.flags & _STREAMED:
            free_from = _descriptor_end(data, entry, free_from)
    return starts


def _descriptor_end(data: Buffer, entry: Entry, position: int) -> int:
    """Where the record ends that streaming writers put behind the data; its CRC must agree, as Go's reader demands."""
    if data[position : position + 4] == _DESCRIPTOR_MAGIC:
        position += 4
    if data[position : position + 4] != entry.crc.to_bytes(4, "little"):
        raise BadPackage("header-mismatch", "is described with two different CRCs", file=entry.name)
    return position + 12


def _data_start(data: Buffer, entry: Entry, limit: int) -> int:
    if entry.header + _LOCAL.size > limit:
        raise BadPackage("truncated", "its data is cut off, package the plugin again", file=entry.name)
    magic, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, entry.header)
    name_start = entry.header + _LOCAL.size
    name = data[name_start : name_start + name_length]
    sizes_agree = (crc, packed, size) == (entry.crc, entry.packed, entry.size)
    # Streaming writers leave the sizes for later, some with ZIP64 placeholders.
    sizes_open = flags & _STREAMED and {packed, size} <= {0, 0xFFFFFFFF, entry.packed, entry.size}
    if magic != _LOCAL_MAGIC or name != entry.name.encode() or method != entry.method or flags & _ENCRYPTED:
        raise BadPackage("header-mismatch", "is described in two different ways", file=entry.name)
    if not sizes_agree and not sizes_open:
        raise BadPackage("header-mismatch", "is described with two different sizes", file=entry.name)
    return int(name_start + name_length + extra_length)


def _unpack(packed: bytes, entry: Entry) -> bytes:
    """The bytes of an entry; never more than one byte beyond the declared size is inflated."""
    content = packed if entry.method == _STORED else _inflate(packed, entry)
    if len(content) != entry.size:
        raise BadPackage("size-lie", f"does not unpack to the declared {entry.size} bytes", file=entry.name)
    if zlib.crc32(content) != entry.crc:
        raise BadPackage("crc", "is damaged (wrong CRC), package the plugin again", file=entry.name)
    return content


def _inflate(packed: bytes, entry: Entry) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, entry.size + 1)
    except zlib.error as error:
        raise BadPackage("deflate", "is damaged (broken compression), package it again", file=entry.name) from error
    if not inflater.eof or inflater.unused_data:
        raise BadPackage("size-lie", f"does not unpack to the declared {entry.size} bytes", file=entry.name)
    return content
