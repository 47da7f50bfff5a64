"""Apps that are a list of steps: each one's answer is a variable for those that follow; the last one's is the result."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from runtime.errors import BadRequest, RuntimeFault
from runtime.session import Session
from runtime.studio.asking import Asked, model_chunks, text_of, tool_text
from runtime.studio.events import Event, Flow
from runtime.studio.recipes import QUERY, Step, checked_inputs, filled, written


async def run_steps(asked: Asked) -> AsyncGenerator[Event]:
    """The events of a run. A step that fails ends it: that is told as the run's result, as Dify does, not raised."""
    if not asked.recipe.steps:
        raise BadRequest("This app has no steps yet. Add one on its page.")
    inputs = checked_inputs(asked.recipe.variables(), asked.inputs)
    flow = Flow(str(asked.app.pk), inputs)
    values: dict[str, Any] = {**inputs, QUERY: asked.query}
    session = asked.session()
    yield flow.started()
    for step in asked.recipe.steps:
        async with aclosing(run_step(asked, flow, step, session=session, values=values)) as events:
            async for event in events:
                yield event
        if flow.error:
            break
    else:
        flow.outputs = {"text": values[asked.recipe.steps[-1].name]}
    yield flow.finished() | {"whole": flow.whole()}


async def run_step(
    asked: Asked, flow: Flow, step: Step, *, session: Session, values: dict[str, Any]
) -> AsyncGenerator[Event]:
    """One step between its two events; the text of the last one is streamed."""
    flow.steps += 1
    began, last = time.monotonic(), flow.steps == len(asked.recipe.steps)
    node: dict[str, Any] = {
        "id": f"{flow.id}-{flow.steps}",
        "node_id": step.name,
        "node_type": {"model": "llm", "tool": "tool"}.get(step.kind, "template-transform"),
        "title": step.name,
        "index": flow.steps,
        "created_at": int(time.time()),
    }
    yield flow.event("node_started", **node)
    words: list[str] = []
    try:
        async with aclosing(pieces(asked, flow, step, session=session, values=values)) as found:
            async for piece in found:
                words.append(piece)
                if last:
                    yield flow.event("text_chunk", text=piece, from_variable_selector=[step.name, "text"])
    except RuntimeFault as fault:
        flow.error = f"{step.name}: {fault.message}"
    values[step.name] = "".join(words)
    yield flow.event(
        "node_finished",
        **node,
        outputs={"text": values[step.name]},
        status="failed" if flow.error else "succeeded",
        error=flow.error or None,
        elapsed_time=round(time.monotonic() - began, 3),
    )


async def pieces(
    asked: Asked, flow: Flow, step: Step, *, session: Session, values: dict[str, Any]
) -> AsyncGenerator[str]:
    """What a step says."""
    if step.kind == "tool":
        if step.tool is None:
            raise BadRequest("no tool is chosen")
        yield await tool_text(session, step.tool, filled(step.text, values))
    elif step.kind == "model":
        prompts = [{"role": "user", "content": written(step.text, values)}]
        if instruction := written(asked.recipe.prompt, values):
            prompts.insert(0, {"role": "system", "content": instruction})
        async with aclosing(model_chunks(session, asked.recipe.model, prompts)) as deltas:
            async for delta in deltas:
                flow.tokens += int((delta.get("usage") or {}).get("total_tokens") or 0)
                if text := text_of(delta):
                    yield text
    else:
        yield written(step.text, values)
