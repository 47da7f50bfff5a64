"""Summaries by a language model of the workspace: the plugin that asks names none."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson

from runtime.database import in_thread
from runtime.host.faults import HostFault
from runtime.host.structured import asked
from runtime.models import Provider
from runtime.session import Session

PIECE = 24_000  # characters that a model is given at once
MOST_PIECES = 40
TASK = "Summarise the text that you are given, in its own language, without adding anything."


async def summary(session: Session, _kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """`{"summary"}`; a long text is summarised piece by piece, then the summaries once more."""
    model = await in_thread(first_model, session.workspace)
    text = request["text"]
    if len(text) > PIECE * MOST_PIECES:
        raise HostFault(f"the text is longer than {PIECE * MOST_PIECES} characters")
    while len(text) > PIECE:
        parts = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        shorter = "\n".join([await summarised(session, model, part) for part in parts])
        if len(shorter) >= len(text):
            break
        text = shorter
    yield orjson.dumps({"summary": await summarised(session, model, text, instruction=request["instruction"])})


async def summarised(session: Session, model: tuple[str, str], text: str, *, instruction: str = "") -> str:
    provider, name = model
    request = {
        "provider": provider,
        "model": name,
        "completion_params": {},
        "prompt_messages": [
            {"role": "system", "content": f"{TASK}\n{instruction}".strip()},
            {"role": "user", "content": text},
        ],
        "stream": True,
    }
    return (await asked(session, request)).text


def first_model(workspace_id: str) -> tuple[str, str]:
    """Provider and name of the first language model that the workspace's plugins declare, the oldest plugin first."""
    rows = Provider.objects.filter(workspace_id=workspace_id, kind=Provider.Kind.MODEL)
    for row in rows.select_related("installation__package").order_by("created_at", "id"):
        declared = row.installation.package.declaration["model"].get("models") or ()
        for model in declared:
            if model.get("model_type") == "llm" and not model.get("deprecated"):
                return f"{row.installation.plugin_id}/{row.name}", model["model"]
    raise HostFault("no language model is installed in this workspace")
