"""What takes too long for every run: `make fuzz-debugging`."""

import asyncio
import time

import pytest

from tests.caller import Caller
from tests.debugging.test_handshake import fuzz
from tests.debugging.test_many import Crowd

__all__ = ["api"]


@pytest.fixture
def api(host):
    caller = Caller(host.url, host.key, workspace="soak")
    yield caller
    caller.http.close()


@pytest.mark.timeout(1200)
def test_ten_thousand_broken_handshakes(host, api):
    began = time.monotonic()
    fuzz(host, api, 10_000)
    print(f"10,000 broken handshakes in {time.monotonic() - began:.0f} s, a good session unharmed")


@pytest.mark.timeout(600)
def test_two_hundred_machines_at_once(host, api):
    began = time.monotonic()
    asyncio.run(Crowd(host, api, 200).run())
    print(f"200 machines connected, called once each and left in {time.monotonic() - began:.0f} s")
