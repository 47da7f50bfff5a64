"""A workspace with plugins that call each other, and threads for SQL that close their connections."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from runtime import accounting, audit, policy, vault
from runtime.credentials import warm
from tests.reverse.world import World, existing

THREADS = 6


@pytest.fixture(autouse=True)
async def threads() -> AsyncIterator[None]:
    pool = ThreadPoolExecutor(THREADS)
    asyncio.get_running_loop().set_default_executor(pool)
    yield
    together = threading.Barrier(THREADS)  # so that each thread closes its own

    def close() -> None:
        together.wait()
        connections.close_all()

    await asyncio.gather(*(asyncio.to_thread(close) for _ in range(THREADS)))


@pytest.fixture(autouse=True)
def cold(settings: Any) -> None:
    """Nothing is remembered of an earlier test, and packages need no signature."""
    settings.FORCE_VERIFYING_SIGNATURE = False
    vault.forget()
    warm.forget()
    policy.forget()
    audit.recent.clear()
    accounting.waiting.clear()
    accounting.sessions.clear()


@pytest.fixture
async def world(package_of: Callable[[str], Path]) -> AsyncIterator[World]:
    """A workspace with `caller`, `model` and its key, and `echo`."""
    async with existing(package_of) as world:
        await world.add("caller")
        await world.add("model", api_key="good")
        await world.add("echo")
        yield world
