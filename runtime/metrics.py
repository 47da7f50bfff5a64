"""What is counted, under the daemon's names (protocol.md 8.7), for Prometheus and the health page."""

import time

from prometheus_client import Counter, Gauge, Histogram

from runtime.session import Session

INVOCATIONS = Counter(
    "plugin_invocations", "Calls of plugins", ["plugin_id", "plugin_type", "runtime_type", "operation", "status"]
)
DURATION = Histogram(
    "plugin_invocation_duration_seconds",
    "How long calls took",
    ["plugin_id", "plugin_type", "runtime_type", "operation"],
)
ACTIVE = Gauge("active_sessions_total", "Calls that are open")


class Counts:
    """Requests and calls that are open, and what has been counted.

    Labels are resolved once, since that costs more than counting.
    """

    def __init__(self) -> None:
        self.requests = 0  # of HTTP, calls among them
        self.open = 0  # calls of plugins
        self.series: dict[tuple[str, str, str], Counter] = {}
        self.times: dict[tuple[str, str], Histogram] = {}

    def count(self, session: Session, status: str, seconds: float) -> None:
        key = (session.plugin, session.action, status)
        series = self.series.get(key)
        if series is None:
            plugin_id = session.plugin.partition(":")[0]
            labels = (plugin_id, session.type, "local", session.action)
            series = self.series[key] = INVOCATIONS.labels(*labels, status)
            self.times[key[:2]] = DURATION.labels(*labels)
        series.inc()
        self.times[key[:2]].observe(seconds)


counts = Counts()
ACTIVE.set_function(lambda: counts.open)


class invocation:  # noqa: N801 - used as a function: `with invocation(session) as outcome`
    """Counts one call, whatever becomes of it. `status`: success, error, client_disconnect, timeout or cancelled."""

    __slots__ = ("session", "started", "status")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.status = "success"

    def __enter__(self) -> "invocation":
        counts.open += 1
        self.started = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        counts.open -= 1
        counts.count(self.session, self.status, time.perf_counter() - self.started)
