"""Our own host: reverse calls answered by what is installed in the workspace."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

from runtime.host import apps, models, nodes, structured, summary, tools, uploads
from runtime.session import Session

Answerer = Callable[[Session, str, dict[str, Any]], AsyncGenerator[bytes]]

ANSWERERS: dict[str, Answerer] = dict.fromkeys(models.SINGLE, models.single) | {
    "llm": models.llm,
    "llm_structured_output": structured.structured,
    "tts": models.tts,
    "tool": tools.tool,
    "node_parameter_extractor": nodes.extract,
    "node_question_classifier": nodes.classify,
    "app": apps.invoke,
    "fetch_app": apps.describe,
    "upload_file": uploads.upload,
    "system_summary": summary.summary,
}


class OurHost:
    """Models, tools and apps of the session's workspace, with the credentials that it has stored."""

    def answer(self, session: Session, kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
        return ANSWERERS[kind](session, kind, request)

    async def close(self) -> None:
        """It holds nothing open."""
