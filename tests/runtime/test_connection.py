"""Connections of callers who ask for what we do not speak, leave others waiting, or do not come to an end."""

import asyncio
from contextlib import suppress

import pytest

from runtime.connection import Connection
from runtime.exchange import MANY
from tests.programs import SOON
from tests.runtime.test_exchange import (
    ANSWER,
    Doors,
    address,
    all_of,
    connection,
    doors,
    get,
    post,
    read_answer,
)

__all__ = ["address", "doors"]  # fixtures

H2C = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ")


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Returns when the server has ended the connection, in peace or not."""
    async with asyncio.timeout(SOON):
        with suppress(ConnectionError):
            await reader.read()
    return True


@pytest.mark.parametrize("pieces", [1, 7, 10_000])
async def test_an_upgrade_is_passed_over_and_the_body_is_not(address: int, doors: Doors, pieces: int) -> None:
    """As Java's client begins; the requests behind it are requests again."""
    requests = post("/hot/echo?1", b"hello", *H2C) + get("/cold", *H2C) + post("/hot/echo?2", b"world", *H2C)
    async with connection(address) as (reader, writer):
        for start in range(0, len(requests), pieces):
            writer.write(requests[start : start + pieces])
            await asyncio.sleep(0)
        bodies = [(await read_answer(reader))[1] for _ in range(3)]
    assert bodies == [b"POST /hot/echo 1 hello", b"asgi", b"POST /hot/echo 2 world"]
    assert doors.bodies == [b"hello", b"world"]


async def test_nobody_is_connected_through_us(address: int) -> None:
    assert (await all_of(address, get("/hot/echo", method="CONNECT"))).startswith(b"HTTP/1.1 400 ")


async def test_the_target_counts_and_not_the_host_beside_it(address: int) -> None:
    request = get("http://b:81/hot/echo?x", "Connection: close")
    assert (await all_of(address, request)).endswith(b"GET /hot/echo x ")
    assert (await all_of(address, get("http://b", "Connection: close"))).endswith(b"asgi")


async def test_trailers_are_no_headers(address: int, doors: Doors) -> None:
    body = b"5\r\nhello\r\n0\r\nX-Api-Key: mine\r\nHost: b\r\n\r\n"
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/names", "Transfer-Encoding: chunked", method="POST") + body + get("/hot/names"))
        assert (await read_answer(reader))[1] == b"host transfer-encoding"
        assert (await read_answer(reader))[1] == b"host"


async def test_who_knows_no_chunks_gets_none(address: int) -> None:
    head, _, body = (await all_of(address, b"GET /hot/chunks HTTP/1.0\r\n\r\n")).partition(b"\r\n\r\n")
    assert body == b"onetwo"
    assert b"transfer-encoding" not in head
    assert b"\r\nconnection: close" in head


async def test_a_broken_answer_without_chunks_does_not_look_whole(address: int) -> None:
    with pytest.raises(ConnectionResetError):
        await all_of(address, b"GET /hot/breaks HTTP/1.0\r\n\r\n")


async def test_http_1_0_has_no_100_continue(address: int) -> None:
    head = b"POST /hot/echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert (await all_of(address, head + b"ok")).startswith(ANSWER)


async def test_who_waits_in_vain_for_100_continue_is_not_taken_at_his_next_word(address: int) -> None:
    """He may send the body now, or another request instead: nobody can tell them apart."""
    head = get("/hot/answers_204", "Content-Length: 50", "Expect: 100-continue", method="POST")
    answer = await all_of(address, head)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"\r\nconnection: close" in answer


async def test_who_leaves_is_told_of_where_others_wait_behind_him(address: int, doors: Doors) -> None:
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/streams") + get("/hot/echo"))
        await asyncio.wait_for(reader.readuntil(b"x"), SOON)
        writer.transport.abort()
        await asyncio.wait_for(doors.left.wait(), SOON)


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /hot/echo HTTP/1.1\r\nHost: a\r\nX-Long: ",
        b"GET /hot/echo?",
        get("/hot/echo", "Transfer-Encoding: chunked", method="POST") + b"1\r\na\r\n0\r\nX-Long: ",
        get("/hot/echo", "Transfer-Encoding: chunked", method="POST") + b"1;",
    ],
    ids=["header", "target", "trailer", "extension"],
)
async def test_what_has_no_end_is_not_heard_to_its_end(
    address: int, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "largest_head", 10_000)
    async with connection(address) as (reader, writer):
        writer.write(begun + b"a" * 9_000)
        await asyncio.sleep(0.1)
        writer.write(b"a" * 2_000)
        head, body = await read_answer(reader)
        assert head.startswith(b"HTTP/1.1 431 ")
        assert b"10000" in body
        assert await is_closed(reader)


async def test_a_long_body_is_no_long_head(address: int, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "largest_head", 1_000)
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/echo", "Transfer-Encoding: chunked", method="POST"))
        for _ in range(400):
            writer.write(b"1\r\na\r\n")
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
        assert (await read_answer(reader))[0].startswith(ANSWER)
    assert doors.bodies == [b"a" * 400]


async def test_a_body_of_many_chunks_is_kept_in_few_parts(address: int, doors: Doors) -> None:
    """Each by itself would take many times its memory."""
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/echo", "Transfer-Encoding: chunked", method="POST"))
        writer.write(b"2\r\nab\r\n" * 20_000)
        async with asyncio.timeout(SOON):
            while not doors.visits or doors.visits[0].size < 40_000 or len(doors.visits[0].parts) > MANY:
                await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")
        assert (await read_answer(reader))[0].startswith(ANSWER)
    assert doors.bodies == [b"ab" * 20_000]


async def test_a_refusal_is_no_part_of_another_answer(address: int) -> None:
    async with connection(address) as (reader, writer):
        writer.write(get("/hot/head_first"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SOON)
        writer.write(b"\x16\x03\x01 what\r\n\r\n")
        assert head.startswith(ANSWER)
        assert await asyncio.wait_for(reader.read(), SOON) == b""


@pytest.mark.parametrize(
    "begun", [b"", b"GET /hot/echo HTTP/1.1\r\n", get("/hot/answers_204", "Content-Length: 9", method="POST")]
)
async def test_what_does_not_come_is_not_waited_for(
    address: int, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection of which nothing comes, a head and a body that come drop by drop."""
    monkeypatch.setattr(Connection, "head_within", 0.2)
    async with connection(address) as (reader, writer):
        writer.write(begun)
        closed = asyncio.create_task(is_closed(reader))
        while not closed.done():
            if begun and not writer.transport.is_closing():
                writer.write(b"a")
            await asyncio.sleep(1 if begun.endswith(b"\r\n\r\n") else 0.05)
        assert closed.result()
