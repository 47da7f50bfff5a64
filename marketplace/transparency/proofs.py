"""What the log answers: heads, leaves, and proofs of what it holds and that it only grew."""

from typing import Any

from marketplace.models import LogLeaf, TreeHead
from marketplace.transparency import log, merkle
from marketplace.transparency.merkle import BadProof

MOST = 1000  # leaves in one answer


def head(size: int | None = None) -> dict[str, Any] | None:
    """The newest signed head, or the one of a size; None while there is none."""
    found = log.newest() if size is None else TreeHead.objects.select_related("key").filter(size=size).first()
    if found is None:
        return None
    return {"head": log.said(found), "signature": found.signature, "key": found.key.fingerprint}


def leaf(found: LogLeaf) -> dict[str, Any]:
    return {"position": found.position, "leaf": found.body, "leaf_hash": found.leaf_hash}


def leaves(start: int, count: int) -> list[dict[str, Any]]:
    rows = LogLeaf.objects.filter(position__gte=start, position__lt=start + min(count, MOST)).order_by("position")
    return [leaf(one) for one in rows]


def about(subject: str) -> list[dict[str, Any]]:
    """All that the log tells of a unique identifier, a key, a plugin."""
    rows = LogLeaf.objects.filter(subject=subject, position__isnull=False).order_by("position")
    return [leaf(one) for one in rows[:MOST]]


def inclusion(position: int, size: int) -> dict[str, Any]:
    """That a leaf stands in the log of this size. BadProof: there is no such leaf or size."""
    if not 0 < size <= log.size():
        raise BadProof(f"The log has {log.size()} leaves.")
    found = LogLeaf.objects.filter(position=position).first()
    places = merkle.wanted(lambda node: merkle.inclusion(position, size, node))
    path = merkle.inclusion(position, size, merkle.known(log.fetched(places)))
    if found is None:
        raise BadProof(f"There is no leaf {position}.")
    return {**leaf(found), "size": size, "path": [step.hex() for step in path]}


def consistency(first: int, second: int) -> dict[str, Any]:
    """That the log of size `first` is the beginning of the one of size `second`. BadProof: not these sizes."""
    if second > log.size():
        raise BadProof(f"The log has {log.size()} leaves.")
    places = merkle.wanted(lambda node: merkle.consistency(first, second, node))
    path = merkle.consistency(first, second, merkle.known(log.fetched(places)))
    return {"first": first, "second": second, "path": [step.hex() for step in path]}
