"""Where a plugin may put a file: the call gives an address, to which the plugin then posts the file itself."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson

from runtime import files
from runtime.session import Session


async def upload(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """`{"url"}`, good for one file and a few minutes."""
    url = files.upload_url(
        workspace_id=session.workspace,
        plugin_id=session.plugin.partition(":")[0],
        user=session.user,
        name=request["filename"],
        mime_type=request["mimetype"],
    )
    yield orjson.dumps({"url": url})
