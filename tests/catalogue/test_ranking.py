"""The numbers in docs/search.md are those that count."""

from marketplace.catalogue import ranking
from tests import house
from tests.places import ROOT


def test_the_weights_are_documented() -> None:
    rows = house.table(ROOT / "docs" / "search.md", "In which order")
    written = {name: float(value) for name, value in rows if value[:1].isdigit()}
    closely = {"exact": ranking.EXACT, "start": ranking.START, "near": ranking.NEAR}
    boosts = {
        "installs": ranking.INSTALLS,
        "rating": ranking.RATING,
        "verified": ranking.VERIFIED,
        "recent": ranking.RECENT,
    }
    assert written == ranking.FIELDS | closely | boosts


def test_the_other_numbers_are_in_the_text() -> None:
    text = (ROOT / "docs" / "search.md").read_text()
    assert f"multiplied by {ranking.DEPRECATED}" in text
    assert f"{ranking.WHOLE_NAME} comes on top" in text
