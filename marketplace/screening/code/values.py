"""What an expression may be: constants, things by name, and labels that say where its content comes from."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

MANY = "\ufffd"  # among constants: there were too many to keep
HOLE = "\ufffc"  # stands in a text for a part that is not known before the program runs
_CONSTANTS, _REFS, _LONGEST = 16, 32, 65_536

Constant = Hashable  # str (with holes), bytes, int, float, bool, None, or a tuple of such


@dataclass(frozen=True, slots=True)
class Value:
    """`refs` name things: `os.system`, `requests.Session()` for what a call gave, and with a letter what is local:
    `F:` function, `B:` bound method, `C:` class, `I:` its instances, `M:` module, `D:` container, `P:` partial call,
    `O:` opened file of code, `R:` of the package's data."""

    consts: frozenset[Constant] = frozenset()
    refs: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()

    def __or__(self, other: "Value") -> "Value":
        if self == other or other == NOTHING:
            return self
        if self == NOTHING:
            return other
        refs = self.refs | other.refs
        return Value(
            _bounded(self.consts | other.consts),
            refs if len(refs) <= _REFS else frozenset(sorted(refs)[:_REFS]),
            self.taints | other.taints,
        )

    def labelled(self, *taints: str) -> "Value":
        return Value(self.consts, self.refs, self.taints | set(taints))

    def texts(self) -> list[str]:
        """Texts and bytes that it may be, as text."""
        return [text for const in ordered(self.consts) if (text := as_text(const)) is not None]

    def known(self) -> Constant:
        """The one constant that it is. Raises LookupError if it may be another."""
        if len(self.consts) != 1:
            raise LookupError
        (const,) = self.consts
        return const


NOTHING = Value()


def constant(const: Constant, *taints: str) -> Value:
    if isinstance(const, str | bytes | tuple) and len(const) > _LONGEST:
        const = const[:_LONGEST]
    return Value(frozenset([const]), taints=frozenset(taints))


def ref(*names: str) -> Value:
    return Value(refs=frozenset(names))


def either(values: Iterable[Value]) -> Value:
    result = NOTHING
    for value in values:
        result |= value
    return result


def taints_of(values: Iterable[Value]) -> frozenset[str]:
    return frozenset().union(*(value.taints for value in values))


def ordered(consts: Collection[Constant]) -> list[Constant]:
    """In the same order each time: where only some are looked at, they must not be others in the next process."""
    return sorted(consts, key=repr) if len(consts) > 1 else [*consts]


def as_text(const: Constant) -> str | None:
    if isinstance(const, str):
        return const
    return const.decode("latin-1") if isinstance(const, bytes) else None


def _bounded(consts: frozenset[Constant]) -> frozenset[Constant]:
    return consts if len(consts) <= _CONSTANTS else crowded(consts)


def is_crowded(consts: frozenset[Constant]) -> bool:
    return len(consts) > _CONSTANTS or MANY in consts


def crowded(consts: frozenset[Constant]) -> frozenset[Constant]:
    """Of too many addresses the origin is kept, since whom a program talks to is what matters; of others nothing."""
    addresses = sorted(str(one) for const in consts if (one := _origin(const)) != HOLE)
    return frozenset([*dict.fromkeys(addresses)][: 2 * _CONSTANTS]) | {MANY}


def _origin(const: Constant) -> Constant:
    if not isinstance(const, str) or "://" not in const[:12]:
        return HOLE
    try:
        parts = urlsplit(const)
    except ValueError:
        return HOLE
    return f"{parts.scheme}://{parts.netloc}/{HOLE}"
