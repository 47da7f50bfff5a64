"""The log: leaves get their places in a queue, one batch after the other, and each batch ends with a signed head."""

from collections.abc import Iterable
from datetime import UTC

from django.db.models import Max
from django.utils import timezone

from marketplace import ledgers
from marketplace.canonical import canonical
from marketplace.models import LogLeaf, LogNode, TreeHead
from marketplace.signing import heads
from marketplace.transparency import merkle

BATCH = 500
HEAD = "patchbay/tree-head/1"


def size() -> int:
    """How many leaves have a place."""
    last: int | None = LogLeaf.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


# Places.


def sequence() -> int:
    """Gives every leaf that has none its place, and signs a head for them; how many there were."""
    done = 0
    while LogLeaf.objects.filter(position=None).exists():
        heads.key()  # may have to be made, which is told in the log too
        with ledgers.queue():
            done += place_some()
            sign_head()
    return done


def place_some() -> int:
    waiting = list(LogLeaf.objects.filter(position=None).order_by("pk")[:BATCH])
    start = size()
    fresh: dict[tuple[int, int], bytes] = {}
    nodes = right_edge(start) if start else {}
    for position, leaf in enumerate(waiting, start):
        for level, place, value in merkle.grown(position, bytes.fromhex(leaf.leaf_hash), merkle.known(nodes)):
            nodes[level, place] = fresh[level, place] = value
        LogLeaf.objects.place(leaf.pk, position=position)
    LogNode.objects.bulk_create(LogNode(level=at[0], place=at[1], hash=value.hex()) for at, value in fresh.items())
    return len(waiting)


def fetched(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Stored hashes of subtrees, read with one query a level; there are as many levels as a logarithm."""
    by_level: dict[int, list[int]] = {}
    for level, place in places:
        by_level.setdefault(level, []).append(place)
    rows = (
        row
        for level, wanted in by_level.items()
        for row in LogNode.objects.filter(level=level, place__in=wanted).values_list("level", "place", "hash")
    )
    return {(level, place): bytes.fromhex(value) for level, place, value in rows}


def right_edge(length: int) -> dict[tuple[int, int], bytes]:
    """The full subtrees that a log of this size ends with."""
    return fetched(merkle.wanted(lambda node: merkle.root(length, node)))


def root(length: int) -> bytes:
    return merkle.root(length, merkle.known(right_edge(length)))


# Heads.


def sign_head() -> TreeHead | None:
    """Signs the log as it is, unless that was done."""
    length = size()
    if not length or TreeHead.objects.filter(size=length).exists():
        return None
    at = timezone.now().replace(microsecond=0)
    head = TreeHead(size=length, root=root(length).hex(), at=at)
    head.signature, head.key = heads.sign(said(head))
    head.save()
    return head


def said(head: TreeHead) -> str:
    """What is signed of a head."""
    at = head.at.astimezone(UTC).isoformat(timespec="seconds")
    return canonical({"type": HEAD, "size": head.size, "root": head.root, "at": at})


def newest() -> TreeHead | None:
    return TreeHead.objects.select_related("key").order_by("-size").first()
