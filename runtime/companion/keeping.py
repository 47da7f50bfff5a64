"""What a fork-server has in memory stays shared with its copies, who would else write to every page that they read from.

CPython counts references in the object itself, unless it is one of those that are there for ever (PEP 683). Here that is said
of what a fork-server, or a template, holds anyway: no copy ever frees it, and nothing else of it changes.
"""

import ctypes
import gc
import sys
import types
from itertools import compress
from typing import Any

FOR_EVER = 0xFFFFFFFF  # the count of such an object in these versions, where a count has a word of its own
VERSIONS = ((3, 12), (3, 13))
ADDRESSES = 1 << 47  # bytes that a process may have, on 64 bits
# What has no end that somebody could wait for, as a file has, whose last reference closes it.
KINDS: "tuple[type, ...]" = (
    *(str, bytes, float, tuple, frozenset, dict, list, set, property, classmethod, staticmethod),
    *(types.CodeType, types.FunctionType, types.BuiltinFunctionType, types.CellType, types.ModuleType),
    *(types.GetSetDescriptorType, types.MemberDescriptorType, types.MethodDescriptorType),
    *(types.WrapperDescriptorType, types.ClassMethodDescriptorType, types.GenericAlias, types.UnionType),
)
HOLDERS = frozenset(
    {tuple, dict, types.CodeType}
)  # kinds of what the collector may know nothing of, though it holds others
POOL, HEAD = 1 << 14, 48  # bytes of a pool of small objects, and of what stands before the first of them
SMALL = 512  # bytes; what is larger comes from the C library
MOST_FILLED = 20_000

filled: list[Any] = []


def keep() -> None:
    """What is there is neither freed nor counted nor looked through by the collector from now on."""
    gc.collect()
    objects = gc.get_objects()
    gc.freeze()
    if counts := counts_in_memory():
        mark(objects, counts)
        del objects
        fill()
    give_back()


def counts_in_memory() -> "memoryview | None":
    """All memory as words, where the one at an object's address is its count; None where that is not known to be so."""
    known = sys.implementation.name == "cpython" and sys.version_info[:2] in VERSIONS and sys.maxsize > 1 << 32
    if not known or hasattr(sys, "gettotalrefcount"):
        return None
    words = memoryview((ctypes.c_char * ADDRESSES).from_address(0)).cast("B").cast("Q")
    probe = object()
    as_expected = words[id(None) >> 3] == FOR_EVER and words[id(probe) >> 3] == sys.getrefcount(probe) - 1
    return words if as_expected else None


def mark(objects: "list[Any]", counts: memoryview) -> None:
    """These objects, what they hold, and so on where the collector knows nothing of what holds it."""
    is_kept = {*KINDS, *(kind for kind in set(map(type, objects)) if issubclass(kind, type))}.__contains__
    while objects:
        held = gc.get_referents(*objects)
        held += [part for one in objects if type(one) is types.CodeType for part in parts(one)]
        for some in (objects, held):
            for address in set(map(id, compress(some, map(is_kept, map(type, some))))):
                if counts[address >> 3] != FOR_EVER:
                    counts[address >> 3] = FOR_EVER
        holders = {id(one): one for one in held if type(one) in HOLDERS and not gc.is_tracked(one)}
        objects = list(holders.values())


def parts(code: types.CodeType) -> "tuple[Any, ...]":
    """What it holds, which the collector is not told."""
    tables = code.co_consts, code.co_names, code.co_linetable, code.co_exceptiontable
    return (*tables, code.co_filename, code.co_name, code.co_qualname)


def fill() -> None:
    """Takes what is free between small objects, so that what a copy makes comes to pages of its own, side by side."""
    bare = sys.getsizeof(b"")
    for size in (16, 32, *range(48, SMALL + 1, 16)):
        new_pools = 0
        for _ in range(MOST_FILLED):
            one = object() if size == 16 else float(len(filled)) if size == 32 else bytes(size - bare)
            filled.append(one)
            new_pools += id(one) % POOL == HEAD
            if new_pools == 2:
                break


def give_back() -> None:
    """To the system, what is free in the C library's memory."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
