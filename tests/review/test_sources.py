"""Files of packages: what is shown, what is compared, and that nothing hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace import keeping
from marketplace.review import sources
from marketplace.review.colouring import coloured
from marketplace.review.diffing import side_by_side
from tests.review.conftest import kept


def test_changes_are_found_by_content() -> None:
    before = kept(main_py="print(1)\n", gone_py="", same_py="x = 1\n")
    after = kept(main_py="print(2)\n", new_py="", same_py="x = 1\n")
    found = {entry.name: entry.change for entry in sources.compared(before, after)}
    assert found == {"main.py": "changed", "gone.py": "removed", "new.py": "added", "same.py": "same"}
    assert {entry.change for entry in sources.compared(None, after)} == {"added"}


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\0ELF", "not text"), (b"\xff\xfe\xfa", "UTF-8"), (b"a" * 300_001, "larger")],
)
def test_what_is_no_text_is_not_shown_and_says_why(content: bytes, why: str) -> None:
    assert why in sources.shown(kept(main_py=content), "main.py").why


def test_what_is_not_there_is_not_found() -> None:
    for package, name in ((kept(main_py=""), "other.py"), ("f" * 64, "main.py"), (keeping.keep(b"no zip"), "main.py")):
        with pytest.raises(sources.NoSuchFile):
            sources.read(package, name)


def test_source_is_escaped_and_what_cannot_be_seen_is_marked() -> None:
    (line,) = coloured("main.py", "x = '</code><script>alert(1)</script>'  # \u202e\u200b")
    assert "<script" not in line
    assert "U+202E" in line
    assert "U+200B" in line
    assert "<script" not in coloured("page.html", "<script>alert(1)</script>")[0]
    assert len(coloured("main.py", "x" * 5_000)[0]) < 2_100


@pytest.mark.parametrize("name", ["a.py", "a.md", "a.html", "a.yaml", "a.js", "a.unknown", "Dockerfile"])
@given(text=some.text(alphabet="ab'\"#\n{}<>&`: \t\u2028\u202e", max_size=60))
def test_every_text_keeps_its_number_of_lines(name: str, text: str) -> None:
    assert len(coloured(name, text)) == len(text.split("\n"))


texts = some.lists(some.sampled_from("abc"), max_size=40)


@given(before=texts, after=texts, whole=some.booleans())
def test_both_sides_are_complete_and_in_order(before: list[str], after: list[str], *, whole: bool) -> None:
    rows = side_by_side(before, after, whole=whole)
    left, right = 1, 1
    for row in rows:
        if row.kind == "gap":
            assert (row.left, row.right) == (left, right)
            assert before[left - 1 : left - 1 + row.hidden] == after[right - 1 : right - 1 + row.hidden]
            left, right = left + row.hidden, right + row.hidden
            continue
        assert row.left in (0, left)
        assert row.right in (0, right)
        if row.kind == "same":
            assert before[row.left - 1] == after[row.right - 1]
        left, right = left + bool(row.left), right + bool(row.right)
    assert (left, right) == (len(before) + 1, len(after) + 1)
    assert not (whole and any(row.kind == "gap" for row in rows))


def test_long_runs_that_stay_are_folded() -> None:
    lines = [str(number) for number in range(100)]
    rows = side_by_side(lines, [*lines[:50], "new", *lines[50:]])
    assert [(row.kind, row.hidden) for row in rows if row.kind in {"gap", "added"}] == [
        ("gap", 47),
        ("added", 0),
        ("gap", 47),
    ]
