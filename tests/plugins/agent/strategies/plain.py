from collections.abc import Generator
from typing import Any

from dify_plugin.entities.agent import AgentInvokeMessage
from dify_plugin.interfaces.agent import AgentStrategy

PIECE = 8192


class PlainStrategy(AgentStrategy):
    """The SDK sends a blob of a strategy whole; with `pieces` it goes as those of tools do, for the host to join."""

    def _invoke(self, parameters: dict[str, Any]) -> Generator[AgentInvokeMessage, None, None]:
        start = AgentInvokeMessage.LogMessage.LogStatus.START
        log = self.create_log_message("thinking", {"query": parameters["query"]}, status=start)
        yield log
        yield self.create_text_message(f"You asked: {parameters['query']}")
        yield self.create_json_message({"user_id": self.runtime.user_id, "session_id": self.session.session_id})
        size = int(parameters.get("size", 20000))
        if size:
            blob = (bytes(range(256)) * (size // 256 + 1))[:size]
            meta = {"mime_type": "application/octet-stream", "filename": "blob.bin"}
            if parameters.get("pieces") in (True, "true"):
                yield from self._pieces(blob, meta)
            else:
                yield self.create_blob_message(blob, meta=meta)
        yield self.finish_log_message(log, data={"done": True})

    def _pieces(self, blob: bytes, meta: dict[str, str]) -> Generator[AgentInvokeMessage, None, None]:
        starts = range(0, len(blob), PIECE)
        for number, start in enumerate(starts):
            yield self._piece(blob[start : start + PIECE], number, len(blob), meta)
        yield self._piece(b"", len(starts), len(blob), meta)

    def _piece(self, data: bytes, number: int, total: int, meta: dict[str, str]) -> AgentInvokeMessage:
        piece = AgentInvokeMessage.BlobChunkMessage(
            id=self.session.session_id, sequence=number, total_length=total, blob=data, end=not data
        )
        return AgentInvokeMessage(type=AgentInvokeMessage.MessageType.BLOB_CHUNK, message=piece, meta=meta)
