"""What is asked for again and again is found once, and strangers cannot fill the memory with it."""

import pytest

from runtime import kept
from runtime.kept import Kept, of_pair


@pytest.fixture
def asked() -> list[str]:
    return []


def test_it_is_found_once(asked: list[str]) -> None:
    known: Kept[str, str] = Kept(lambda key: asked.append(key) or key.upper())  # type: ignore[func-returns-value]
    assert [known["a"], known["a"], known["b"]] == ["A", "A", "B"]
    assert asked == ["a", "b"]


def test_nothing_is_an_answer_too(asked: list[str]) -> None:
    known: Kept[str, None] = Kept(asked.append)
    assert [known["a"], known["a"]] == [None, None]
    assert asked == ["a"]


def test_long_keys_are_not_kept() -> None:
    known: Kept[tuple[bytes, bytes], int] = Kept(of_pair, of_pair)
    for size in (kept.SHORT - 2, kept.SHORT - 1):
        assert known[b"n", b"v" * size] == size + 1
    assert list(known) == [(b"n", b"v" * (kept.SHORT - 2))]


def test_a_full_one_begins_anew() -> None:
    known: Kept[str, str] = Kept(str.upper)
    for number in range(kept.MOST + 5):
        assert known[f"k{number}"] == f"K{number}"
        assert len(known) <= kept.MOST
    assert len(known) == 5


def test_what_raises_is_not_kept(asked: list[str]) -> None:
    def never(key: str) -> str:
        asked.append(key)
        raise ValueError(key)

    known: Kept[str, str] = Kept(never)
    for _ in range(2):
        with pytest.raises(ValueError, match="x"):
            known["x"]
    assert asked == ["x", "x"]
    assert not known


def test_as_a_function(asked: list[str]) -> None:
    @kept.kept
    def shouted(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert [shouted("a"), shouted("a")] == ["A", "A"]
    assert asked == ["a"]
