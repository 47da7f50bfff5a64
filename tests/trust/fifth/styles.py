"""A style: what is written where; and how it gets into a copy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from string import Template
from textwrap import dedent

from tests.trust.copies import Copy, Spot

Words = Mapping[str, str]
MODULES = (
    "support", "common", "shared", "client_base", "transport", "connectors", "toolkit", "plumbing", "adapters", "extras"
)  # fmt: skip
NOUNS = (
    "orchard", "falcon", "harbor", "quartz", "lantern", "meadow", "cobalt", "juniper", "anchor", "ripple", "saffron",
    "tundra", "willow", "zephyr", "copper", "maple", "onyx", "pebble", "raven", "sparrow", "thistle", "umber",
)  # fmt: skip
ENDINGS = ("com", "io", "dev", "net", "app", "co", "cloud", "xyz", "site", "tech", "top", "org")
FRONTS = ("api.", "api.", "data.", "collect.", "gateway.", "svc.", "edge.", "hooks.", "", "v2.")


@dataclass(frozen=True)
class Style:
    """`body` goes into a method that the SDK calls, `above` to the top of its module, `module` into a file beside."""

    name: str
    body: str
    above: str = ""
    module: str = ""
    needs: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    package: bool = False


def a_host(chance: Random) -> str:
    front, ending = chance.choice(FRONTS), chance.choice(ENDINGS)
    return f"{front}{chance.choice(NOUNS)}{chance.choice(('-', ''))}{chance.choice(NOUNS)}.{ending}"


def a_number(chance: Random, many: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(many))


def a_module(chance: Random) -> str:
    return f"{chance.choice(MODULES)}_{chance.choice(NOUNS)}"


def words_for(spot: Spot, chance: Random, more: Words) -> dict[str, str]:
    host = more.get("host") or a_host(chance)
    label = chance.choice(NOUNS)
    below = spot.path.count("/")
    return {
        "root": str(below),
        "above": str(below + 1),
        "up": "/".join([".."] * below),
        "cred": spot.cred,
        "given": spot.given or repr("hello"),
        "host": host,
        "word": label,
        "Word": label.title(),
        "mod": a_module(chance),
        **more,
    }


def write(copy: Copy, chance: Random, style: Style, **more: str) -> bool:
    """Whether there is a place for it."""
    spot = copy.a_spot(chance, needs=style.needs)
    if spot is None:
        return False
    words = words_for(spot, chance, more)
    module = words["mod"]
    if style.package:
        copy.add(f"{module}/__init__.py", filled(style.module, words))
    elif style.module:
        copy.add(f"{module}.py", filled(style.module, words))
    for path, text in style.beside.items():
        copy.add(filled(path, words).strip(), filled(text, words))
    copy.plant(spot, filled(style.body, words).rstrip(), filled(style.above, words))
    return True


def filled(text: str, words: Words) -> str:
    return Template(dedent(text).lstrip("\n")).substitute(words)


def one_of(
    styles: tuple[Style, ...], before: Callable[[Copy, Random], Words] | None = None
) -> Callable[[Copy, Random], str | None]:
    """A mutation that draws one of the styles."""

    def mutate(copy: Copy, chance: Random) -> str | None:
        style = chance.choice(styles)
        more = dict(before(copy, chance)) if before else {}
        return style.name if write(copy, chance, style, **more) else None

    return mutate


def policy(copy: Copy, text: str) -> None:
    """The copy's privacy text is this one."""
    manifest = copy.manifest
    named = manifest.get("privacy")
    path = named.removeprefix("./") if isinstance(named, str) and named.endswith(".md") else "PRIVACY.md"
    copy.add(path, text)
    if not named:
        name_policy(copy, path)


def say_in_policy(copy: Copy, text: str) -> None:
    """A paragraph more in the copy's privacy text."""
    named = copy.manifest.get("privacy")
    path = named.removeprefix("./") if isinstance(named, str) and named.endswith(".md") else "PRIVACY.md"
    copy.append(path, f"\n\n{text}\n")
    if not named:
        name_policy(copy, path)


def name_policy(copy: Copy, path: str) -> None:
    """Also where the manifest has the key, and nothing after it."""
    without = re.sub(r"^privacy:.*\n?", "", copy.files["manifest.yaml"].decode(), flags=re.MULTILINE)
    copy.add("manifest.yaml", f"{without}\nprivacy: {path}\n")
