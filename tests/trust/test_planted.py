"""A small part of `make trust`: of every class some, in our own plugins."""

from random import Random

import pytest

from tests.trust.__main__ import OWN
from tests.trust.copies import copies_of
from tests.trust.fifth import KINDS as FIFTH
from tests.trust.fourth import KINDS as FOURTH
from tests.trust.given import measure_given
from tests.trust.measuring import KINDS, Kind, measure, measure_clean
from tests.trust.rows import read_rows, table, write_rows
from tests.trust.second import KINDS as SECOND
from tests.trust.sixth import KINDS as SIXTH
from tests.trust.third import KINDS as THIRD


@pytest.fixture(scope="module")
def copies():
    wanted = {"plugins/echo", "plugins/model", "plugins/oauth", "plugins/agent", "plugins/source"}
    return [copy for copy in copies_of([OWN]) if copy.name in wanted]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_planted_is_found_and_twins_are_let_through(kind: Kind, copies) -> None:
    row = measure(copies, kind, chance=Random(11), each=2)
    assert row.missed == []
    assert row.wrong == []
    assert row.planted or kind.name.startswith("privacy")


@pytest.mark.parametrize(
    "kind",
    [*SECOND, *THIRD, *FOURTH, *FIFTH, *SIXTH],
    ids=lambda kind: f"{kind.plant.__module__.split('.')[2]} {kind.name}",
)
def test_other_hands_plants_are_found_too(kind: Kind, copies) -> None:
    row = measure(copies[:2], kind, chance=Random(5), each=1)
    assert (row.missed, row.wrong) == ([], [])


def test_a_run_is_kept_as_rows_and_goes_on(copies, tmp_path) -> None:
    rows = tmp_path / "rows.jsonl"
    for many in (1, 2, 2):
        write_rows(rows, copies[:many], {"third": THIRD[6:7]}, seed=3)
        assert len(read_rows(rows)) == many
    (row,) = table(read_rows(rows)).values()
    assert (row.planted, row.found, row.alarms) == (2, 2, 0)


def test_our_own_are_clean_but_for_those_that_mean_it() -> None:
    """The beggar begs, and two answer with their credentials so that tests can see them."""
    assert measure_clean(copies_of([OWN])).blocked == {
        "plugins/beggar": ["permissions.undeclared"],
        "plugins/locked": ["credentials.leaked"],
        "plugins/oauth": ["credentials.leaked"],
    }


def test_a_corpus_of_somebody_elses_is_counted(tmp_path, capsys) -> None:
    for kind, name in (("clean", "echo"), ("undeclared", "beggar")):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / name).symlink_to(OWN / name)
    assert measure_given(tmp_path) == 0
    lines = capsys.readouterr().out.split("\n")
    assert [" ".join(line.split()) for line in lines[:2]] == ["clean 0 of 1 blocked", "undeclared 1 of 1 blocked"]
