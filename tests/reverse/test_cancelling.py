"""Who leaves, or is killed, in the middle of a reverse call leaves no model stream behind: seen at the model's server."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from runtime.wire import ERROR, GONE
from tests import sdk
from tests.programs import PROMISED
from tests.reverse.openai import serving
from tests.reverse.world import World, ask, existing

pytestmark = pytest.mark.django_db(transaction=True)
COMPATIBLE = {"provider": "patchbay/compatible/compatible", "model": "compatible-chat"}
PROMPTS = ["endless", "silent"]  # silent: the model's server has not said a byte


@pytest.fixture(params=["plain", "forked"])
async def world(request: pytest.FixtureRequest, package_of) -> AsyncIterator[World]:
    async with sdk.spawning_by(request.param), serving() as stub, existing(package_of) as world:
        world.beside = stub
        await world.add("caller")
        await world.add("agent")
        await world.add("compatible", endpoint_url=f"{stub.url}/v1")
        yield world


def asking(world, prompt):
    return world.session("caller", "llm", prompt=prompt, **COMPATIBLE)


async def until_open(world, count=1):
    async with asyncio.timeout(90):
        while world.beside.open != count:
            await asyncio.sleep(0.01)


async def soon(condition):
    left = time.monotonic()
    while not condition():
        assert time.monotonic() - left < PROMISED
        await asyncio.sleep(0.01)


async def begun(world, session):
    """A task that reads an answer for which the model is being asked."""
    task = asyncio.create_task(sdk.frames_of(await world.backend(session.plugin), session))
    await until_open(world)
    return task


async def ended(task):
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_a_caller_who_leaves_stops_the_model(world, prompt):
    task = await begun(world, asking(world, prompt))
    await ended(task)
    await soon(lambda: world.beside.open == 0)
    assert await ask(world, "llm", prompt="hello", **COMPATIBLE) == "You said hello "


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_an_agent_that_is_left_stops_the_model(world, prompt):
    model = {"model_type": "llm", "mode": "chat", "completion_params": {}, **COMPATIBLE}
    session = asking(world, "")
    session.plugin = next(plugin for plugin, name in world.names.items() if name == "agent")
    session.type, session.action = "agent_strategy", "invoke_agent_strategy"
    params = {"model": model, "query": prompt}
    session.data = {"agent_strategy_provider": "agent", "agent_strategy": "chat", "agent_strategy_params": params}
    await ended(await begun(world, session))
    await soon(lambda: world.beside.open == 0)


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_the_plugin_that_asked_is_killed(world, prompt):
    session = asking(world, prompt)
    task = await begun(world, session)
    os.kill((await world.backend(session.plugin)).pid, signal.SIGKILL)
    await soon(lambda: world.beside.open == 0)
    assert (await task)[-1][0] == GONE


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_the_plugin_that_was_asked_is_killed(world, prompt):
    task = await begun(world, asking(world, prompt))
    nested = world.sessions[-1]
    os.kill((await world.backend(nested.plugin)).pid, signal.SIGKILL)
    await soon(lambda: world.beside.open == 0)
    assert ERROR in [kind for kind, _ in await task]


async def test_calls_that_were_left_hold_none_of_a_plugins_threads(world):
    """Neither those that run nor those that wait for a thread."""
    for name in ("caller", "compatible"):
        plugin = next(plugin for plugin, called in world.names.items() if called == name)
        world.sources[plugin] = {"environment": sdk.backend(name).options.environment | {"MAX_WORKER": "20"}}
    plugin = await world.backend(asking(world, "").plugin)
    tasks = [asyncio.create_task(sdk.frames_of(plugin, asking(world, "silent"))) for _ in range(100)]
    await until_open(world, 20)
    await asyncio.gather(*(ended(task) for task in tasks))
    await soon(lambda: world.beside.open == 0)
    assert await ask(world, "llm", prompt="hello", **COMPATIBLE) == "You said hello "
    assert len(world.beside.seen) == 21, "what waited was never begun"


async def test_a_plugin_that_knows_no_such_message_runs_plainly(world):
    """As `python -m main`: the session is closed, the plugin goes on until it writes to nobody."""
    world.sources[asking(world, "").plugin] = {"argv": sdk.backend("caller", patches=()).options.argv}
    async with aclosing((await world.backend(asking(world, "").plugin)).stream(asking(world, "endless"))) as batches:
        async for _ in batches:
            break
    await soon(lambda: world.beside.open == 0)  # the model's plugin understands
    assert await ask(world, "llm", prompt="hello", **COMPATIBLE) == "You said hello "
