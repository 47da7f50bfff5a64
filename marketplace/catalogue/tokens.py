"""Text as words to search by, the same for every database: folded, split, and in pairs where no spaces are written."""

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import normalize

LONGEST = 40  # characters of a word; what is longer is cut
# Scripts that put no spaces between words: kana, Han, Hangul.
UNSPACED = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def fold(text: str) -> str:
    """Lower case, full-width forms as plain ones, Latin letters without their accents."""
    return "".join(map(plain, normalize("NFKC", text).casefold()))


@lru_cache(maxsize=4096)
def plain(letter: str) -> str:
    if letter < "\u0080" or letter >= "\u0530":  # ASCII, and scripts whose marks are letters
        return letter
    return "".join(part for part in normalize("NFD", letter) if not "\u0300" <= part <= "\u036f")


def words(text: str) -> list[str]:
    """Words in their order; a run of an unspaced script as its pairs of letters and its last letter."""
    return [word for run in RUN.findall(fold(text)) for word in pieces(run)]


def pieces(run: str) -> list[str]:
    if not is_unspaced(run):
        return [run[:LONGEST]]
    return [run[place : place + 2] for place in range(len(run))]


def asked(text: str) -> list[str]:
    """Words of a query: of a run of an unspaced script its pairs alone, or its one letter."""
    found = []
    for run in RUN.findall(fold(text)):
        several = is_unspaced(run) and len(run) > 1
        found += pieces(run)[:-1] if several else pieces(run)
    return list(dict.fromkeys(found))


def is_unspaced(word: str) -> bool:
    return bool(IS_UNSPACED.match(word))


def names(text: str) -> list[str]:
    """Words of a name, its humps too, and the whole of it as one word: GoogleSheets, google_sheets, Google Sheets."""
    whole = words(text)
    parts = words(HUMP.sub(" ", text))
    spaced = [word for word in whole if not is_unspaced(word)]
    joined = ["".join(spaced)[:LONGEST]] if len(spaced) > 1 else []
    return [*whole, *parts, *joined]


def unique(found: Iterable[str], most: int) -> list[str]:
    """Each word once, in the order of its first place: to say a word often gains nothing."""
    return list(dict.fromkeys(found))[:most]
