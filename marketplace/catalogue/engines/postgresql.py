"""Full text on PostgreSQL: two tsvectors of our own words on each entry, trigrams over the catalogue's words."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction
from django.db.models import BooleanField, F, FloatField, QuerySet
from django.db.models.expressions import RawSQL

from marketplace.catalogue.engines import Alternatives, Text
from marketplace.models import SearchEntry, SearchWord

NO_TRIGRAMS = (
    "The catalogue's search needs PostgreSQL's extension pg_trgm, and this database's role may not create it. "
    "Let a superuser run CREATE EXTENSION pg_trgm; in this database once, then migrate again."
)
# Not in the model: `heads` is what results are ordered by and stays small, `everything` is what they are found by;
# `titles` are names and marks alone, since an index does not know in which field a word stands.
COLUMNS = """
ALTER TABLE marketplace_searchentry ADD COLUMN IF NOT EXISTS heads tsvector NOT NULL DEFAULT '';
ALTER TABLE marketplace_searchentry ADD COLUMN IF NOT EXISTS everything tsvector NOT NULL DEFAULT '';
ALTER TABLE marketplace_searchentry ADD COLUMN IF NOT EXISTS titles tsvector
    GENERATED ALWAYS AS (ts_filter(heads, '{a,b}')) STORED;
CREATE INDEX IF NOT EXISTS search_titles ON marketplace_searchentry USING gin (titles);
CREATE INDEX IF NOT EXISTS search_everything ON marketplace_searchentry USING gin (everything);
CREATE INDEX IF NOT EXISTS search_word_trigrams ON marketplace_searchword USING gin (word gin_trgm_ops);
"""
WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"  # of D, C, B and A, as in ranking.FIELDS
SIMILARITY = "0.2"
MOST_SIMILAR = 60


def create() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone():
            try:
                with transaction.atomic():
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            except ProgrammingError as error:
                raise ImproperlyConfigured(NO_TRIGRAMS) from error
        cursor.execute(COLUMNS)


def write(texts: Iterable[Text]) -> None:
    rows = [(heads(text), everything(text), text[0]) for text in texts]
    update = "UPDATE marketplace_searchentry SET heads = %s::tsvector, everything = %s::tsvector WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.executemany(update, rows)


def heads(text: Text) -> str:
    _, names, marks, brief, _ = text
    return vector({"A": names, "B": marks, "C": brief})


def everything(text: Text) -> str:
    return " ".join(quoted(word) for word in dict.fromkeys(" ".join(text[1:]).split()))


def vector(fields: dict[str, str]) -> str:
    """A tsvector as it is written; a word stands in its best field alone."""
    weights = {word: weight for weight, words in reversed(fields.items()) for word in words.split()}
    return " ".join(f"{quoted(word)}:1{weight}" for word, weight in weights.items())


def quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def clear() -> None:
    """Entries hold their vectors themselves."""


def add_words(words: Sequence[str]) -> None:
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in words], ignore_conflicts=True)


def matching(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    return by_rank(found(words, every=every), words)


def titled(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    return by_rank(having("titles", words, every=every), words)


def found(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    return having("everything", words, every=every)


def having(vectors: str, words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    query = (" & " if every else " | ").join(f"({one})" for one in alternatives(words))
    condition = f"marketplace_searchentry.{vectors} @@ %s::tsquery"
    return SearchEntry.objects.filter(RawSQL(condition, (query,), output_field=BooleanField()))  # noqa: S611


def alternatives(words: Alternatives) -> list[str]:
    return [" | ".join([f"{quoted(word)}:*", *map(quoted, others)]) for word, others in words]


def by_rank(entries: QuerySet[SearchEntry], words: Alternatives) -> QuerySet[SearchEntry]:
    # An exact word counts twice: once as itself, once as its own start.
    order = " | ".join([*alternatives(words), *(quoted(word) for word, _ in words)])
    rank = RawSQL(
        "ts_rank(%s::real[], marketplace_searchentry.heads, %s::tsquery)", (WEIGHTS, order), output_field=FloatField()
    )
    return entries.annotate(rank=(rank + 0.001) * F("standing")).order_by("-rank", "id")


def begins(word: str) -> bool:
    return SearchWord.objects.filter(word__startswith=word).exists()


def holding(word: str, most: int) -> list[str]:
    found = SearchWord.objects.filter(word__contains=word).order_by("word")
    return list(found.values_list("word", flat=True)[:most])


def similar(word: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, false)", [SIMILARITY])
        cursor.execute(
            "SELECT word FROM marketplace_searchword WHERE word %% %s ORDER BY similarity(word, %s) DESC LIMIT %s",
            [word, word, MOST_SIMILAR],
        )
        return [found for (found,) in cursor.fetchall()]
