"""How this process stands when Prometheus asks: its plugins by state, who waits for them, its links, what took how long.

Never by plugin: an operator may have thousands. The pages and the API tell of each.
"""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from runtime import node, router, tracing
from runtime.keeper import Keeper
from runtime.otlp import OtlpExporter
from runtime.timings import TIMINGS

STATES = ("pending", "starting", "running", "backoff", "stopping", "stopped", "asleep", "failed")

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Standing(Collector):
    """Read when it is asked for, so it costs calls nothing."""

    def collect(self) -> Iterator[Family]:
        keepers = list(node.current.keepers.values()) if node.current is not None else []
        guests = len(node.current.guests) if node.current is not None else 0
        yield from of_plugins(keepers, guests)
        yield from of_links()
        yield from of_timings()
        if isinstance(exporter := tracing.exporter, OtlpExporter):
            spans = CounterMetricFamily("trace_spans", "Spans for the collector of traces", labels=["fate"])
            spans.add_metric(["sent"], exporter.sent)
            spans.add_metric(["lost"], exporter.lost)
            yield spans


def of_plugins(keepers: list[Keeper], guests: int) -> Iterator[Family]:
    states = Counter(keeper.state for keeper in keepers)
    family = GaugeMetricFamily("plugin_states", "Plugins that this node holds, by state", labels=["state"])
    for state in STATES:
        family.add_metric([state], states[state])
    family.add_metric(["debugging"], guests)
    yield family
    yield GaugeMetricFamily(
        "plugin_instances", "Processes of plugins that run here", value=sum(len(keeper.fleet) for keeper in keepers)
    )
    yield GaugeMetricFamily(
        "plugin_restarts", "Restarts of the plugins that are held now", value=sum(keeper.restarts for keeper in keepers)
    )
    waiting = sum(keeper.calls.waiting for keeper in keepers)
    yield GaugeMetricFamily("plugin_waiting_calls", "Calls that wait for a plugin on its way up", value=waiting)


def of_links() -> Iterator[Family]:
    links = list(router.current.links.links.values()) if router.current is not None else []
    family = GaugeMetricFamily("node_links", "Links from this process to other nodes", labels=["state"])
    family.add_metric(["open"], sum(link.open for link in links))
    family.add_metric(["lost"], sum(not link.open for link in links))
    yield family
    sessions = sum(len(link.conversations) for link in links)
    yield GaugeMetricFamily("node_link_sessions", "Calls that are open over links from here", value=sessions)


def of_timings() -> Iterator[Family]:
    for timing in TIMINGS:
        durations = HistogramMetricFamily(f"{timing.name}_seconds", timing.what, labels=["kind"])
        failures = CounterMetricFamily(f"{timing.name}_failures", f"Those in vain. {timing.what}", labels=["kind"])
        for kind, sums in list(timing.kinds.items()):
            durations.add_metric([kind], sums.cumulative(), sum_value=sums.seconds)
            failures.add_metric([kind], sums.failed)
        yield durations
        yield failures


REGISTRY.register(Standing())
