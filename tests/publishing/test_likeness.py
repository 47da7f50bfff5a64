"""Names that would be taken for others: as examples, and as properties of all names."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.publishers.likeness import DRAWN_ALIKE, PAIRS, READ_AS, alike, claims, distance, plain, skeleton, slips

LETTERS = string.ascii_lowercase
NAMES = some.text(LETTERS + string.digits + "-_", min_size=1, max_size=20)
WORDS = some.text(LETTERS, min_size=4, max_size=16).filter(lambda word: len(skeleton(word)) >= 4)
DIGITS = {"o": "0", "l": "1", "e": "3", "a": "4", "s": "5", "t": "7", "b": "8", "g": "9"}


@pytest.mark.parametrize(
    "name",
    [
        *("dify", "d1fy", "d-i-f-y", "dlfy", "difyy", "difi", "dify-official", "official-dify", "difyai", "the-dify"),
        *(
            "my-dify-plugins",
            "DIFY",
            "ԁіfу",
            "ｄｉｆｙ",
            "dífy",
            "langgenius",
            "1anggenius",
            "lang_genius",
            "langenius",
        ),
        *("langgenius-labs", "langgenuis", "xlanggeniusx", "lаnggenius"),
    ],
)
def test_what_passes_itself_off_as_protected(name: str) -> None:
    assert claims(name, "dify") or claims(name, "langgenius")


@pytest.mark.parametrize(
    "name",
    [
        "modify",
        "codify-tools",
        "notify",
        "acme",
        "langchain",
        "genius",
        "clarify",
        "specify",
        "unify",
        "x",
        "language",
    ],
)
def test_what_merely_rhymes_is_let_through(name: str) -> None:
    assert not claims(name, "dify")
    assert not claims(name, "langgenius")


@given(WORDS, some.data())
def test_letters_of_other_alphabets_fool_nobody(word: str, data: some.DataObject) -> None:
    position = data.draw(some.integers(0, len(word) - 1))
    twin = data.draw(some.sampled_from(DRAWN_ALIKE.get(word[position], word[position])))
    assert alike(word[:position] + twin + word[position + 1 :], word)


@given(WORDS)
def test_digits_for_letters_fool_nobody(word: str) -> None:
    assert alike("".join(DIGITS.get(letter, letter) for letter in word), word)


@given(WORDS, some.data())
def test_separators_case_and_doubled_letters_fool_nobody(word: str, data: some.DataObject) -> None:
    position = data.draw(some.integers(1, len(word) - 1))
    assert alike(f"{word[:position]}-{word[position:]}", word)
    assert alike(word.upper(), word)
    assert alike(word[:position] + word[position - 1] + word[position:], word)


@given(WORDS, some.data())
def test_one_typing_slip_fools_nobody(word: str, data: some.DataObject) -> None:
    position = data.draw(some.integers(0, len(word) - 1))
    letter = data.draw(some.sampled_from(LETTERS))
    changed = word[:position] + letter + word[position + 1 :]
    # a slip may make or break one of the pairs that are drawn as one letter; then it is more than a slip
    read = [plain(text).translate(READ_AS) for text in (word, changed)]
    if not any(pair in text for pair, _ in PAIRS for text in read):
        assert alike(changed, word) or len(skeleton(changed)) < 4


@given(NAMES, NAMES)
def test_likeness_is_mutual_and_of_each_with_itself(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert alike(one, one) == bool(skeleton(one))


@given(NAMES, NAMES, NAMES)
def test_distance_counts_like_a_distance(one: str, other: str, third: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))
    assert (distance(one, other) == 0) == (one == other)


@given(WORDS, WORDS)
def test_names_that_are_far_from_each_other_are_not_alike(one: str, other: str) -> None:
    a, b = skeleton(one), skeleton(other)
    if distance(a, b) > max(slips(len(a)), slips(len(b))):
        assert not alike(one, other)


def test_swapped_neighbours_are_one_slip() -> None:
    assert distance("genius", "geniu" + "s") == 0
    assert distance("ab", "ba") == 1
    assert distance("langgenius", "langgenuis") == 1
