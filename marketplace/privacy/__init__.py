"""What becomes of people's data: a statement that a program can read, and what contradicts it."""

from .classes import BASES, DATA, PURPOSES
from .contradictions import Item, contradictions
from .denials import Denial, denials
from .evidence import Evidence
from .prose import as_label, as_prose
from .reading import BadStatement, guess, read_statement, statement_in
from .statement import Recipient, Statement, Use
from .widening import widened

__all__ = [
    "BASES",
    "DATA",
    "PURPOSES",
    "BadStatement",
    "Denial",
    "Evidence",
    "Item",
    "Recipient",
    "Statement",
    "Use",
    "as_label",
    "as_prose",
    "contradictions",
    "denials",
    "guess",
    "read_statement",
    "statement_in",
    "widened",
]
