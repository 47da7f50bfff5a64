"""A Dify as the host: reverse calls forwarded to its inner API, as the daemon does (protocol.md 7.4)."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx
import orjson

from runtime import accounting
from runtime.host.faults import HostFault
from runtime.host.frames import FrameParser
from runtime.session import Session
from runtime.tracing import outgoing

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0  # seconds
KEEP_ALIVE = 4.0  # seconds; less than servers in Python keep an idle connection, so that none is used while it closes
LENT = 16  # requests at once of one client: what its pool costs grows with the square of its connections
MOST_SHOWN = 1000  # characters of an answer that go into an error

STREAMED = {
    "llm": "invoke/llm",
    "llm_structured_output": "invoke/llm/structured-output",
    "tts": "invoke/tts",
    "tool": "invoke/tool",
    "app": "invoke/app",
}
PLAIN = {
    "text_embedding": "invoke/text-embedding",
    "multimodal_embedding": "invoke/multimodal-embedding",
    "rerank": "invoke/rerank",
    "multimodal_rerank": "invoke/multimodal-rerank",
    "speech2text": "invoke/speech2text",
    "moderation": "invoke/moderation",
    "node_parameter_extractor": "invoke/parameter-extractor",
    "node_question_classifier": "invoke/question-classifier",
    "system_summary": "invoke/summary",
    "upload_file": "upload/file/request",
    "fetch_app": "fetch/app/info",
}
WRAPPED_TWICE = {"fetch_app"}


class DifyHost:
    """`url` is Dify's address without `/inner/api`. Timeouts in seconds; the read timeout is between two pieces."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        read_timeout: float,
        write_timeout: float,
        frame_limit: int,
        connect_timeout: float = CONNECT_TIMEOUT,
    ) -> None:
        self.frame_limit = frame_limit
        self.idle: list[httpx.AsyncClient] = []  # clients that can take more, the one last used at the end
        self.lent: dict[httpx.AsyncClient, int] = {}
        self.make = partial(
            httpx.AsyncClient,
            base_url=f"{url.rstrip('/')}/inner/api/",
            headers={"X-Inner-Api-Key": key, "Content-Type": "application/json"},
            timeout=httpx.Timeout(connect_timeout, read=read_timeout, write=write_timeout, pool=read_timeout),
            limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE),
            verify=httpx.create_ssl_context(trust_env=False),
            trust_env=False,
        )

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self.lent))

    @contextlib.contextmanager
    def client(self) -> Iterator[httpx.AsyncClient]:
        """A client with room for one more request."""
        if not self.idle:
            client = self.make()
            self.idle.append(client)
            self.lent[client] = 0
        client = self.idle[-1]
        self.lent[client] += 1
        if self.lent[client] >= LENT:
            self.idle.pop()
        try:
            yield client
        finally:
            if self.lent[client] >= LENT:
                self.idle.append(client)
            self.lent[client] -= 1

    async def answer(self, session: Session, kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
        if kind == "app" and not request["user"]:
            request = {**request, "user": session.user}
        try:
            if kind in STREAMED:
                async with aclosing(self.streamed(session, STREAMED[kind], request)) as items:
                    async for item in items:
                        accounting.saw(item)
                        yield item
            else:
                item = await self.plain(session, kind, request)
                accounting.saw(item)
                yield item
        except httpx.HTTPError as error:
            raise HostFault(f"Dify's inner API cannot be reached: {type(error).__name__} {error}".rstrip()) from None

    async def streamed(self, session: Session, path: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
        parser = FrameParser(self.frame_limit)
        body, headers = orjson.dumps(request), traced(session)
        with self.client() as client:
            async with client.stream("POST", path, content=body, headers=headers) as response:
                if response.status_code != httpx.codes.OK:
                    text = (await response.aread()).decode(errors="replace")[:MOST_SHOWN]
                    raise HostFault(f"request failed with status code: {response.status_code} and respond with: {text}")
                async for piece in response.aiter_bytes():
                    for frame in parser.feed(piece):
                        if (data := frame_data(frame)) is not None:
                            yield data
        parser.end()

    async def plain(self, session: Session, kind: str, request: dict[str, Any]) -> bytes:
        """The one result. The status is not looked at, as the daemon does not: the body tells."""
        with self.client() as client:
            response = await client.post(PLAIN[kind], content=orjson.dumps(request), headers=traced(session))
        try:
            answer = decoded(response.content)
        except ValueError as error:
            shown = response.text[:MOST_SHOWN]
            raise HostFault(f"status code {response.status_code}, the answer is {error}: {shown}") from None
        data = answer.get("data")
        if kind in WRAPPED_TWICE and isinstance(data, dict):
            data = data.get("data")
        if data is None:
            raise HostFault("data is nil")
        if not isinstance(data, dict):
            raise HostFault(f"validate request failed: an object was expected, not {type(data).__name__}")
        return orjson.dumps(data)


def traced(session: Session) -> dict[str, str]:
    """W3C trace context: one trace for all that follows from one call at our door."""
    return {"traceparent": outgoing(session)}


def decoded(content: bytes) -> dict[str, Any]:
    """`{"data", "error"}`; raises ValueError for what is no JSON object, HostFault for the error that it tells."""
    answer = read_json(content)
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - what was sent, not what was passed
    if answer.get("error"):
        raise HostFault(f"request failed: {answer['error']}")
    return answer


def read_json(content: bytes) -> Any:
    """Python writes NaN and Infinity into JSON, which a strict reader refuses."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            return json.loads(content)
        except ValueError:
            raise ValueError("no JSON") from None


def frame_data(frame: bytes) -> bytes | None:
    """The data of one frame; a frame that cannot be read is logged and skipped, as the daemon does."""
    try:
        data = decoded(frame).get("data")
    except ValueError:
        log.warning("A message of Dify's inner API could not be read: %r", frame[:MOST_SHOWN])
        return None
    return orjson.dumps(data) if isinstance(data, dict) else None
