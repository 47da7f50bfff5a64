"""Pictures' sizes from their first bytes, and readmes that leave room for them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import keeping
from marketplace.catalogue.readmes import rendered
from marketplace.catalogue.sizes import size_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x06\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"
)
VP8X = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14)
VP8 = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="640" height="480px"></svg>'


@pytest.mark.parametrize(
    "data",
    [PNG, JPEG, b"GIF89a" + struct.pack("<HH", 640, 480), VP8X, VP8L, VP8, SVG, b'<svg viewBox="0 0 640 480">'],
    ids=["png", "jpeg", "gif", "webp", "lossless", "lossy", "svg", "box"],
)
def test_each_kind_is_read(data: bytes) -> None:
    assert size_of(data) == (640, 480)


@given(st.binary(max_size=80), st.sampled_from([b"", PNG[:8], JPEG[:4], VP8X[:16], VP8L[:16], b"GIF8", b"<svg "]))
def test_rubbish_has_no_size_and_raises_nothing(data: bytes, head: bytes) -> None:
    found = size_of(head + data)
    assert found is None or all(0 < side <= 20_000 for side in found)


def test_a_readme_leaves_room_for_its_pictures(settings, tmp_path) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": kept}
    html = rendered("![A shot](_assets/a.png)", {"a.png": f"{keeping.keep(PNG)}.png"})
    assert 'width="640" height="480"' in html
    missing = rendered("![A shot](_assets/a.png)", {"a.png": f"{'0' * 64}.png"})
    assert "<img" in missing
    assert "width" not in missing
