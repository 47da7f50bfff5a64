"""Many machines at once on one node: each is called, none is mixed up with another, and all are gone afterwards."""

import asyncio
import json

import httpx
import pytest

from tests.caller import Caller
from tests.debugging.machine import debug_port, installed, key_of, sockets
from tests.debugging.test_handshake import IDENTITY, MANIFEST, TOOL, good_lines, line
from tests.programs import wait_until


class Crowd:
    """Machines without an SDK: they speak its protocol, since two hundred interpreters would only measure themselves."""

    def __init__(self, host, api, count):
        self.host, self.api, self.count = host, api, count
        self.key = key_of(api)
        self.limit = asyncio.Semaphore(20)

    async def run(self):
        machines = await asyncio.gather(*(self.connect(number) for number in range(self.count)))
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answers = await asyncio.gather(*(self.call(client, number) for number in range(self.count)))
        assert answers == [f"machine {number}" for number in range(self.count)]
        for task, writer in machines:
            writer.close()
            await task

    async def connect(self, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", debug_port(self.host), limit=1 << 20)
        manifest, name = json.loads(json.dumps(MANIFEST)), f"machine-{number}"
        manifest["name"] = name
        tool = {**TOOL, "identity": {**IDENTITY, "name": name}}
        lines = [line("handshake", {"key": self.key}), line("manifest_declaration", manifest)]
        lines += [
            line("tool_declaration", [tool]),
            *good_lines()[3:],
            b'{"event":"heartbeat","session_id":null,"data":{}}',
        ]
        async with self.limit:
            writer.write(b"\n".join(lines) + b"\n")
            await writer.drain()
            task = asyncio.create_task(self.serve(reader, writer, number))
            while f"patchbay/{name}" not in await asyncio.to_thread(self.seen):
                await asyncio.sleep(0.1)
        return task, writer

    def seen(self):
        return installed(self.api)

    async def serve(self, reader, writer, number):
        try:
            while request := await reader.readline():
                session = json.loads(request)["session_id"]
                message = {"type": "text", "message": {"text": f"machine {number}"}, "meta": None}
                for kind, data in (("stream", message), ("end", {})):
                    event = {"event": "session", "session_id": session, "data": {"type": kind, "data": data}}
                    writer.write(json.dumps(event).encode() + b"\n\n")
                await writer.drain()
        except OSError:
            pass

    async def call(self, client, number):
        data = {"provider": f"machine-{number}", "tool": "t", "tool_parameters": {}, "credentials": {}}
        headers = {"X-Api-Key": self.host.key, "X-Plugin-ID": f"patchbay/machine-{number}"}
        address = f"{self.host.url}{self.api.path('dispatch/tool/invoke')}"
        async with self.limit:
            answer = await client.post(address, json={"user_id": "u", "data": data}, headers=headers)
        first = json.loads(answer.text.split("\n\n")[0].removeprefix("data:"))
        return first["data"]["message"]["text"]


@pytest.fixture
def api(host):
    caller = Caller(host.url, host.key, workspace="many")
    yield caller
    caller.http.close()


def test_twenty_machines_at_once(host, api):
    """`make fuzz-debugging` has two hundred. A second crowd leaves nothing open that the first did not need as well."""
    pid = host.programs["run"].pid
    asyncio.run(Crowd(host, api, 20).run())
    first = sockets(pid)
    asyncio.run(Crowd(host, api, 20).run())
    wait_until(lambda: sockets(pid) <= first + 4, what="they are gone", seconds=60)
