"""Pictures' sizes from their first bytes, and readmes that leave room for them."""

import re
import struct

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from marketplace import keeping
from marketplace.catalogue.picturing import Picture
from marketplace.catalogue.readmes import rendered
from marketplace.catalogue.sizes import size_of
from tests.listing import listed, package_bytes

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


SHOWN = {"a.png": Picture(f"{'0' * 64}.png", 640, 480), "b.png": Picture(f"{'1' * 64}.png")}


def test_a_readme_leaves_room_for_its_pictures() -> None:
    assert 'width="640" height="480"' in rendered("![A shot](_assets/a.png)", SHOWN)
    untold = rendered("![A shot](_assets/b.png)", SHOWN)
    assert "<img" in untold
    assert "width" not in untold


@pytest.mark.django_db
def test_a_release_keeps_the_sizes_of_its_pictures() -> None:
    pictures = {"_assets/screenshot.png": PNG, "_assets/notes.png": b"no picture"}
    made = listed(package_bytes(pictures))
    sizes = {one.name: (one.width, one.height) for one in made.assets.all()}
    assert sizes["screenshot.png"] == (640, 480)
    assert sizes["notes.png"] == (0, 0)
    assert re.search(r'<img src="/pictures/[0-9a-f]{64}\.png"[^>]* width="640" height="480">', page())


@pytest.mark.django_db
def test_pictures_from_before_sizes_were_kept_are_measured_once() -> None:
    assets = listed(package_bytes({"_assets/screenshot.png": PNG, "_assets/demo.png": JPEG})).assets
    assets.update(width=None, height=None)
    gone = assets.get(name="demo.png")
    keeping.storage().delete(keeping.place(gone.content))
    with CaptureQueriesContext(connection) as first:
        assert 'width="640" height="480"' in page()
    with CaptureQueriesContext(connection) as second:
        assert 'width="640" height="480"' in page()
    sizes = dict(assets.values_list("name", "width"))
    assert (sizes["screenshot.png"], sizes["demo.png"]) == (640, 0)
    updates = [[one["sql"] for one in asked if one["sql"].startswith("UPDATE")] for asked in (first, second)]
    assert [len(some) for some in updates] == [1, 0]


def page() -> str:
    return Client().get("/plugins/acme/demo").text
