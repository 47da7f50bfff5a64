"""What Prometheus is told: bounded, consistent, and of everything that a node does."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import CollectorRegistry

from runtime import gauges, metrics, timings
from runtime.metrics import MOST_SERIES, OTHER, Counts, Told
from runtime.session import Session
from tests.sdk import tool
from tests.servers import Host


def told(collector: Any) -> dict[str, Any]:
    registry = CollectorRegistry()
    registry.register(collector)
    return {family.name: family for family in text_string_to_metric_families(generate_latest(registry).decode())}


def call_of(plugin: str) -> Session:
    session = tool("echo")
    session.plugin = plugin
    return session


def test_the_number_of_series_is_bounded_and_no_call_is_lost() -> None:
    """More plugins than there is room for are counted as one."""
    counts = Counts()
    for number in range(MOST_SERIES + 500):
        counts.count(call_of(f"maker/plugin-{number}:1.0.0@abc"), "success", 0.002)
    for number in range(MOST_SERIES + 500):
        counts.count(call_of(f"maker/plugin-{number}:1.0.1@def"), "success", 0.002)
    families = told(Told(counts))
    samples = [one for one in families["plugin_invocations"].samples if one.name.endswith("_total")]
    assert len(samples) == MOST_SERIES + 1
    assert sum(one.value for one in samples) == 2 * (MOST_SERIES + 500)
    (other,) = [one for one in samples if one.labels["plugin_id"] == OTHER]
    assert other.value == 1000
    first = next(one for one in samples if one.labels["plugin_id"] == "maker/plugin-0")
    assert first.value == 2, "versions of a plugin are one"
    assert len(counts.known) <= 2 * MOST_SERIES


def test_durations_are_those_of_all_outcomes() -> None:
    counts = Counts()
    for status, seconds in (("success", 0.0005), ("success", 0.3), ("timeout", 1000.0)):
        counts.count(call_of("a/b:1@c"), status, seconds)
    family = told(Told(counts))["plugin_invocation_duration_seconds"]
    buckets = {one.labels["le"]: one.value for one in family.samples if one.name.endswith("_bucket")}
    assert (buckets["0.001"], buckets["0.25"], buckets["0.5"], buckets["300.0"], buckets["+Inf"]) == (1, 1, 2, 2, 3)
    assert next(one.value for one in family.samples if one.name.endswith("_sum")) == pytest.approx(1000.3005)


def test_open_calls_are_counted_whatever_becomes_of_them() -> None:
    before = metrics.counts.open

    def fails() -> None:
        with metrics.invocation(tool("echo")):
            assert metrics.counts.open == before + 1
            raise ValueError

    with pytest.raises(ValueError):
        fails()
    assert metrics.counts.open == before


def test_what_raises_was_in_vain() -> None:
    timing = timings.Timing("tried", "Tries")
    try:
        with timing.timed():
            pass
        with pytest.raises(ValueError), timing.timed():
            raise ValueError
        families = told(gauges.Standing())
    finally:
        timings.TIMINGS.remove(timing)
    assert next(one.value for one in families["tried_failures"].samples if one.name.endswith("_total")) == 1
    assert next(one.value for one in families["tried_seconds"].samples if one.name.endswith("_count")) == 2


def test_a_running_server_tells_how_its_plugins_are(host: Host, call: Callable[..., Any], echo_package: Any) -> None:
    caller = call(host)
    caller.install(caller.upload(echo_package))
    assert caller.texts("patchbay/echo", "echo", text="hi") == ["hi"]
    answer = httpx.get(f"{host.url}/metrics/", follow_redirects=True, trust_env=False)
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    states = {one.labels["state"]: one.value for one in families["plugin_states"].samples}
    assert states["running"] >= 1
    assert set(states) == {*gauges.STATES, "debugging"}
    assert families["plugin_instances"].samples[0].value >= 1
    for name in ("plugin_start_seconds", "plugin_environment_seconds"):
        assert next(one.value for one in families[name].samples if one.name.endswith("_count")) >= 1
    assert len(answer.text) < 1 << 20
