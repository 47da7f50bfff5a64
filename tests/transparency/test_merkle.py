"""The hash tree against a naive writing of RFC 6962's definitions, and against its well-known vectors."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.transparency import merkle
from marketplace.transparency.merkle import BadProof

# Leaves and roots that implementations of RFC 6962 share.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
DATA = [bytes.fromhex(text) for text in LEAVES]
few = st.lists(st.binary(max_size=6), max_size=70)


class Tree:
    """Stored subtrees in a dict, added to leaf by leaf."""

    def __init__(self, data: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.node = merkle.known(self.nodes)
        for size, leaf in enumerate(data):
            for level, place, value in list(merkle.grown(size, merkle.leaf_hash(leaf), self.node)):
                assert (level, place) not in self.nodes
                self.nodes[level, place] = value


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(data: list[bytes]) -> bytes:
    """MTH, as RFC 6962 2.1 defines it."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = split(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH, as 2.1.1 defines it."""
    if len(data) == 1:
        return []
    k = split(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF, as 2.1.2 defines it."""
    if m == len(data):
        return [] if whole else [mth(data)]
    k = split(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


def test_the_shared_vectors() -> None:
    tree = Tree(DATA)
    assert [merkle.root(size, tree.node).hex() for size in range(9)] == ROOTS
    assert [step.hex() for step in merkle.inclusion(0, 8, tree.node)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in merkle.consistency(6, 8, tree.node)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(few)
def test_roots_of_all_sizes_are_those_of_the_definition(data: list[bytes]) -> None:
    tree = Tree(data)
    assert [merkle.root(size, tree.node) for size in range(len(data) + 1)] == [
        mth(data[:size]) for size in range(len(data) + 1)
    ]


@given(few.filter(bool), st.data())
def test_audit_paths(data: list[bytes], draw: st.DataObject) -> None:
    size = draw.draw(st.integers(1, len(data)))
    position = draw.draw(st.integers(0, size - 1))
    steps = merkle.inclusion(position, size, Tree(data).node)
    assert steps == path(position, data[:size])
    leaf, root = merkle.leaf_hash(data[position]), mth(data[:size])
    merkle.check_inclusion(leaf, position, size=size, path=steps, root=root)
    for wrong in spoiled(steps):
        with pytest.raises(BadProof):
            merkle.check_inclusion(leaf, position, size=size, path=wrong, root=root)
    with pytest.raises(BadProof):
        merkle.check_inclusion(merkle.leaf_hash(b"something else"), position, size=size, path=steps, root=root)


@given(few, st.data())
def test_consistency_proofs(data: list[bytes], draw: st.DataObject) -> None:
    second = draw.draw(st.integers(0, len(data)))
    first = draw.draw(st.integers(0, second))
    steps = merkle.consistency(first, second, Tree(data).node)
    assert steps == ([] if first == 0 else subproof(first, data[:second], True))
    old, new = (first, mth(data[:first])), (second, mth(data[:second]))
    merkle.check_consistency(old, new, steps)
    for wrong in spoiled(steps):
        with pytest.raises(BadProof):
            merkle.check_consistency(old, new, wrong)


@given(few.filter(lambda data: len(data) > 1), st.data())
def test_a_rewritten_past_is_not_consistent(data: list[bytes], draw: st.DataObject) -> None:
    first = draw.draw(st.integers(1, len(data) - 1))
    other = list(data)
    other[draw.draw(st.integers(0, first - 1))] += b"!"
    steps = merkle.consistency(first, len(data), Tree(other).node)
    with pytest.raises(BadProof):
        merkle.check_consistency((first, mth(data[:first])), (len(data), mth(other)), steps)


def spoiled(steps: list[bytes]) -> list[list[bytes]]:
    """Proofs that are nearly right: one too long, one too short, one with a bit changed."""
    wrong = [[*steps, merkle.EMPTY]]
    if steps:
        wrong += [steps[:-1], [*steps[:-1], bytes([steps[-1][0] ^ 1]) + steps[-1][1:]]]
    return wrong


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 2**20, 2**20 + 1, 10**9 - 1])
def test_what_is_asked_for_grows_with_the_logarithm(size: int) -> None:
    deep = size.bit_length()
    assert len(merkle.wanted(lambda node: merkle.root(size, node))) <= deep
    assert len(merkle.wanted(lambda node: merkle.inclusion(size // 3, size, node))) <= 2 * deep
    assert len(merkle.wanted(lambda node: merkle.consistency(size // 3 + 1, size, node))) <= 2 * deep
    assert len(merkle.wanted(lambda node: list(merkle.grown(size, merkle.EMPTY, node)))) <= deep


@pytest.mark.parametrize("call", [lambda n: merkle.inclusion(3, 3, n), lambda n: merkle.consistency(4, 3, n)])
def test_what_cannot_be_proved_is_refused(call) -> None:
    with pytest.raises(BadProof):
        call(Tree(DATA).node)
