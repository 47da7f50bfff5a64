"""Chat, completion and agent apps: one question, one answer, put down as far as it came."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from runtime.database import in_thread
from runtime.errors import BadRequest, RuntimeFault
from runtime.models import App
from runtime.studio.agents import agent_events
from runtime.studio.asking import Asked, Prompt, model_chunks, text_of
from runtime.studio.events import Event, Turn
from runtime.studio.memory import Opened, close_turn, open_turn
from runtime.studio.recipes import QUERY, written

Answering = Callable[[Asked, Turn, Opened], AsyncGenerator[Event]]


async def talk(asked: Asked) -> AsyncGenerator[Event]:
    """The events of an answer; the last one is `message_end`. Raises RuntimeFault. Yields the whole turn for callers
    that do not stream as its `whole()` when all is said, so they need to keep nothing.
    """
    if not asked.query and asked.app.mode != App.Mode.COMPLETION:
        raise BadRequest("query is required")
    opened = await in_thread(opened_turn, asked)
    turn = turn_of(asked, opened)
    error = "The answer was broken off."
    try:
        async with aclosing(ANSWERING[App.Mode(asked.app.mode)](asked, turn, opened)) as events:
            async for event in events:
                yield event
        error = ""
    except RuntimeFault as fault:
        error = fault.message
        raise
    except TimeoutError:
        error = "It took longer than a call may take on this server."
        raise RuntimeFault(error) from None
    finally:
        await in_thread(put_down, opened, turn, error)
    yield turn.end() | {"whole": turn.whole()}


def opened_turn(asked: Asked) -> Opened:
    return open_turn(
        asked.app,
        query=asked.query,
        inputs=asked.inputs,
        owner=asked.owner,
        conversation_id=asked.conversation_id,
    )


def put_down(opened: Opened, turn: Turn, error: str) -> None:
    close_turn(opened.message, answer=turn.answer, thoughts=turn.thoughts, usage=turn.usage, error=error)


def turn_of(asked: Asked, opened: Opened) -> Turn:
    """Completion apps have no conversations for their callers."""
    conversation = "" if asked.app.mode == App.Mode.COMPLETION else str(opened.conversation.pk)
    piece = "agent_message" if asked.app.mode == App.Mode.AGENT else "message"
    return Turn(asked.app.mode, str(opened.message.pk), conversation, piece)


# How each mode answers.


async def chat_events(asked: Asked, turn: Turn, opened: Opened) -> AsyncGenerator[Event]:
    prompts: list[Prompt] = []
    if instruction := written(asked.recipe.prompt, {**opened.inputs, QUERY: asked.query}):
        prompts.append({"role": "system", "content": instruction})
    prompts += spoken(opened.history)
    prompts.append({"role": "user", "content": asked.query})
    async with aclosing(said_by_model(asked, turn, opened, prompts=prompts)) as events:
        async for event in events:
            yield event


async def completion_events(asked: Asked, turn: Turn, opened: Opened) -> AsyncGenerator[Event]:
    """The prompt, filled in, is the question."""
    text = written(asked.recipe.prompt, {**opened.inputs, QUERY: asked.query}) or asked.query
    if not text:
        raise BadRequest("This app has no prompt yet. Write one on its page.")
    prompts = [{"role": "user", "content": text}]
    async with aclosing(said_by_model(asked, turn, opened, prompts=prompts)) as events:
        async for event in events:
            yield event


def spoken(history: list[tuple[str, str]]) -> list[Prompt]:
    pairs = ((("user", query), ("assistant", answer)) for query, answer in history)
    return [{"role": role, "content": content} for pair in pairs for role, content in pair]


async def said_by_model(asked: Asked, turn: Turn, opened: Opened, *, prompts: list[Prompt]) -> AsyncGenerator[Event]:
    session = asked.session(message_id=turn.message_id, conversation_id=str(opened.conversation.pk))
    async with aclosing(model_chunks(session, asked.recipe.model, prompts)) as deltas:
        async for delta in deltas:
            turn.usage = delta.get("usage") or turn.usage
            if text := text_of(delta):
                yield turn.text(text)


async def agent(asked: Asked, turn: Turn, opened: Opened) -> AsyncGenerator[Event]:
    session = asked.session(message_id=turn.message_id, conversation_id=str(opened.conversation.pk))
    instruction = written(asked.recipe.prompt, {**opened.inputs, QUERY: asked.query})
    events = agent_events(asked, turn, session, instruction=instruction, history=spoken(opened.history))
    async with aclosing(events) as found:
        async for event in found:
            yield event


ANSWERING: dict[App.Mode, Answering] = {
    App.Mode.CHAT: chat_events,
    App.Mode.COMPLETION: completion_events,
    App.Mode.AGENT: agent,
}
