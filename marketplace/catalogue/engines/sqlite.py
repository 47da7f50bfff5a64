"""Full text on SQLite: FTS5 over our own words by field, and another one with trigrams over the catalogue's words."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.models import F, FloatField, QuerySet
from django.db.models.expressions import RawSQL

from marketplace.catalogue.engines import Alternatives, Text
from marketplace.models import SearchEntry, SearchWord

NO_FTS5 = (
    "The catalogue's search needs SQLite 3.34 or newer with FTS5, which this Python's SQLite lacks. "
    "Use another build of Python, or PostgreSQL (DATABASE_URL)."
)
# Words come folded and split: the tokenizer only has to part them at spaces. Contents are kept in the entries.
TABLES = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS marketplace_search_text USING fts5("
    "names, marks, brief, body, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS marketplace_search_words USING fts5("
    "word, tokenize = 'trigram case_sensitive 1')",
)
# bm25 flattens weights (1.2 w / (w + 1.2) and so on): these come out in about the proportions of ranking.FIELDS.
WEIGHTS = (50.0, 1.0, 0.5, 0.1)
MOST_SIMILAR = 60


def create() -> None:
    with connection.cursor() as cursor:
        try:
            for table in TABLES:
                cursor.execute(table)
        except OperationalError as error:
            raise ImproperlyConfigured(NO_FTS5) from error


def write(texts: Iterable[Text]) -> None:
    rows = list(texts)
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM marketplace_search_text WHERE rowid = %s", [row[:1] for row in rows])
        insert = "INSERT INTO marketplace_search_text (rowid, names, marks, brief, body) VALUES (%s, %s, %s, %s, %s)"
        cursor.executemany(insert, rows)


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM marketplace_search_text")
        cursor.execute("DELETE FROM marketplace_search_words")


def add_words(words: Sequence[str]) -> None:
    known = set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
    new = [word for word in words if word not in known]
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in new], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO marketplace_search_words (word) VALUES (%s)", [(padded(word),) for word in new])


def padded(word: str) -> str:
    """Where a word begins and ends makes trigrams too."""
    return f"^^{word}$"


def matching(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    return by_rank(match(words, every=every))


def titled(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    return by_rank(f"{{names marks}} : ({match(words, every=every)})")


def found(words: Alternatives, *, every: bool) -> QuerySet[SearchEntry]:
    """The plus keeps SQLite from looking up every entry by its id, in place of reading an index in order."""
    inner = "SELECT rowid FROM marketplace_search_text WHERE marketplace_search_text MATCH %s"
    return SearchEntry.objects.extra(  # noqa: S610
        where=[f"+marketplace_searchentry.id IN ({inner})"], params=[match(words, every=every)]
    )


def match(words: Alternatives, *, every: bool) -> str:
    one_of = [" OR ".join([f"{phrase(word)}*", *map(phrase, others)]) for word, others in words]
    return (" AND " if every else " OR ").join(
        f"({one} OR {phrase(word)})" for one, (word, _) in zip(one_of, words, strict=True)
    )


def by_rank(query: str) -> QuerySet[SearchEntry]:
    weights = ", ".join(map(str, WEIGHTS))
    rank = RawSQL(f"-bm25(marketplace_search_text, {weights})", (), output_field=FloatField())  # noqa: S611
    entries: QuerySet[SearchEntry] = SearchEntry.objects.extra(
        tables=["marketplace_search_text"],
        where=["marketplace_search_text MATCH %s", "marketplace_search_text.rowid = marketplace_searchentry.id"],
        params=[query],
    )
    return entries.annotate(rank=rank * F("standing")).order_by("-rank", "id")


def phrase(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def begins(word: str) -> bool:
    """By range: LIKE cannot use the index here."""
    return SearchWord.objects.filter(word__gte=word, word__lt=word + "\U0010ffff").exists()


def holding(word: str, most: int) -> list[str]:
    return unpadded(phrase(word), order="word", most=most)


def similar(word: str) -> list[str]:
    text = padded(word)
    trigrams = " OR ".join(phrase(text[place : place + 3]) for place in range(len(text) - 2))
    return unpadded(trigrams, order="rank", most=MOST_SIMILAR)


def unpadded(query: str, *, order: str, most: int) -> list[str]:
    select = (
        f"SELECT word FROM marketplace_search_words WHERE marketplace_search_words MATCH %s ORDER BY {order} LIMIT %s"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(select, [query, most])
        return [word[2:-1] for (word,) in cursor.fetchall()]
