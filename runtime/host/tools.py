"""Tools that the workspace's tool plugins bring."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from runtime.answers import Merger
from runtime.host import providers
from runtime.host.faults import HostFault
from runtime.host.nested import nested, stream
from runtime.session import Session
from runtime.wire import STREAM


async def tool(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The tool's messages; pieces of a file come as one, as Dify's own tools give them."""
    if request["tool_type"] != "builtin":
        raise HostFault(f"this host has no tools of type {request['tool_type']}, only builtin ones, of plugins")
    found = await providers.find(session.workspace, "tool", request["provider"])
    data = {
        "provider": found.provider,
        "tool": request["tool"],
        "tool_parameters": request["tool_parameters"],
        **await providers.credentials(session, found, chosen=request.get("credential_id")),
    }
    merger = Merger()
    async with aclosing(stream(nested(session, found, path="tool/invoke", data=data))) as chunks:
        async for chunk in chunks:
            for _, message in merger.merged(STREAM, chunk):
                yield message
