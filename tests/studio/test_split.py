"""Apps where web process and worker are two, on PostgreSQL and Redis."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Host
from tests.studio.hosted import Studio

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(600)]


def test_an_agent_works_across_processes(split_hosts: Callable[..., Host], tmp_path: Path) -> None:
    """Its plugins run in the worker, which opens the accounts; the app runs in the web process."""
    host = split_hosts(ADMIN_EMAIL="ada@example.org")
    host.manage("prepare")
    studio = Studio(host, tmp_path)
    app = studio.app("agent-chat", strategy="patchbay/agent/agent chat", tools="patchbay/echo/echo echo")
    events = studio.events(app, query="call")
    assert "hi" in "".join(event.get("answer", "") for event in events)
    chat = studio.app("chat")
    app_id = chat.rstrip("/").rpartition("/")[2]
    found = studio.api.tool("patchbay/caller", "app", app_id=app_id, query="over there", kind="chat", stream=False)
    assert "You said: over there" in str(found)
    rotated = studio.host.manage("rotate_keys", "--data-keys")
    assert "data key 2" in rotated
    assert "1 secrets sealed again" in rotated
    assert studio.ask(chat, query="still").json()["answer"] == "You said: still"
    studio.browser.http.close()
    studio.api.http.close()
