"""Leaves that come several at once have the same tree as leaves that come one by one."""

import pytest

from marketplace.models import LogLeaf
from marketplace.transparency import append, log, merkle


@pytest.mark.django_db
def test_any_number_of_leaves_can_be_placed_at_once() -> None:
    for several in (1, 2, 1, 3, 4, 1, 7, 2, 5):
        for number in range(several):
            append("decision", f"{several}.{number}", {"number": number})
        log.sequence()
    hashes = [bytes.fromhex(leaf.leaf_hash) for leaf in LogLeaf.objects.order_by("position")]
    assert log.size() == len(hashes) > 26  # the log tells of its own key too
    known: dict[tuple[int, int], bytes] = {}
    for position, value in enumerate(hashes):
        known |= {(level, place): made for level, place, made in merkle.grown(position, value, merkle.known(known))}
    assert log.root(len(hashes)) == merkle.root(len(hashes), merkle.known(known))
