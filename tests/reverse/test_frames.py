"""The framed stream of Dify's inner API (protocol.md 7.4)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.host.faults import HostFault
from runtime.host.frames import FrameParser, framed


def test_the_documented_frame():
    content = b'{"data":{},"error":""}'
    assert framed(content) == bytes.fromhex("0f000a0016000000000000000000") + content


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 40))
def test_frames_come_out_whole_however_they_are_cut(contents, size):
    parser = FrameParser(1000)
    stream = b"".join(framed(content) for content in contents)
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [frame for piece in pieces for frame in parser.feed(piece)] == contents
    parser.end()


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (b"\x0e" + framed(b"{}")[1:], "magic number 0x0e"),
        (b"<html>no frames at all</html>", "magic number 0x3c"),
        (struct.pack("<BxHI6x", 0x0F, 11, 2), "header length 11"),
        (struct.pack("<BxHI6x", 0x0F, 10, 1001), "a message of 1001 bytes is larger"),
    ],
)
def test_what_is_no_frame_is_refused(stream, message):
    parser = FrameParser(1000)
    with pytest.raises(HostFault, match=message):
        list(parser.feed(stream))


def test_whole_frames_before_a_broken_one_are_given():
    parser, seen = FrameParser(1000), []
    with pytest.raises(HostFault):
        for frame in parser.feed(framed(b"one") + b"\x00" * 20):
            seen.append(frame)
    assert seen == [b"one"]


def test_a_stream_that_breaks_off_within_a_frame_is_told():
    parser = FrameParser(1000)
    assert list(parser.feed(framed(b"{}")[:-1])) == []
    with pytest.raises(HostFault, match="in the middle"):
        parser.end()
