"""What workspaces want of the processes of their plugins, put together, and beside how they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runtime import agreeing, lookup, standings
from runtime.cluster import MemoryCluster, NodeInfo, PluginState
from runtime.errors import BadRequest
from runtime.models import Installation, LastCall, Package, RunPolicy, RuntimeType
from runtime.node import Node, NodeOptions, set_here
from runtime.terms import Terms, owner_of, package_of, process_name

pytestmark = pytest.mark.django_db
PLUGIN = "acme/weather:1.0.0@" + "a" * 64


def package(name: str = "weather") -> Package:
    identifier = PLUGIN.replace("weather", name)
    found, _ = Package.objects.get_or_create(
        unique_identifier=identifier,
        defaults={
            "plugin_id": f"acme/{name}",
            "version": "1.0.0",
            "checksum": "a" * 64,
            "declaration": {"label": {"en_US": name}},
            "category": "tool",
            "size": 1,
        },
    )
    return found


def install(workspace: str, name: str = "weather", **more: Any) -> Installation:
    made = package(name)
    fields = {"plugin_id": made.plugin_id, "package": made, "source": "package"} | more
    return Installation.objects.create(workspace_id=workspace, **fields)


def process_of(workspace: str) -> str:
    return agreeing.process_for(Installation.objects.get(workspace_id=workspace, plugin_id="acme/weather"))


@pytest.fixture(autouse=True)
def usual(settings: Any) -> None:
    settings.PLUGIN_SLEEP_AFTER = 300
    settings.PLUGIN_MOST_INSTANCES = 4
    lookup.forget()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[MemoryCluster]:
    told = MemoryCluster()
    node = Node(NodeOptions(NodeInfo("n-1", "h", ""), lambda: (), lambda: None, tmp_path), told, lambda _: None)  # type: ignore[arg-type, return-value]
    node.nudge = lambda: None  # type: ignore[method-assign]
    told.join(node.options.info)
    set_here(node)
    yield told
    set_here(None)


def test_without_a_word_the_settings_hold() -> None:
    install("w")
    assert {name: (terms.sleep_after, terms.most) for name, terms in agreeing.wished().items()} == {PLUGIN: (300, 4)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"sleep": "always"}, {"always": True}),
        ({"sleep": "never"}, {"sleep_after": 0.0}),
        ({"sleep": "after", "sleep_after": 60}, {"sleep_after": 60.0, "forced": True}),
        ({"most": 2}, {"most": 2}),
        ({"alone": True}, {"alone": True}),
    ],
)
def test_what_a_workspace_says_of_one_plugin(said: dict[str, Any], expected: dict[str, Any]) -> None:
    install("w")
    agreeing.agree("w", "acme/weather", **said)
    terms = agreeing.wished()[PLUGIN]
    assert {name: getattr(terms, name) for name in expected} == expected


def test_its_own_row_comes_before_that_of_all() -> None:
    install("w")
    agreeing.agree("w", sleep="always", most=8)
    agreeing.agree("w", "acme/weather", sleep="after", sleep_after=30)
    terms = agreeing.wished()[PLUGIN]
    assert (terms.always, terms.sleep_after, terms.most) == (False, 30.0, 8)


def test_who_shares_a_process_has_it_awake_for_as_long_as_anybody_wants() -> None:
    install("w")
    install("v")
    agreeing.agree("w", "acme/weather", sleep="after", sleep_after=30)
    assert agreeing.wished()[PLUGIN].sleep_after == 300
    assert not agreeing.wished()[PLUGIN].forced
    agreeing.agree("v", "acme/weather", sleep="never")
    assert agreeing.wished()[PLUGIN].sleep_after == 0


def test_who_shares_a_process_has_it_by_itself_when_anybody_wants() -> None:
    install("w")
    install("v")
    agreeing.agree("w", alone=False)
    agreeing.agree("v", alone=True)
    assert agreeing.wished()[PLUGIN].alone
    agreeing.agree("v", "acme/weather", alone=False)
    assert not agreeing.wished()[PLUGIN].alone


def test_a_workspace_has_processes_of_its_own() -> None:
    install("w")
    install("v")
    agreeing.agree("v", apart=True)
    mine = process_name(PLUGIN, "v")
    assert set(agreeing.wished()) == {PLUGIN, mine}
    assert process_of("w") == PLUGIN
    assert process_of("v") == mine
    agreeing.agree("v", "acme/weather", apart=False)
    assert set(agreeing.wished()) == {PLUGIN}


def test_a_developers_machine_is_not_set_apart() -> None:
    install("v", runtime_type=RuntimeType.REMOTE)
    agreeing.agree("v", apart=True)
    assert process_of("v") == PLUGIN


@pytest.mark.parametrize("workspace", ["w", "a.b:c@d~e"])
def test_names_of_processes_lead_back(workspace: str) -> None:
    name = process_name(PLUGIN, workspace)
    assert (package_of(name), owner_of(name)) == (PLUGIN, workspace)
    assert (package_of(PLUGIN), owner_of(PLUGIN)) == (PLUGIN, "")


@pytest.mark.parametrize(
    "said", [{"sleep": "often"}, {"sleep": "after"}, {"sleep": "after", "sleep_after": 0}, {"most": 0}, {"most": 65}]
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        agreeing.agree("w", **said)
    assert not RunPolicy.objects.exists()


def test_last_calls_order_what_is_started_first() -> None:
    install("w")
    agreeing.note_calls({PLUGIN: 4_000_000_000.0, "acme/gone:1.0.0@" + "b" * 64: 1.0})
    agreeing.note_calls({PLUGIN: 4_000_000_001.0})
    assert agreeing.wished()[PLUGIN].used == 4_000_000_001.0
    agreeing.forget_calls()
    assert list(LastCall.objects.values_list("plugin", flat=True)) == [PLUGIN]


def test_reading_what_is_wished_costs_the_same_for_many() -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            agreeing.wished()
        return len(seen)

    install("w")
    queries()  # what is recalled is kept for a while
    few = queries()
    for number in range(30):
        install("w", f"weather-{number}")
    assert queries() == few <= 6


# Beside how they are.


def only(workspace: str = "w") -> standings.Standing:
    (found,) = standings.standings(workspace)
    return found


@pytest.mark.parametrize(
    ("state", "agrees", "why"),
    [
        (PluginState("running"), True, ""),
        (PluginState("asleep", "Nobody has called it."), True, "Nobody has called it."),
        (PluginState("failed", "No module named x"), False, "No module named x"),
        (PluginState("failed"), False, standings.SETTLING["failed"]),
        (PluginState("backoff"), False, standings.SETTLING["backoff"]),
        (PluginState("stopping"), False, standings.SETTLING["stopping"]),
        (PluginState("strange"), False, "It is strange."),
    ],
)
def test_every_difference_has_a_reason(cluster: MemoryCluster, state: PluginState, agrees: bool, why: str) -> None:
    install("w")
    cluster.tell({PLUGIN: state}, "n-1")
    found = only()
    assert (found.wish, found.agrees, found.why) == ("on call", agrees, why)


def test_what_nobody_has_taken_up_says_why(cluster: MemoryCluster) -> None:
    install("w")
    assert "one of 1 does within seconds" in only().why
    cluster.members.clear()
    assert "manage.py worker" in only().why


def test_always_on_and_asleep_differ(cluster: MemoryCluster) -> None:
    install("w")
    agreeing.agree("w", sleep="always")
    cluster.tell({PLUGIN: PluginState("asleep")}, "n-1")
    found = only()
    assert (found.wish, found.agrees) == ("running", False)
    assert "starts in a moment" in found.why


def test_a_developers_machine_that_is_away_is_said(cluster: MemoryCluster) -> None:
    install("w", runtime_type=RuntimeType.REMOTE)
    found = only()
    assert (found.wish, found.agrees) == ("debugging", False)
    assert "not connected" in found.why


def test_nobody_sees_another_workspace(cluster: MemoryCluster, settings: Any) -> None:
    install("w")
    install("v", "other")
    client = Client(headers={"X-Api-Key": settings.SERVER_KEY})
    (told,) = client.get("/plugin/w/management/running").json()["data"]
    assert (told["plugin_id"], told["wished"], told["agrees"]) == ("acme/weather", "on call", False)
    assert told["reason"]
    assert Client().get("/plugin/w/management/running").status_code == 401


def test_the_api_says_how_they_run(cluster: MemoryCluster, settings: Any) -> None:
    install("w")
    client = Client(headers={"X-Api-Key": settings.SERVER_KEY})

    def say(**fields: Any) -> dict[str, Any]:
        path = "/plugin/w/management/running/policy"
        answer: dict[str, Any] = client.post(path, fields, content_type="application/json").json()
        return answer

    assert say(plugin_id="acme/weather", sleep="after", sleep_after=60, apart=True, alone=True)["data"] is True
    assert agreeing.wished()[process_name(PLUGIN, "w")] == Terms(
        sleep_after=60, forced=True, alone=True, most=4, used=agreeing.wished()[process_name(PLUGIN, "w")].used
    )
    assert say(plugin_id="acme/other")["code"] == -404
    assert say(sleep="often")["code"] == -400
    (told,) = client.get("/plugin/w/management/running").json()["data"]
    shown = told["sleep_after"], told["apart"], told["alone"], told["process"]
    assert shown == (60, True, True, process_name(PLUGIN, "w"))


def test_the_command_says_and_shows_how_they_run(cluster: MemoryCluster, capsys: Any) -> None:
    install("w")
    call_command("running", "w", "acme/weather", "--alone", "yes", "--most", "2")
    assert f"{PLUGIN}: pending, wished on call, starts by itself" in capsys.readouterr().out
    call_command("running", "w", "acme/weather", "--sleep", "after", "--sleep-after", "60")
    row = RunPolicy.objects.get()
    assert (row.sleep, row.sleep_after, row.most, row.alone) == ("after", 60, 2, True), "what is not named stays"
    call_command("running", "w", "acme/weather", "--alone", "usual", "--most", "0", "--sleep", "usual")
    row = RunPolicy.objects.get()
    assert (row.sleep, row.sleep_after, row.most, row.alone) == ("", None, None, None)
    with pytest.raises(CommandError, match="acme/other is not installed in the workspace w"):
        call_command("running", "w", "acme/other", "--alone", "yes")
    with pytest.raises(CommandError, match="from 1 to 64"):
        call_command("running", "w", "--most", "65")
