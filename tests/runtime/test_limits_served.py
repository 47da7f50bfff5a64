"""A plugin that takes too much on a real host: its caller and its log say why, its neighbour does not notice."""

import time
from pathlib import Path
from typing import Any

from marketplace.difypkg import write_package
from tests.conftest import PLUGINS


def test_a_glutton_is_stopped_alone_and_says_so(start_host: Any, call: Any, echo_package: Any, tmp_path: Path) -> None:
    with write_package(PLUGINS / "glutton", tmp_path / "glutton.difypkg"):
        pass
    size = str(160 << 20)
    host = start_host(PLUGIN_MEMORY_FLOOR=size, PLUGIN_MEMORY_LIMIT=size)
    caller = call(host)
    echo, glutton = caller.upload(echo_package), caller.upload(tmp_path / "glutton.difypkg")
    caller.install(echo, glutton)
    name, neighbour = (identifier.partition(":")[0] for identifier in (glutton, echo))
    with caller.stream(name, "take", what="memory", amount=400) as events:
        last = list(events)[-1]
    assert last["code"] != 0
    assert "It used more than 160 MiB of memory and was stopped." in str(last)
    assert caller.answers(neighbour)
    (log,) = (host.data_dir / "logs").glob("*glutton*.log")
    until = time.monotonic() + 60
    while "It used more than 160 MiB" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.2)
    assert "backoff: The plugin ended. It used more than 160 MiB of memory and was stopped." in log.read_text()
    assert caller.answers(name)
