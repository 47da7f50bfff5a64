"""What is counted, under the daemon's names (protocol.md 8.7), for Prometheus and the health page.

Counting a call costs an addition: sums are kept here, and made Prometheus' own when it asks. Labels are bounded: calls of
plugins beyond the first `MOST_SERIES` combinations are counted as those of the plugin `other`.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from runtime import tracing
from runtime.session import Session
from runtime.timings import BOUNDS, cumulative

MOST_SERIES = 2000  # combinations of plugin, action and status
OTHER = "other"
LABELS = ("plugin_id", "plugin_type", "runtime_type", "operation")

Labels = tuple[str, str, str, str]


class Series:
    """The calls of one combination of labels."""

    __slots__ = ("buckets", "calls", "labels", "seconds", "status")

    def __init__(self, labels: Labels, status: str) -> None:
        self.labels, self.status = labels, status
        self.calls, self.seconds = 0, 0.0
        self.buckets = [0] * (len(BOUNDS) + 1)


class Counts:
    """Requests and calls that are open, and what has been counted. Counted on one thread, read on any."""

    def __init__(self) -> None:
        self.requests = 0  # of HTTP, calls among them
        self.open = 0  # calls of plugins
        self.series: dict[tuple[Labels, str], Series] = {}
        self.known: dict[tuple[str, str, str], Series] = {}  # by unique identifier, action and status

    def count(self, session: Session, status: str, seconds: float) -> None:
        found = self.known.get((session.plugin, session.action, status)) or self.found(session, status)
        found.calls += 1
        found.seconds += seconds
        found.buckets[bisect_left(BOUNDS, seconds)] += 1

    def found(self, session: Session, status: str) -> Series:
        """The series of a call; versions of a plugin share one."""
        labels: Labels = (session.plugin.partition(":")[0], session.type, "local", session.action)
        if (labels, status) not in self.series and len(self.series) >= MOST_SERIES:
            labels = (OTHER, *labels[1:])
        series = self.series.setdefault((labels, status), Series(labels, status))
        if len(self.known) >= 2 * MOST_SERIES:
            self.known.clear()
        self.known[session.plugin, session.action, status] = series
        return series


class Told(Collector):
    """What has been counted, as Prometheus takes it."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily | GaugeMetricFamily]:
        series = list(self.counts.series.values())
        calls = CounterMetricFamily("plugin_invocations", "Calls of plugins", labels=[*LABELS, "status"])
        for one in series:
            calls.add_metric([*one.labels, one.status], one.calls)
        yield calls
        yield durations(series)
        yield GaugeMetricFamily("active_sessions_total", "Calls that are open", value=self.counts.open)
        yield GaugeMetricFamily("active_requests_total", "HTTP requests that are open", value=self.counts.requests)


def durations(series: list[Series]) -> HistogramMetricFamily:
    """However calls ended, how long they took."""
    name = "plugin_invocation_duration_seconds"
    family = HistogramMetricFamily(name, "How long calls took", labels=LABELS)
    merged: dict[Labels, tuple[list[int], float]] = {}
    for one in series:
        buckets, seconds = merged.get(one.labels, ([0] * len(one.buckets), 0.0))
        added = [a + b for a, b in zip(buckets, one.buckets, strict=True)]
        merged[one.labels] = added, seconds + one.seconds
    for labels, (buckets, seconds) in merged.items():
        family.add_metric(labels, cumulative(buckets), sum_value=seconds)
    return family


counts = Counts()
REGISTRY.register(Told(counts))


class invocation:  # noqa: N801 - used as a function: `with invocation(session) as outcome`
    """Counts one call, whatever becomes of it. `status`: success, error, client_disconnect, timeout or cancelled."""

    __slots__ = ("session", "span", "started", "status")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.span = tracing.opened(session)
        self.status = "success"

    def __enter__(self) -> "invocation":
        counts.open += 1
        self.started = time.perf_counter()
        tracing.session.set(self.session)
        return self

    def __exit__(self, *error: object) -> None:
        tracing.session.set(None)
        counts.open -= 1
        counts.count(self.session, self.status, time.perf_counter() - self.started)
        if self.span is not None:
            tracing.close(self.span, "" if self.status == "success" else self.status)
