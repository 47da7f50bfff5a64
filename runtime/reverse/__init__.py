"""What a plugin may call back, as a table, and how such a call is answered (protocol.md 7)."""

from runtime.reverse.answering import DEEPEST, answer
from runtime.reverse.table import BY_KIND, ROWS, Row

__all__ = ["BY_KIND", "DEEPEST", "ROWS", "Row", "answer"]
