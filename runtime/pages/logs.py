"""A plugin's log: as it stands, as it comes, and as a file."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

from runtime import calling
from runtime.agreeing import process_for
from runtime.errors import RuntimeFault
from runtime.logs import LogLine
from runtime.numerals import whole
from runtime.pages.access import Visit, async_page
from runtime.pages.plugin import find, opened, tab

STREAMS = ("stderr", "stdout", "host")
QUIET = 15.0  # seconds without a line after which a comment shows that the connection lives
FIRST_LINES = 0.5  # seconds that the page waits for the lines that are there
EVENT_STREAM = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def shown(line: LogLine) -> dict[str, Any]:
    """A line for the page: what kind it is decides its colour and what filters hide it."""
    stream = line.kind if line.kind in STREAMS else "log"
    return {
        "number": line.number,
        "time": f"{line.at:.6f}",
        "at": datetime.fromtimestamp(line.at, UTC).strftime("%H:%M:%S"),
        "kind": line.kind.lower(),
        "stream": stream,
        "text": line.text,
    }


async def lines_so_far(unique_identifier: str) -> list[LogLine]:
    """The lines that are kept in memory where the plugin runs; raises RuntimeFault."""
    found: list[LogLine] = []
    try:
        async with asyncio.timeout(FIRST_LINES), aclosing(calling.follow_logs(unique_identifier)) as batches:
            async for lines in batches:
                found += lines
                break
    except TimeoutError:
        pass
    return found


@async_page
async def logs(request: Visit, plugin_id: str) -> HttpResponse:
    found = await sync_to_async(opened)(request, plugin_id)
    lines, silent = await asked(found.plugin.process)
    context = {"lines": [shown(line) for line in lines[-500:]], "silent": silent}
    return await sync_to_async(tab)(request, found, "logs", **context)


async def asked(unique_identifier: str) -> tuple[list[LogLine], str]:
    """The lines, or the sentence that says why there are none."""
    try:
        return await lines_so_far(unique_identifier), ""
    except RuntimeFault as fault:
        return [], fault.message


@async_page
async def download(request: Visit, plugin_id: str) -> HttpResponse:
    installation = await sync_to_async(find)(request, plugin_id)
    lines, silent = await asked(await sync_to_async(process_for)(installation))
    name = f"{plugin_id.replace('/', '-')}-{installation.package.version}.log"
    return HttpResponse(
        as_text(lines) if lines else silent,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_text(lines: Iterable[LogLine]) -> str:
    stamped = ((datetime.fromtimestamp(line.at, UTC).isoformat(timespec="milliseconds"), line) for line in lines)
    return "".join(f"{stamp} {line.kind} {line.text}\n" for stamp, line in stamped)


@async_page
async def follow(request: Visit, plugin_id: str) -> StreamingHttpResponse:
    """New lines as server-sent events; a browser that comes back says which number it has seen last."""
    installation = await sync_to_async(find)(request, plugin_id)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after") or "0"
    process = await sync_to_async(process_for)(installation)
    source = events(process, whole(after) or 0)
    return StreamingHttpResponse(source, content_type="text/event-stream", headers=EVENT_STREAM)


async def events(unique_identifier: str, after: int) -> AsyncGenerator[bytes]:
    try:
        async with aclosing(calling.follow_logs(unique_identifier, after=after)) as batches:
            async for lines in kept_alive(aiter(batches)):
                yield event([shown(line) for line in lines], lines[-1].number) if lines else b": still here\n\n"
    except RuntimeFault as fault:
        yield b"retry: 3000\nevent: silent\ndata: " + json.dumps(fault.message).encode() + b"\n\n"


def event(data: Any, number: int) -> bytes:
    return f"id: {number}\ndata: {json.dumps(data)}\n\n".encode()


async def kept_alive[T](source: AsyncIterator[list[T]]) -> AsyncGenerator[list[T]]:
    """The source's batches, and an empty one whenever it has been quiet for a while."""
    waiting: asyncio.Task[list[T]] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(source))
            done, _ = await asyncio.wait({waiting}, timeout=QUIET)
            if not done:
                yield []
                continue
            batch, waiting = waiting.result(), None
            yield batch
    except StopAsyncIteration:
        return
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
