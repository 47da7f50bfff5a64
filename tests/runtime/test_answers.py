"""Pieces of files that an agent strategy sends: put together, within limits, whatever the plugin says."""

import base64
from typing import Any

import orjson
import pytest

from runtime import answers
from runtime.answers import Merger
from runtime.errors import PluginError
from runtime.wire import STREAM


def chunk(**message: Any) -> bytes:
    return orjson.dumps({"type": "blob_chunk", "message": message, "meta": None})


def piece(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


def test_pieces_of_two_files_are_told_apart() -> None:
    merger = Merger()
    for name in ("a", "b", "a"):
        assert merger.merged(STREAM, chunk(id=name, blob=piece(3), end=False)) == []
    ((_, whole),) = merger.merged(STREAM, chunk(id="a", end=True))
    assert len(base64.b64decode(orjson.loads(whole)["message"]["blob"])) == 6
    assert (list(merger.files), merger.begun) == (["b"], 3)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"type":"blob_chunk"}',
        b'{"type":"blob_chunk","message":[]}',
        chunk(id="a", blob=5, end=False),
        chunk(id="a", blob="a", end=False),
        chunk(id="a", blob="\u00e9", end=False),
        chunk(blob="", end=False),
    ],
)
def test_what_is_no_piece_is_the_plugins_error(payload: bytes) -> None:
    with pytest.raises(PluginError, match="piece of a file"):
        Merger().merged(STREAM, payload)


def test_what_only_speaks_of_pieces_passes() -> None:
    payload = b'["blob_chunk"]'
    assert Merger().merged(STREAM, payload) == [(STREAM, payload)]


def test_files_that_are_begun_and_never_ended_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "BEGUN_LIMIT", 10_000)
    merger = Merger()
    for number in range(10):
        merger.merged(STREAM, chunk(id=number, blob=piece(1000), end=False))
    with pytest.raises(PluginError, match="too large"):
        merger.merged(STREAM, chunk(id=10, blob=piece(1), end=False))
