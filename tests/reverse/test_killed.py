"""Our own host, in processes: who leaves or is killed in the middle of a reverse call leaves no model stream behind."""

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.caller import Caller
from tests.programs import PROMISED, wait_until
from tests.reverse.beside import in_a_thread
from tests.reverse.openai import Stub, serving
from tests.servers import Host

CALLER = "patchbay/caller"
MODEL = {"provider": "patchbay/compatible/compatible", "model": "compatible-chat"}
KEEP = """
from runtime.credentials import Place
from runtime.credentials.storing import keep
keep(Place("{}", "patchbay/compatible", "model", "compatible"), {{"endpoint_url": "{}/v1"}})
"""
COUNTED = """
from runtime.models import ReverseUse
print(sum(ReverseUse.objects.filter(kind="llm").values_list("calls", flat=True)))
"""
Hosts = Callable[..., Host]
PROMPTS = ["endless", "silent"]


@pytest.fixture(scope="module")
def openai() -> Iterator[Stub]:
    with in_a_thread(serving) as stub:
        yield stub


class Scene:
    """A host whose `caller` asks a model behind the stub."""

    def __init__(self, host: Host, openai: Stub, package_of: Callable[[str], Path]) -> None:
        self.host, self.openai = host, openai
        self.caller = Caller(host.url, host.key)
        for name in ("caller", "compatible"):
            self.caller.install(self.caller.upload(package_of(name)))
        host.manage("shell", "--verbosity=0", "-c", KEEP.format(self.caller.workspace, openai.url))

    @contextlib.contextmanager
    def asking(self, prompt: str) -> Iterator[socket.socket]:
        """The connection of a call on which the model's server works. Close it to leave; its answer is not read."""
        tool = {"provider": "caller", "tool": "llm", "tool_parameters": {"prompt": prompt, **MODEL}, "credentials": {}}
        path = self.caller.path("dispatch/tool/invoke")
        body = {"user_id": "u", "data": tool}
        request = self.caller.http.build_request("POST", path, json=body, headers=self.caller.headers(CALLER))
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        with socket.create_connection(("127.0.0.1", self.host.port)) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
            wait_until(lambda: self.openai.open == 1, what="the model's server is asked", seconds=90)
            yield connection

    def ends(self) -> None:
        wait_until(lambda: self.openai.open == 0, what="the stream of the model ends", seconds=PROMISED)

    def answers(self) -> bool:
        """Whether the whole road to the model can be gone."""
        with (
            contextlib.suppress(httpx.TransportError),
            self.caller.stream(CALLER, "llm", prompt="hello", **MODEL) as events,
        ):
            texts = [one["data"]["message"]["text"] for one in events if one["code"] == 0]
            return "".join(texts) == "You said hello "
        return False

    def comes_back(self) -> None:
        wait_until(self.answers, what="the plugin answers again", seconds=60)

    def plugin(self, name: str) -> int:
        """The process of a plugin."""
        for pid in self.host.plugins():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/cwd").readlink().name.startswith(f"{name}-0.0.1@"):
                    return pid
        raise AssertionError(f"{name} does not run")


@pytest.fixture(scope="module")
def make(openai: Stub, package_of: Callable[[str], Path]) -> Iterator[Callable[[Host], Scene]]:
    with contextlib.ExitStack() as stack:

        def scene(host: Host) -> Scene:
            made = Scene(host, openai, package_of)
            stack.callback(made.caller.http.close)
            return made

        yield scene


def test_one_process(start_host: Hosts, make: Callable[[Host], Scene]) -> None:
    scene = make(start_host())
    for prompt in PROMPTS:
        with scene.asking(prompt) as connection:
            connection.close()
            scene.ends()
        assert scene.answers()
        for name in ("caller", "compatible"):
            with scene.asking(prompt):
                os.kill(scene.plugin(name), signal.SIGKILL)
                scene.ends()
            scene.comes_back()
    with scene.asking("silent"):
        scene.host.kill()
        scene.ends()
    counted = scene.host.manage("shell", "--verbosity=0", "-c", COUNTED)
    assert int(counted) >= 8, "only the last second is lost"


@pytest.mark.redis
@pytest.mark.postgres
def test_web_and_worker(split_hosts: Hosts, make: Callable[[Host], Scene]) -> None:
    scene = make(split_hosts())
    for killed, prompt in (("web", "silent"), ("worker", "endless")):
        with scene.asking(prompt):
            scene.host.kill(killed)
            scene.ends()
        scene.host.start(killed)
        scene.comes_back()
    with scene.asking("silent") as connection:
        connection.close()
        scene.ends()
