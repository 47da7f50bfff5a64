"""A pool of fork-servers for one test."""

from collections.abc import AsyncIterator

import pytest

from runtime.forkserver import Forking


@pytest.fixture
async def forking() -> AsyncIterator[Forking]:
    made = Forking()
    yield made
    await made.close()
