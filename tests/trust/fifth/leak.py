"""Credentials that go to somebody else, and credentials that go where they belong."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.leak_cunning import CUNNING
from tests.trust.fifth.leak_natural import NATURAL
from tests.trust.fifth.leak_twins import KEPT, OWN, TOLD
from tests.trust.fifth.styles import Words, a_host, a_number, filled, one_of, say_in_policy, write

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def places(copy: Copy, chance: Random) -> Words:
    return {"number": a_number(chance, 8), "letters": "".join(chance.choice(LETTERS) for _ in range(32))}


leaking = one_of((*NATURAL, *NATURAL, *CUNNING, *CUNNING), places)


def keeping(copy: Copy, chance: Random) -> str | None:
    if chance.random() < 0.5:
        style = chance.choice(KEPT)
        return style.name if write(copy, chance, style) else None
    style, host = chance.choice(OWN), a_host(chance)
    if not write(copy, chance, style, host=host):
        return None
    text = chance.choice(TOLD)
    say_in_policy(copy, filled(text, {"host": host}))
    return f"{style.name}, told of in {text[:20]!r}"
