"""The unmodified SDK connects from a developer's machine and is called as if it were installed."""

import re
import shutil
import threading
from pathlib import Path

import pytest

from tests import sdk
from tests.caller import Caller
from tests.debugging.machine import bridged, installed, remote, wait_for
from tests.programs import SOON, wait_until

ECHO, CALLER, HOOKS, MODEL, AGENT = (f"patchbay/{name}" for name in ("echo", "caller", "hooks", "model", "agent"))

WHOAMI = {"provider": "echo", "tool": "whoami", "tool_parameters": {}, "credentials": {}}


@pytest.fixture
def api(host, request):
    caller = Caller(host.url, host.key, workspace=f"debug-{request.node.name[:40]}")
    yield caller
    caller.http.close()


def texts(events):
    assert all(event["code"] == 0 for event in events), events
    return [event["data"]["message"].get("text") for event in events]


def test_a_machine_that_connects_is_installed_and_answers_until_it_leaves(host, api):
    with remote(host, api, "echo") as machine:
        wait_for(api, ECHO, "remote")
        assert texts(api.tool(ECHO, "echo", text="from a laptop")) == ["from a laptop"]
        assert len(api.tool(ECHO, "stream", count=500, size=10)) == 500
        assert api.tool(ECHO, "fail", how="raise")[0]["code"] == -500
        wait_until(lambda: under_way(api) == 0, what="all other calls have ended")
        caught: list[object] = []
        waiting = threading.Thread(target=lambda: caught.extend(api.tool(ECHO, "sleep", seconds=30)))
        waiting.start()
        wait_until(lambda: under_way(api) == 1, what="the call is under way")
        machine.kill()
        waiting.join(timeout=SOON)
        assert not waiting.is_alive()
    assert "ConnectionClosedError" in str(caught) or "gone" in str(caught)
    assert installed(api)[ECHO] == "remote"  # it may come back: its installation waits for it


def under_way(api):
    return api.http.get("/health/check").json()["active_dispatch_requests"]


def test_an_old_sdk_connects_as_well(host, api):
    with remote(host, api, "echo_old"):
        wait_for(api, "patchbay/echo_old", "remote")
        assert texts(api.tool("patchbay/echo_old", "echo", text="old")) == ["old"]


def test_calls_back_are_answered(host, api, package_of):
    assert api.install(api.upload(package_of("echo")))["status"] == "success"
    with remote(host, api, "caller"):
        wait_for(api, CALLER, "remote")
        answers = api.tool(CALLER, "storage", key="k", value="v", operation="cycle")
        assert all(event["code"] == 0 for event in answers), answers
        assert "say it back" in str(api.tool(CALLER, "tool", text="say it back"))


def test_a_model_and_an_agent_answer_from_a_machine(host, api):
    with remote(host, api, "model"), remote(host, api, "agent"):
        wait_for(api, MODEL, "remote")
        wait_for(api, AGENT, "remote")
        chat = {"provider": "fake", "model": "fake-chat", "model_type": "llm", "credentials": {"api_key": "good"}}
        asked = {**chat, "prompt_messages": [{"role": "user", "content": "hello"}], "stream": True}
        answers = api.events(api.call(MODEL, "llm/invoke", {**asked, "model_parameters": {}, "stop": [], "tools": []}))
        assert "hello" in "".join(str(event["data"]["delta"]["message"]["content"]) for event in answers)
        plan = {"agent_strategy_provider": "agent", "agent_strategy": "plain", "agent_strategy_params": {"query": "q"}}
        assert all(event["code"] == 0 for event in api.events(api.call(AGENT, "agent_strategy/invoke", plan)))


def test_endpoints_live_through_a_reconnect(host, api):
    with remote(host, api, "hooks"):
        wait_for(api, HOOKS, "remote")
        setup = {"plugin_unique_identifier": identifier(api, HOOKS), "name": "n", "user_id": "u"}
        setup["settings"] = {"greeting": "hi", "secret": "s"}
        api.data(api.http.post(api.path("endpoint/setup"), json=setup))
        rows = api.data(api.http.get(api.path("endpoint/list"), params={"page": 1, "page_size": 5}))
        hook = rows[0]["hook_id"]
        assert api.http.get(f"/e/{hook}/echo").status_code == 200
    with remote(host, api, "hooks"):
        wait_until(
            lambda: api.http.get(f"/e/{hook}/echo").status_code == 200, what="the endpoint answers again", seconds=90
        )


def identifier(api, plugin_id):
    rows = api.data(api.http.get(api.path("management/list"), params={"page": 1, "page_size": 100}))
    rows = rows["list"] if isinstance(rows, dict) else rows
    return next(row["plugin_unique_identifier"] for row in rows if row["plugin_id"] == plugin_id)


def test_what_was_installed_is_shadowed_and_comes_back(host, api, package_of, tmp_path):
    regular = api.upload(package_of("echo"))
    assert api.install(regular)["status"] == "success"
    with remote(host, api, "echo"):
        wait_for(api, ECHO, "remote")
        assert identifier(api, ECHO) != regular
        cwd = str(api.tool(ECHO, "whoami"))
        assert str(sdk.PLUGINS / "echo") in cwd
    wait_for(api, ECHO, "local")
    assert identifier(api, ECHO) == regular
    assert texts(api.tool(ECHO, "echo", text="as before")) == ["as before"]


def test_the_newer_of_two_machines_counts(host, api):
    """Until the older one comes back, which the SDK does some seconds after it was cut off: then that is the newer."""
    with remote(host, api, "echo") as first:
        wait_until(lambda: pid_or_none(api) == first.pid, what="the first one is called", seconds=90)
        with remote(host, api, "echo") as second:
            wait_until(lambda: pid_or_none(api) == second.pid, what="the newer one is called", seconds=90)
            first.stop()
            wait_until(lambda: pid_or_none(api) == second.pid, what="the one that is left is called", seconds=90)
            assert [pid_of(api) for _ in range(20)] == [second.pid] * 20


def test_the_bridge_carries_a_plugin_and_starts_it_anew_after_a_change(host, api, tmp_path):
    folder = tmp_path / "echo"
    shutil.copytree(sdk.PLUGINS / "echo", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with bridged(host, api, "echo", folder) as bridge:
        wait_for(api, ECHO, "remote")
        assert texts(api.tool(ECHO, "echo", text="over the web")) == ["over the web"]
        wait_until(lambda: "→ tool invoke_tool echo" in bridge.output, what="the call is told", seconds=60)
        source = folder / "tools" / "echo.py"
        text = source.read_text()
        source.write_text(text.replace("str(tool_parameters", '"changed " + str(tool_parameters'))
        assert source.read_text() != text
        wait_until(lambda: "a file has changed" in bridge.output, what="it starts anew", seconds=60)
        wait_until(lambda: texts_or_none(api) == ["changed now"], what="the new code answers", seconds=90)
        plugin = pid_of(api)
    wait_until(lambda: not Path(f"/proc/{plugin}").exists(), what="the plugin ends with its bridge")


def pid_of(api):
    found = pid_or_none(api)
    assert found is not None
    return found


def pid_or_none(api):
    """None while nobody is connected, and where a call is cut off with whom it was sent to."""
    found = re.search(r"pid\W+(\d+)", api.call(ECHO, "tool/invoke", WHOAMI).text)
    return int(found[1]) if found else None


def texts_or_none(api):
    events = api.tool(ECHO, "echo", text="now")
    return texts(events) if all(event["code"] == 0 for event in events) else None
