"""Whether people would take one name for another (pure): letters that look alike, digits for letters, typing slips.

After Unicode Technical Standard 39 (confusables) and the squatting rules of package registries, cut to what matters for
names of [a-z0-9_-] and for the titles that stand beside them.
"""

import re
import unicodedata

# Letters of other alphabets that are drawn as a Latin one, small or capital.
DRAWN_ALIKE = {
    "a": "аαաɑ",
    "b": "вьβ",
    "c": "с",
    "d": "ԁժ",
    "e": "еεєҽ",
    "f": "ϝ",
    "g": "ɡցԍ",
    "h": "һнհ",
    "i": "іιıɩӏ",
    "j": "јϳյ",
    "k": "кκ",
    "l": "ǀ",
    "m": "мϻ",
    "n": "ոηп",
    "o": "оοօσ",
    "p": "рρբ",
    "q": "ԛգ",
    "r": "гրᴦ",
    "s": "ѕꜱ",
    "t": "тτ",
    "u": "սυ",
    "v": "ѵν",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγүʏ",
    "z": "ᴢζ",
}
FOREIGN = str.maketrans({one: letter for letter, ones in DRAWN_ALIKE.items() for one in ones})
# What is read as a letter when it stands in a word; i and l are drawn alike.
READ_AS = str.maketrans("0134578929$@!|i", "oleastbgzgsalll")
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
# What is put before or behind a name to look like a part of it.
TRADE = (
    "ai app apps cloud community corp dev developers development foundation global hq inc io lab labs llc ltd official "
    "org partner partners plugin plugins real security store support team teams the tool tools verified"
)
SEPARATORS = re.compile(r"[^a-z0-9]+")
REPEATED = re.compile(r"(.)\1+")


def plain(text: str) -> str:
    """Small Latin letters as far as the eye goes: without accents, width and foreign alphabets."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(FOREIGN)


def drawn(text: str) -> str:
    """The letters as they are read, one after the other."""
    found = SEPARATORS.sub("", plain(text).translate(READ_AS))
    for pair, letter in PAIRS:
        found = found.replace(pair, letter)
    return found


def skeleton(text: str) -> str:
    """What is left when everything that the eye passes over has gone: two equal ones look alike."""
    return REPEATED.sub(r"\1", drawn(text))


AFFIXES = frozenset(map(skeleton, TRADE.split()))


def words(text: str) -> list[str]:
    """The words of a name, as skeletons."""
    return [skeleton(word) for word in SEPARATORS.split(plain(text).translate(READ_AS)) if word]


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed or swapped with a neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def slips(length: int) -> int:
    """So many wrong letters are overlooked in a name of this length."""
    return 0 if length < 4 else 1 if length < 9 else 2


def alike(name: str, known: str) -> bool:
    """Whether `name` would be taken for `known`: equal to the eye, but for typing slips."""
    one, other = skeleton(name), skeleton(known)
    if not one or not other:
        return False
    # a slip can also make two letters equal to their neighbour: then it is one slip only as long as they are still there
    return one == other or any(few_slips(*pair) for pair in ((one, other), (drawn(name), drawn(known))))


def few_slips(one: str, other: str) -> bool:
    return distance(one, other) <= slips(min(len(one), len(other)))


def claims(name: str, protected: str) -> bool:
    """Whether `name` passes itself off as `protected`: alike, with it as a word, or with a trade word joined to it."""
    if alike(name, protected):
        return True
    known, whole = skeleton(protected), skeleton(name)
    if known in words(name) or any(alike(word, protected) and len(word) >= len(known) for word in words(name)):
        return True
    if len(known) >= 8 and known in whole:  # too long to be there by chance
        return True
    rests = [whole.removeprefix(known), whole.removesuffix(known)]
    return any(rest != whole and rest in AFFIXES for rest in rests)
