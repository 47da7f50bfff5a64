"""Whole numbers that strangers write, in addresses, forms and headers."""

MOST_DIGITS = 18  # of what a column of the database can hold


def whole(text: str | bytes) -> int | None:
    """The number, from 0 on; None for all else: other scripts have digits too, and nobody counts to a thousand digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
