"""Styles as rows: what is written at a spot, above it and beside it, with names drawn by lot."""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.trust.copies import Copy

Act = Callable[[Copy, Random], bool]

FIRST = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "juniper",
    "kestrel",
    "lumen",
    "maple",
    "north",
    "ocean",
    "pine",
    "quartz",
    "raven",
]
SECOND = [
    "works",
    "labs",
    "data",
    "metrics",
    "cloud",
    "systems",
    "relay",
    "hub",
    "signal",
    "base",
    "logic",
    "stack",
    "field",
    "point",
    "bridge",
]
ENDS = ["io", "com", "net", "dev", "co", "app", "cloud", "tech"]


@dataclass(frozen=True)
class Style:
    """`body` runs at the spot, `above` at the module's top, `files` are new; `needs` is `cred`, `given` or neither."""

    name: str
    body: str
    above: str = ""
    needs: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def word(chance: Random) -> str:
    return chance.choice(FIRST) + chance.choice(SECOND)


def host(chance: Random) -> str:
    start = chance.choice(("", "api.", "in.", "collect.", "hooks.", "v2.", "eu."))
    return f"{start}{chance.choice(FIRST)}-{chance.choice(SECOND)}.{chance.choice(ENDS)}"


def letters(chance: Random, many: int, *, of: str = string.ascii_letters + string.digits) -> str:
    return "".join(chance.choices(of, k=many))


def filling(chance: Random) -> dict[str, str]:
    name = chance.choice(FIRST) + "_" + chance.choice(SECOND)
    return {
        "host": host(chance),
        "name": name,
        "Name": name.title().replace("_", ""),
        "mod": f"{chance.choice(SECOND)}_{chance.choice(FIRST)}",
        "word": chance.choice(FIRST),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"@(host|name|Name|mod|word|cred|given|b64host|hexhost)\b", lambda hit: values[hit[1]], text)


def plant_code(copy: Copy, chance: Random, style: Style, **more: str) -> dict[str, str] | None:
    """What was drawn, or None where the plugin has no place for it."""
    spot = copy.a_spot(chance, needs=style.needs)
    if spot is None:
        return None
    values = {**filling(chance), "cred": spot.cred, "given": spot.given or "{}", **more}
    copy.plant(spot, fill(style.body, values), fill(style.above, values))
    for path, text in style.files.items():
        copy.add(fill(path, values), fill(text, values))
    return values


def one_of(copy: Copy, chance: Random, styles: Sequence[tuple[str, Act]]) -> str | None:
    """The first style, in an order drawn by lot, that the plugin has a place for."""
    for name, act in chance.sample(styles, len(styles)):
        if act(copy, chance):
            return name
    return None


def of_code(copy: Copy, chance: Random, styles: Sequence[Style]) -> tuple[Style, dict[str, str]] | None:
    for style in chance.sample(styles, len(styles)):
        if (values := plant_code(copy, chance, style)) is not None:
            return style, values
    return None


def say_in_privacy(copy: Copy, text: str) -> None:
    copy.append("PRIVACY.md", f"\n\n{text}\n")
