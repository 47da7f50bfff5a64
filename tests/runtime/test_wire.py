"""Lines as frames: the fast road, the slow road, and everything that is neither."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.wire import END, ERROR, GONE, INVOKE, STREAM, one_line, session_frame, session_line

KINDS = {"stream": STREAM, "error": ERROR, "end": END, "invoke": INVOKE}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def framed(line: bytes) -> tuple[bytes, int, bytes]:
    found = session_frame(line)
    assert found is not None
    return found


def event(kind, data, session="s1"):
    return {"event": "session", "session_id": session, "data": {"type": kind, "data": data}}


@pytest.mark.parametrize("kind", KINDS)
@given(data=JSON_VALUES)
def test_fast_and_slow_road_agree(kind, data):
    compact = orjson.dumps(event(kind, data))
    spaced = json.dumps(event(kind, data), ensure_ascii=False).encode()
    for line in (compact, spaced):
        session, found, payload = framed(line)
        assert (session, found, orjson.loads(payload)) == (b"s1", KINDS[kind], data)


def test_other_key_order():
    line = b'{"session_id":"a","data":{"data":{"x":1},"type":"stream"},"event":"session"}'
    assert session_frame(line) == (b"a", STREAM, b'{"x":1}')


def test_unknown_kind_is_an_error_of_its_session():
    session, kind, payload = framed(orjson.dumps(event("dance", {})))
    assert (session, kind) == (b"s1", ERROR)
    assert orjson.loads(payload)["error_type"] == "unknown_stream_message_type"


@pytest.mark.parametrize(
    "line",
    [
        b"plain text with session in it",
        b'{"event":"heartbeat","session_id":null,"data":{}}',
        b'{"event":"session","session_id":null,"data":{"type":"end","data":{}}}',
        b'{"event":"session","session_id":"x"}',
        b'"session"',
        b"",
        b"\xff\xfe session",
    ],
)
def test_lines_of_no_session(line):
    assert session_frame(line) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(line):
    frame = session_frame(b'{"event":"session","session_id":"' + line)
    assert frame is None or len(frame) == 3


@pytest.mark.parametrize("kind", [STREAM, ERROR, END])
def test_a_frame_crosses_a_link_unchanged(kind):
    line = session_line(b"s9", kind, b'{"a":1}')
    assert session_frame(line.rstrip(b"\n")) == (b"s9", kind, b'{"a":1}')


def test_gone_crosses_a_link_as_an_error():
    assert session_frame(session_line(b"s9", GONE, b"{}").rstrip(b"\n")) == (b"s9", ERROR, b"{}")


@given(st.text())
def test_one_line_is_one_line_for_every_reader(text):
    payload = one_line(orjson.dumps({"text": text}))
    assert len(payload.decode().splitlines()) == 1
    assert orjson.loads(payload) == {"text": text}
