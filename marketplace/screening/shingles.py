"""Source as a set of hashed token sequences, so that copies are found whatever their names and comments."""

import ast
from collections.abc import Iterable
from hashlib import blake2b

from .code.modules import Module

_LENGTH = 12
_SKETCH = 512


def shingles_of(modules: Iterable[Module]) -> frozenset[int]:
    """Hashes of runs of syntax nodes, with names left out and attributes and short texts kept."""
    found: set[int] = set()
    for module in modules:
        words = [_word(node) for node in ast.walk(module.tree) if not isinstance(node, ast.expr_context | ast.Module)]
        for start in range(0, max(len(words) - _LENGTH, 0) + 1, 3):
            run = " ".join(words[start : start + _LENGTH]).encode()
            found.add(int.from_bytes(blake2b(run, digest_size=8).digest()) & 0x7FFF_FFFF_FFFF_FFFF)
    return frozenset(found)


def _word(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return repr(node.value[:20])
    return type(node).__name__


def sketch(shingles: frozenset[int]) -> frozenset[int]:
    """The smallest hashes: a sample that is the same for the same source, and small enough to be kept."""
    return frozenset(sorted(shingles)[:_SKETCH])


def shared(own: frozenset[int], other: frozenset[int]) -> float:
    """About how much two sources have in common, from their sketches: the part of the union's sample that is in both."""
    union = sorted(own | other)[: max(len(own), len(other))]
    return sum(one in own and one in other for one in union) / len(union) if union else 0.0
