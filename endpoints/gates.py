"""How many requests an endpoint takes: a bucket of tokens and a count of open calls, in this process."""

import math
import time
from dataclasses import dataclass

from endpoints.errors import Turned
from endpoints.rules import Rules


@dataclass(slots=True)
class Gate:
    """`tokens` fill up at the rate of the rules to the burst of the rules; `at` is a monotonic time."""

    tokens: float = math.inf
    at: float = 0.0
    open: int = 0

    def enter(self, rules: Rules) -> None:
        """Lets one in, or raises Turned with the seconds after which there is room again. Call `leave` afterwards."""
        if rules.concurrency and self.open >= rules.concurrency:
            raise turned("concurrency", rules.concurrency, "Too many requests are open:", after=1)
        if rules.rate:
            self.take(rules, time.monotonic())
        self.open += 1

    def take(self, rules: Rules, now: float) -> None:
        most = float(max(rules.burst or rules.rate // 10, 1))
        self.tokens = min(most, self.tokens + (now - self.at) * rules.rate / 60)
        self.at = now
        if self.tokens < 1:
            after = math.ceil((1 - self.tokens) * 60 / rules.rate)
            raise turned("rate", rules.rate, "Too many requests a minute:", after=after)
        self.tokens -= 1

    def leave(self) -> None:
        self.open -= 1


def turned(limit: str, value: int, what: str, *, after: int) -> Turned:
    return Turned(429, f"{what} this endpoint's {limit} is {value}.", retry_after=after, limit=limit, value=value)


gates: dict[str, Gate] = {}


def gate(endpoint_id: str) -> Gate:
    """The gate of an endpoint, which outlasts what is warm of it."""
    found = gates.get(endpoint_id)
    if found is None:
        found = gates[endpoint_id] = Gate()
    return found
