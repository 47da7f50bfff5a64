"""The databases' own full text search behind one interface: tsvector and pg_trgm, or FTS5."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Protocol, cast

from django.db import connection
from django.db.models import QuerySet

from marketplace.models import SearchEntry

type Text = tuple[int, str, str, str, str]  # id of the entry; words of names, marks, brief, readme
type Alternatives = Sequence[tuple[str, Sequence[str]]]  # for each word of a query: its start, or one of these words


class Engine(Protocol):
    def create(self) -> None:
        """Tables and indexes beside Django's own. Raises ImproperlyConfigured with what to do where it may not."""

    def write(self, texts: Iterable[Text]) -> None: ...
    def clear(self) -> None: ...
    def add_words(self, words: Sequence[str]) -> None: ...

    def matching(self, words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
        """Entries with every word, or any of them, the best first by the database's own rank."""

    def titled(self, words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
        """The same of entries that have the words in their names or marks."""

    def found(self, words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
        """The entries of `matching` in no order, to count them or to sort them by something else."""

    def begins(self, word: str) -> bool:
        """Whether a word of the catalogue begins with this."""

    def holding(self, word: str, most: int) -> list[str]: ...
    def similar(self, word: str) -> list[str]: ...


def engine() -> Engine:
    return cast("Engine", import_module(f"{__name__}.{connection.vendor}"))
