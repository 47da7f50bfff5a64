"""How large a picture is, from its first bytes: pages leave room for it before it is there."""

import re
import struct

SVG_SIZE = re.compile(
    r'<svg\b[^>]*?\bwidth="([\d.]+)(?:px)?"[^>]*?\bheight="([\d.]+)(?:px)?"', re.IGNORECASE | re.DOTALL
)
SVG_BOX = re.compile(
    r'<svg\b[^>]*?\bviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', re.IGNORECASE | re.DOTALL
)
UNTOLD = (0, 0)  # what stands where a size cannot be told
LARGEST = 20_000  # pixels of a side that is believed

type Size = tuple[int, int]


def size_of(data: bytes) -> Size | None:
    """Width and height in pixels of a PNG, GIF, JPEG, WebP or SVG; None of what cannot be told."""
    try:
        found = _read(data)
    except (struct.error, IndexError, ValueError):
        return None
    return found if found and all(0 < side <= LARGEST for side in found) else None


def _read(data: bytes) -> Size | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return struct.unpack(">II", data[16:24])
    if data.startswith(b"GIF8"):
        return struct.unpack("<HH", data[6:10])
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    text = data[:4000].decode(errors="replace")
    match = SVG_SIZE.search(text) or SVG_BOX.search(text)
    return (round(float(match[1])), round(float(match[2]))) if match else None


def _jpeg(data: bytes) -> Size | None:
    """Through the segments to the frame's head (ITU T.81, B.2.2)."""
    place = 2
    while data[place] == 0xFF:
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def _webp(data: bytes) -> Size | None:
    """Of its three kinds (RFC 9649, 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None
