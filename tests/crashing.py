"""A host that is killed at the worst moment and started again; the same story for one process and for two."""

import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.caller import Caller
from tests.programs import wait_until
from tests.servers import Host

ECHO = "patchbay/echo"
HEARD_WITHIN = 10.0  # seconds until the caller of a killed worker hears of it: two where nothing else runs
BACK_WITHIN = 60.0  # seconds until a plugin answers again
ENDS_WITHIN = 20.0  # seconds until a process that is told to end has ended

# Stands in for uv, and waits as long as the file beside it is there.
BRAKE = """#!/bin/sh
while [ -e "$(dirname "$0")/brake" ]; do sleep 0.1; done
exec "{uv}" "$@"
"""


@dataclass(frozen=True)
class Crash:
    """Who is killed: the process of this command of manage.py, of this host."""

    host: Host
    caller: Caller
    killed: str

    def kill(self) -> None:
        self.host.kill(self.killed)

    def restart(self) -> None:
        self.host.start(self.killed)


def uv_with_brake(folder: Path) -> dict[str, str]:
    """The setting by which builds of environments can be held up in this folder."""
    from uv import find_uv_bin

    script = folder / "uv-with-brake"
    script.write_text(BRAKE.format(uv=find_uv_bin()))
    script.chmod(0o755)
    return {"UV_PATH": str(script)}


def kill_in_mid_call(crash: Crash) -> None:
    """The caller hears it at once, nothing is left running, and after a restart all is as before."""
    running = crash.host.plugins()
    assert running, crash.host.programs[crash.killed].output[-2000:]
    with crash.caller.stream(ECHO, "stream", count=100_000, delay_ms=20) as events:
        next(events)
        crash.kill()
        killed_at = time.monotonic()
        # where the web process itself is gone, the answer is visibly incomplete
        with suppress(httpx.RemoteProtocolError):
            *_, last = events
            assert last["code"] != 0, "a call that was cut off looks as if it had ended well"
            assert "lost" in last["message"]
        assert time.monotonic() - killed_at < HEARD_WITHIN
    wait_until(lambda: not crash.host.plugin_processes(), what="the plugin goes with its host", seconds=20)
    crash.restart()
    wait_until(lambda: crash.caller.answers(ECHO), what="the plugin answers again", seconds=BACK_WITHIN)
    assert len(crash.host.plugins()) == len(running)


def install_killed_midway(crash: Crash, package: Path, brake: Path) -> None:
    """Nothing that is half-installed claims to be installed, nothing lives on, and the same install succeeds."""
    host, caller = crash.host, crash.caller
    brake.touch()
    identifier = caller.upload(package)
    task = caller.begin_install(identifier)
    wait_until(host.plugin_processes, what="the environment is being built", seconds=60)
    crash.kill()
    orphans = host.plugin_processes()
    assert finished_environments(host) == []
    brake.unlink()
    crash.restart()
    wait_until(lambda: not set(orphans) & set(host.plugin_processes()), what="orphans are swept", seconds=60)
    assert task == caller.begin_install(identifier), "the same install is the same task until it has ended"
    assert caller.ended(task)["status"] == "success"
    assert caller.installed() == [identifier]
    assert caller.answers(ECHO)


def install_ended_midway(crash: Crash, package: Path, brake: Path) -> None:
    """Told to end, a worker gives back what it has not finished, waits for nothing, and leaves nothing running."""
    host, caller = crash.host, crash.caller
    brake.touch()
    identifier = caller.upload(package)
    task = caller.begin_install(identifier)
    wait_until(host.plugin_processes, what="the environment is being built", seconds=60)
    assert host.programs[crash.killed].stop(ENDS_WITHIN) != -signal.SIGKILL, "it had to be killed"
    wait_until(lambda: not host.plugin_processes(), what="nothing is left running")
    assert finished_environments(host) == []
    brake.unlink()
    crash.restart()
    assert caller.ended(task)["status"] == "success"
    assert caller.installed() == [identifier]


def finished_environments(host: Host) -> list[Path]:
    """Environments that a plugin could be started with."""
    return list(host.data_dir.glob("environments/[!.]*/environment.json"))
