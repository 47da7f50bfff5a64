"""More reverse calls at once than anybody needs: bounded, told, and over when the session is."""

import asyncio
from typing import Any

import orjson

from runtime.backends import base
from runtime.backends.base import DuplexBackend
from runtime.session import Session
from tests.programs import PROMISED, until


class Pipe(DuplexBackend):
    """A plugin whose lines the test makes; what is written to it is kept."""

    def __init__(self, answer: Any) -> None:
        super().__init__(session_limit=1 << 20, line_limit=1 << 20, answer=answer)
        self.written: list[dict[str, Any]] = []

    def write(self, line: bytes) -> None:
        self.written.append(orjson.loads(line))

    def invoke(self, session: Session, number: int) -> None:
        data = {"type": "llm", "backwards_request_id": str(number), "request": {}}
        event = {"event": "session", "session_id": session.id, "data": {"type": "invoke", "data": data}}
        self.feed(orjson.dumps(event) + b"\n")

    def answers(self, event: str) -> list[str]:
        said = [line["data"] for line in self.written if line["event"] == "backwards_response"]
        return [data["backwards_request_id"] for data in said if data["event"] == event]


def session():
    return Session(workspace="w", plugin="a/b:1@x", type="tool", action="", data={})


async def test_calls_over_the_limit_are_told_and_the_others_go_on():
    go, left = asyncio.Event(), []

    async def waits(session, call):
        try:
            await go.wait()
            yield {"event": "response", "message": "struct", "data": {}}
        finally:
            left.append(call["backwards_request_id"])

    pipe, asking = Pipe(waits), session()
    stream = pipe.stream(asking)
    reading = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    for number in range(base.MOST_CALLS + 10):
        pipe.invoke(asking, number)
    await until(lambda: len(pipe.answers("end")) == 10)
    over = [str(base.MOST_CALLS + number) for number in range(10)]
    assert pipe.answers("error") == pipe.answers("end") == over
    go.set()
    await until(lambda: not pipe.conversations[asking.id.encode()].tasks)
    assert len(pipe.answers("response")) == base.MOST_CALLS
    assert sorted(pipe.answers("end")) == sorted(str(number) for number in range(base.MOST_CALLS + 10))
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await stream.aclose()


async def test_the_end_of_a_session_ends_its_calls_and_what_they_hold():
    """Also one that waits for the plugin to read: its generator is closed in this very moment, not by the collector."""
    closed = asyncio.Event()

    async def endless(session, call):
        try:
            while True:
                yield {"event": "response", "message": "stream", "data": {}}
        finally:
            closed.set()

    class Full(Pipe):
        async def drain(self) -> None:
            await asyncio.Event().wait()

    pipe, asking = Full(endless), session()
    stream = pipe.stream(asking)
    reading = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    pipe.invoke(asking, 1)
    await until(lambda: pipe.answers("response"))
    await asyncio.sleep(0.05)
    assert pipe.answers("response") == ["1"], "it waits until there is room"
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    async with asyncio.timeout(PROMISED):
        await closed.wait()
    assert pipe.answers("end") == []
