"""The hash tree of an append-only log (RFC 6962, 2.1), over stored hashes of full subtrees. Pure: no Django here.

The n-th full subtree of 2^level leaves never changes once it is there; it is asked for by `node(level, n)`. Roots and proofs of
any size, also of sizes long past, take O(log size) of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]
EMPTY = sha256(b"").digest()


class BadProof(ValueError):
    """A proof that proves nothing, or the opposite."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def grown(size: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """The subtrees, as (level, n, hash), that become full when a leaf's hash is added to a tree of `size`; lowest first."""
    level, place, value = 0, size, leaf
    yield level, place, value
    while place & 1:
        value = join(node(level, place - 1), value)
        level, place = level + 1, place >> 1
        yield level, place, value


def split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def span(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves from `start` up to `end`, which begins where a subtree of its size does."""
    size = end - start
    if size & (size - 1) == 0:
        return node(size.bit_length() - 1, start // size)
    middle = start + split(size)
    return join(span(start, middle, node), span(middle, end, node))


def root(size: int, node: Node) -> bytes:
    return span(0, size, node) if size else EMPTY


def inclusion(position: int, size: int, node: Node) -> list[bytes]:
    """The audit path of a leaf, its sibling first."""
    if not 0 <= position < size:
        raise BadProof(f"there is no leaf {position} in a log of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if position < middle:
            path.append(span(middle, end, node))
            end = middle
        else:
            path.append(span(start, middle, node))
            start = middle
    return path[::-1]


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """What proves that the log of size `first` is the beginning of the one of size `second`."""
    if not 0 <= first <= second:
        raise BadProof(f"a log of {first} cannot be the beginning of one of {second}")
    if first in (0, second):
        return []
    start, end, path = 0, second, []
    while end != first:
        middle = start + split(end - start)
        if first <= middle:
            path.append(span(middle, end, node))
            end = middle
        else:
            path.append(span(start, middle, node))
            start = middle
    if start:
        path.append(span(start, end, node))
    return path[::-1]


def root_from_inclusion(leaf: bytes, position: int, *, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2). Raises BadProof if it has not the right length."""
    if not 0 <= position < size:
        raise BadProof(f"there is no leaf {position} in a log of {size}")
    place, last, value = position, size - 1, leaf
    for step in path:
        if last == 0:
            raise BadProof("the path is too long")
        if place & 1 or place == last:
            value = join(step, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = join(value, step)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("the path is too short")
    return value


def check_inclusion(leaf: bytes, position: int, *, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the leaf stands at this position of the log with this root."""
    if root_from_inclusion(leaf, position, size=size, path=path) != root:
        raise BadProof("the leaf is not in this log")


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """Raises BadProof unless the log of the old (size, root) is the beginning of the new one (RFC 9162, 2.1.4.2)."""
    (first, first_root), (second, second_root) = old, new
    if first > second:
        raise BadProof("a log does not become shorter")
    if first in (0, second):
        if path or first_root != (second_root if first else EMPTY):
            raise BadProof("logs of the same size have different roots")
        return
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        raise BadProof("the path is too short")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof("the path is too long")
        if place & 1 or place == last:
            before, after = join(step, before), join(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = join(after, step)
        place, last = place >> 1, last >> 1
    if last or before != first_root or after != second_root:
        raise BadProof("the old log is not the beginning of the new one")


def wanted(ask: Callable[[Node], object]) -> set[tuple[int, int]]:
    """Which subtrees a computation asks for, so that they can be fetched at once."""
    asked: set[tuple[int, int]] = set()

    def note(level: int, place: int) -> bytes:
        asked.add((level, place))
        return EMPTY

    ask(note)
    return asked


def known(nodes: Mapping[tuple[int, int], bytes]) -> Node:
    return lambda level, place: nodes[level, place]
