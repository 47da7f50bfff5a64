"""How many requests an endpoint takes: a count of open calls in this process, and a rate over all web processes.

With Redis the rate is a bucket there, of which each process takes some tokens at a time: as many as it has used lately, so
that a warm request asks nobody, and an idle process holds nothing back. Together they let in no more than the rate says.
While Redis is away each process counts for itself.
"""

import asyncio
import logging
import math
import time
from dataclasses import dataclass, field

from django.conf import settings
from redis.exceptions import RedisError

from endpoints.errors import Turned
from endpoints.rules import Rules
from runtime import node

log = logging.getLogger(__name__)

SHORT = 0.25  # seconds: who uses up his tokens sooner takes twice as many the next time
LASTS = 1.0  # seconds after which tokens that were not used are given up
PAUSE = 0.05  # seconds at least between two questions while the bucket holds less than is asked for
ALONE = 5.0  # seconds until Redis is asked again when it was away


@dataclass(slots=True)
class Gate:
    """`tokens` are those of this process; times are monotonic. Without Redis they fill up here, at the rate of the rules."""

    id: str = ""
    tokens: float = math.inf
    at: float = 0.0
    open: int = 0
    size: int = 1  # how many tokens are taken at once
    closed_until: float = 0.0
    alone_until: float = 0.0
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def enter(self, rules: Rules) -> None:
        """Counts one in, or raises Turned. Call `leave` afterwards."""
        if rules.concurrency and self.open >= rules.concurrency:
            raise turned("concurrency", rules.concurrency, "Too many requests are open:", after=1)
        self.open += 1

    def leave(self) -> None:
        self.open -= 1

    async def spend(self, rules: Rules) -> None:
        """Spends one token, or raises Turned with the seconds after which there is one again."""
        if not settings.REDIS_URL or time.monotonic() < self.alone_until:
            self.fill(rules, time.monotonic())
            wait = (1 - self.tokens) * 60 / rules.rate
        else:
            while self.used_up and time.monotonic() >= self.closed_until:
                await self.take(rules)
            wait = self.closed_until - time.monotonic()
        if self.tokens < 1:
            raise turned("rate", rules.rate, "Too many requests a minute:", after=max(1, math.ceil(wait)))
        self.tokens -= 1

    @property
    def used_up(self) -> bool:
        """Whether there are no tokens of the common bucket here that still count."""
        return not 1 <= self.tokens < math.inf or time.monotonic() - self.at > LASTS

    def fill(self, rules: Rules, now: float) -> None:
        self.tokens = min(float(most(rules)), self.tokens + (now - self.at) * rules.rate / 60)
        self.at = now

    async def take(self, rules: Rules) -> None:
        """Tokens of the common bucket. Those who come meanwhile wait for the same answer; refused ones are not asked for."""
        async with self.taking:
            now = time.monotonic()
            if now < self.closed_until or not self.used_up:
                return
            self.size = min(self.size * 2, most(rules)) if now - self.at < SHORT else 1
            try:
                granted, after = await asyncio.to_thread(
                    node.here().cluster.grant,
                    f"rate:{self.id}",
                    most=most(rules),
                    rate=rules.rate / 60,
                    wanted=self.size,
                )
            except (RedisError, OSError) as error:
                self.count_alone(rules, error)
                return
            self.tokens, self.at = float(granted), time.monotonic()
            self.closed_until = 0.0 if granted == self.size else self.at + max(after, PAUSE)

    def count_alone(self, rules: Rules, error: Exception) -> None:
        log.warning("The rate of endpoint %s is counted by this process alone: %s", self.id, error)
        now = time.monotonic()
        self.tokens, self.at, self.alone_until = float(most(rules)), now, now + ALONE


def most(rules: Rules) -> int:
    """How many may come at once."""
    return max(rules.burst or rules.rate // 10, 1)


def turned(limit: str, value: int, what: str, *, after: int) -> Turned:
    return Turned(429, f"{what} this endpoint's {limit} is {value}.", retry_after=after, limit=limit, value=value)


gates: dict[str, Gate] = {}


def gate(endpoint_id: str) -> Gate:
    """The gate of an endpoint, which outlasts what is warm of it."""
    found = gates.get(endpoint_id)
    if found is None:
        found = gates[endpoint_id] = Gate(endpoint_id)
    return found
