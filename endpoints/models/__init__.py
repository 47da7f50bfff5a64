"""What must last about endpoints, one file a noun."""

from endpoints.models.deliveries import UNFINISHED, Attempt, Delivery
from endpoints.models.endpoints import HOOK_ALPHABET, Endpoint, Seen, new_hook
from endpoints.models.subscriptions import Event, Subscription

__all__ = [
    "HOOK_ALPHABET",
    "UNFINISHED",
    "Attempt",
    "Delivery",
    "Endpoint",
    "Event",
    "Seen",
    "Subscription",
    "new_hook",
]
