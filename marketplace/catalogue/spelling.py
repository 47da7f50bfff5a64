"""What somebody may have meant: words of the catalogue that hold a query's word, or are a slip or two away."""

from collections.abc import Iterable

from marketplace.catalogue.engines import engine
from marketplace.catalogue.tokens import is_unspaced
from marketplace.models import SearchWord

SHORTEST = 3  # letters: a shorter word is too little to guess from
ONE_SLIP, TWO_SLIPS = 4, 8  # letters from which a word may have as many slips
MOST = 8


def meant(word: str) -> tuple[str, ...]:
    """Words to search besides this one; none when the catalogue has words that begin with it."""
    if len(word) < SHORTEST or is_unspaced(word) or engine().begins(word):
        return ()
    return holding(word) or nearest(word)


def holding(word: str) -> tuple[str, ...]:
    return tuple(engine().holding(word, MOST))


def nearest(word: str) -> tuple[str, ...]:
    """The words with the fewest slips, as many as are allowed for a word of this length."""
    slips = (len(word) >= ONE_SLIP) + (len(word) >= TWO_SLIPS)
    if not slips:
        return ()
    swapped = SearchWord.objects.filter(word__in=swaps(word)).values_list("word", flat=True)
    likely = (other for other in {*swapped, *engine().similar(word)} if abs(len(other) - len(word)) <= slips)
    found = [(distance(word, other, most=slips), other) for other in likely]
    least = min((away for away, _ in found), default=slips + 1)
    return tuple(sorted(other for away, other in found if away == least <= slips))[:MOST]


def swaps(word: str) -> Iterable[str]:
    """The word with two neighbours changed over, which leaves few of its trigrams."""
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]


def distance(one: str, other: str, *, most: int = 99) -> int:
    """Letters to add, drop, change, or change over with their neighbour (optimal string alignment).

    Above `most` it may be less than the truth, though still above `most`.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, match in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != match))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == match:
                steps = min(steps, last[j - 2] + 1)
            row.append(steps)
        if min(row) > most and min(last) > most:
            return min(row)
    return row[-1]
