"""Secrets out of what is shown of a call: all that stands under `credentials`, and what a secret's name has. Pure."""

import re
from typing import Any

MASK = "••••••"
WHOLE = frozenset({"credentials", "system_credentials", "oauth_params"})
SECRET_NAME = re.compile(r"auth|token|secret|passw|pwd|api[-_]?key|access[-_]?key|credential|cookie", re.I)


def masked(value: Any, *, hidden: bool = False) -> Any:
    """A copy in which texts and numbers below a secret's name are masked; empty ones stay, since they say nothing."""
    if isinstance(value, dict):
        return {name: masked(one, hidden=hidden or is_secret(str(name), one)) for name, one in value.items()}
    if isinstance(value, list):
        return [masked(one, hidden=hidden) for one in value]
    return MASK if hidden and value not in (None, "") and not isinstance(value, bool) else value


def is_secret(name: str, value: Any) -> bool:
    """A mapping is one only by its own name: `authorization: {type: …}` hides what its parts are called."""
    return name in WHOLE or (not isinstance(value, dict) and bool(SECRET_NAME.search(name)))
