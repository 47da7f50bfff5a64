"""Primary keys that outsiders may see."""

import uuid


def new_id() -> uuid.UUID:
    """Random ids: the database orders rows by `created_at`, so ids need no time in them."""
    return uuid.uuid4()
