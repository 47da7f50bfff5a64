"""Redis or the database away for a while: said once when it begins and once when it is over, not each second."""

import logging
import time

from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

log = logging.getLogger(__name__)

OUTAGES = (RedisAway, RedisSlow, OperationalError, InterfaceError)
REMIND_EVERY = 300.0  # seconds


class Outage:
    """What a node's turns have met lately. Plugins that run go on meanwhile."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        self.since = self.said = 0.0

    def goes_on(self, error: Exception) -> None:
        now = time.monotonic()
        if not self.since:
            self.since = now
        if not self.said or now - self.said >= REMIND_EVERY:
            self.said = now
            log.warning(
                "Node %s has lost Redis or the database (%s: %s). What runs goes on; it tries again each second.",
                self.node_id,
                type(error).__name__,
                str(error).strip(),
            )

    def over(self) -> None:
        if self.since:
            log.warning("Node %s goes on after %.0f s.", self.node_id, time.monotonic() - self.since)
            self.since = self.said = 0.0
