"""Threads for SQL whose connections are closed with the test that used them."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

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
