"""JSON that is always the same bytes for the same value: what is hashed and signed. Pure."""

import json
from typing import Any


def canonical(value: Any) -> str:
    """Sorted keys, nothing between them, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
