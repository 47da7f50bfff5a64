"""The hot door through Django: same refusals, same streams as through raw ASGI."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import AsyncClient

from runtime import lookup, router
from runtime.cluster import MemoryCluster, NodeInfo
from runtime.link import Links
from runtime.lookup import Installed
from runtime.node import Node, NodeOptions
from runtime.router import Router
from tests import sdk
from tests.programs import SOON

URL = "/plugin/w/dispatch/tool/invoke"


def body(count: int) -> str:
    called = {"provider": "echo", "tool": "stream", "tool_parameters": {"count": count}, "credentials": {}}
    return json.dumps({"data": called})


class Held:
    """What a node's keeper is to the router: something that has a running backend."""

    def __init__(self, backend):
        self.running = backend
        self.rest = SimpleNamespace(used=0.0)


def no_launching():
    raise AssertionError("this node runs nothing")


@pytest.fixture
async def echo(settings, tmp_path):
    settings.SERVER_KEY = "k"
    backend = sdk.backend("echo")
    await backend.start()
    options = NodeOptions(NodeInfo("n", "h", ""), wishes=set, forget=lambda: None, logs=tmp_path)
    node: Any = Node(options, MemoryCluster(), lambda _: no_launching())
    node.keepers["acme/echo:0.0.1@" + "0" * 64] = Held(backend)
    lookup.warm["w", "acme/echo"] = Installed("acme/echo:0.0.1@" + "0" * 64, {})
    router.set_here(Router(node, node.cluster, Links(key=b"", session_limit=1)))
    yield
    router.set_here(None)
    lookup.forget()
    await backend.stop(0)


async def post(count=50, **headers):
    names = {"X-Api-Key": "k", "X-Plugin-ID": "acme/echo"} | headers
    return await AsyncClient().post(URL, body(count), content_type="application/json", headers=names)


async def test_it_streams(echo):
    answer = await post()
    assert answer.status_code == 200
    assert answer["content-type"] == "text/event-stream"
    events = [json.loads(line[6:]) async for piece in answer for line in piece.decode().splitlines() if line]
    assert [int(event["data"]["message"]["text"].split(":")[0]) for event in events] == list(range(50))


async def test_a_refusal_is_whole(echo):
    answer = await post(**{"X-Api-Key": "wrong"})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, -401)
    assert answer["content-type"] == "application/json"


async def test_another_method_is_no_route(echo):
    answer = await AsyncClient().get(URL, headers={"X-Api-Key": "k"})
    assert answer.status_code == 404


async def test_a_reader_that_leaves_ends_the_door(echo):
    answer = await post(count=20_000)
    pieces = aiter(answer)
    await anext(pieces)
    await asyncio.sleep(0.2)  # until it waits for room
    others = asyncio.all_tasks() - {asyncio.current_task()}
    [door] = [task for task in others if "Answering.run" in repr(task)]
    await pieces.aclose()
    door.cancel()  # as Django's server does, and the end of the loop
    done, _ = await asyncio.wait({door}, timeout=SOON)
    assert done == {door}, "it does not wait for room that nobody makes"
