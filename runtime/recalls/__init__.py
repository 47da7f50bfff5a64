"""Recalls: what block lists stop here, for whom, and who has overridden it."""

from runtime.recalls.following import follow
from runtime.recalls.impact import Impact, impact
from runtime.recalls.matching import holds
from runtime.recalls.overriding import override, withdraw
from runtime.recalls.standing import Recall, Recalled, against, kept_from, refuse, stopped

__all__ = [
    "Impact",
    "Recall",
    "Recalled",
    "against",
    "follow",
    "holds",
    "impact",
    "kept_from",
    "override",
    "refuse",
    "stopped",
    "withdraw",
]
