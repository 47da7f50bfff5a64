"""Two texts side by side (pure): rows of left and right, with runs that stay the same folded away."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

CONTEXT = 3  # lines that are shown around a change
MOST_LINES = 6_000  # of either side; comparing more takes too long for a page


@dataclass(frozen=True)
class Row:
    """Line numbers from 1 on each side, 0 where a side has none. A gap holds `hidden` lines from `left` and `right` on."""

    kind: str  # "same" | "changed" | "added" | "removed" | "gap"
    left: int = 0
    right: int = 0
    hidden: int = 0


class TooLong(Exception):
    """The texts have more lines than a page can compare."""


def side_by_side(before: list[str], after: list[str], *, whole: bool = False) -> list[Row]:
    """Rows that pair the lines of both texts; with `whole` nothing is folded."""
    if max(len(before), len(after)) > MOST_LINES:
        raise TooLong
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rows: list[Row] = []
    blocks = matcher.get_opcodes()
    for number, (kind, left, left_end, right, right_end) in enumerate(blocks):
        if kind == "equal":
            ends = (number == 0, number == len(blocks) - 1)
            rows += same(left, right, count=left_end - left, ends=ends, whole=whole)
        else:
            rows += different((left, left_end), (right, right_end))
    return rows


def same(left: int, right: int, *, count: int, ends: tuple[bool, bool], whole: bool) -> Iterator[Row]:
    """A run that is the same on both sides: its edges beside changes are shown, its middle is a gap."""
    head = 0 if ends[0] else CONTEXT
    tail = 0 if ends[1] else CONTEXT
    if whole or count <= head + tail + 1:
        head, tail = count, 0
    for offset in range(head):
        yield Row("same", left + offset + 1, right + offset + 1)
    hidden = count - head - tail
    if hidden > 0:
        yield Row("gap", left + head + 1, right + head + 1, hidden)
    for offset in range(count - tail, count):
        yield Row("same", left + offset + 1, right + offset + 1)


def different(left: tuple[int, int], right: tuple[int, int]) -> Iterator[Row]:
    pairs = zip_longest(range(left[0] + 1, left[1] + 1), range(right[0] + 1, right[1] + 1), fillvalue=0)
    for old, new in pairs:
        kind = "changed" if old and new else "removed" if old else "added"
        yield Row(kind, old, new)


def counts(rows: list[Row]) -> tuple[int, int]:
    """How many lines came and went."""
    added = sum(row.kind in {"added", "changed"} for row in rows)
    removed = sum(row.kind in {"removed", "changed"} for row in rows)
    return added, removed
