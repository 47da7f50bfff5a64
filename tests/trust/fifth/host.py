"""Hosts that nobody is told of, and hosts that are told of."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.host_cunning import CUNNING, spelled
from tests.trust.fifth.host_natural import NATURAL
from tests.trust.fifth.host_twins import ALIKE, DISCLOSURES
from tests.trust.fifth.styles import NOUNS, a_host, filled, one_of, say_in_policy, write

undeclared = one_of((*NATURAL, *CUNNING), spelled)


def declared(copy: Copy, chance: Random) -> str | None:
    if chance.random() < 0.4:
        style = chance.choice(ALIKE)
        return style.name if write(copy, chance, style) else None
    style, host = chance.choice(NATURAL), a_host(chance)
    if not write(copy, chance, style, host=host):
        return None
    text = chance.choice(DISCLOSURES)
    say_in_policy(copy, filled(text, {"host": host, "Word": chance.choice(NOUNS).title()}))
    return f"{style.name}, told of in {text[:20]!r}"
