"""A real host that starts again: what its plugins are forked from is begun before anybody calls."""

from pathlib import Path
from typing import Any

from runtime.forkserver import early

READY = "A fork-server is ready after"  # said of each that is started for a plugin


def test_the_next_life_begins_with_the_fork_server_of_the_last(start_host: Any, call: Any, echo_package: Path) -> None:
    host = start_host()
    caller = call(host)
    identifier = caller.upload(echo_package)
    caller.install(identifier)
    name = identifier.partition(":")[0]
    assert caller.answers(name)
    assert host.programs["run"].output.count(READY) == 1
    (memory,) = (host.data_dir / "nodes").glob("*.fork-server.json")
    assert early.recalled(memory) is not None
    host.kill()  # it is not asked to write anything down
    host.start("run")
    assert caller.answers(name)
    assert host.programs["run"].output.count(READY) == 1, "none has been started for the call"
