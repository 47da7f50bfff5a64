"""JSON that means to be events is made such, whatever the pieces; all else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints.answering import Reply
from endpoints.events import Framing, is_meant
from tests.endpoints.test_http import Sent

JSON = b'{"a": 1}\n\n{"a": "two"}\n\n[3]\n\n'
FRAMED = b'data: {"a": 1}\n\ndata: {"a": "two"}\n\ndata: [3]\n\n'


@given(st.lists(st.integers(min_value=1, max_value=9)))
def test_whatever_the_pieces(sizes: list[int]) -> None:
    framing, rest, said = Framing(), JSON, b""
    for size in sizes:
        said += framing.heard(rest[:size])
        rest = rest[size:]
    assert said + framing.heard(rest, last=True) == FRAMED


def test_the_last_one_is_ended() -> None:
    framing = Framing()
    assert framing.heard(b'{"a": 1}\n\n{"b"') == b'data: {"a": 1}\n\n'
    assert framing.heard(b": 2}", last=True) == b'data: {"b": 2}\n\n'
    assert framing.heard(b"", last=True) == b""


def test_events_stay_as_they_are() -> None:
    events = b'event: x\ndata: {"a": 1}\n\n: alive\n\ndata: [DONE]\n\n'
    assert Framing().heard(events, last=True) == events


@pytest.mark.parametrize(
    ("kind", "meant"),
    [(b"event-stream", True), (b"text/event-stream; charset=utf-8", True), (b"application/json", False), (b"", False)],
)
def test_what_means_to_be_events(kind: bytes, meant: bool) -> None:
    assert is_meant([(b"content-type", kind)]) is meant


@pytest.mark.parametrize(("frames", "said"), [(True, b'data: {"a": 1}\n\n'), (False, b'{"a": 1}\n\n')])
async def test_only_where_the_rules_ask_for_it(frames: bool, said: bytes) -> None:
    visit = Sent()
    reply = Reply(visit, frames=frames)  # type: ignore[arg-type]
    reply.answer.hear(b'{"status":200,"headers":{"Content-Type":"event-stream"}}')
    await reply.flush()
    reply.answer.hear(b'{"result":"%b"}' % b'{"a": 1}\n\n'.hex().encode())
    await reply.flush()
    await reply.end()
    assert visit.said == [(200, None), said, b"", "end"]
