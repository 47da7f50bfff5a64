"""Styles as texts in sections, and how one is written into a copy of a plugin.

A style begins with `=== title`, after a bar what it needs. What follows stands at the spot; `>> top` begins what stands at the
module's top, `>> member` what stands in the class, `>> file PATH` a new file, `>> data NAME` one beside
the module and `>> append PATH` the end of one.
"""

import ast
import base64
import codecs
import marshal
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from textwrap import indent

from tests.trust.copies import Copy, Spot
from tests.trust.words import host, word

WRITTEN = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "b32": lambda text: base64.b32encode(text.encode()).decode(),
    "b85": lambda text: base64.b85encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot": lambda text: codecs.encode(text, "rot13"),
    "rev": lambda text: text[::-1],
    "zip": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "code": lambda text: base64.b64encode(marshal.dumps(compile(text, "<x>", "exec"))).decode(),
    "ints": lambda text: str([ord(one) for one in text]),
    "xor": lambda text: str([ord(one) ^ 42 for one in text]),
    "up": lambda text: str([ord(one) + 3 for one in text]),
    "esc": lambda text: "".join(f"\\x{ord(one):02x}" for one in text),
}
JUDGES = (
    "evil.example.com",
    "attacker.example.net",
    "exfil.attacker-server.com",
    "collector.evil-analytics.io",
    "data-harvest.xyz",
    "telemetry.unlisted-vendor.com",
    "c2.badactor.ru",
    "stats.tracker-cdn.net",
    "malicious-site.com",
    "collect.exfiltrate.invalid",
    "undeclared-host.test",
    "webhook.site",
    "eo4x9f2k1.oastify.com",
    "198.51.100.23",
    "45.77.12.9:8080",
)


@dataclass(frozen=True)
class Style:
    title: str
    needs: str
    parts: tuple[tuple[str, str], ...]


def styles(text: str) -> tuple[Style, ...]:
    return tuple(_style(one) for one in re.split(r"^=== ", text, flags=re.M) if one.strip())


def _style(text: str) -> Style:
    head, _, rest = text.partition("\n")
    title, _, needs = head.partition(" | ")
    first, *others = re.split(r"^>> ", rest, flags=re.M)
    parts = [("here", first.strip("\n"))]
    for one in others:
        name, _, body = one.partition("\n")
        parts.append((name.strip(), body.strip("\n")))
    return Style(title.strip(), needs.strip(), tuple(parts))


def a_host(chance: Random) -> str:
    return chance.choice(JUDGES) if chance.random() < 0.4 else host(chance)


def words_of(spot: Spot, chance: Random, where: str) -> dict[str, str]:
    name = word(chance)
    return {
        "host": where,
        "root": "/" + "root",
        "cred": spot.cred or "{}",
        "given": spot.given or "{'event': 'call'}",
        "name": name,
        "Name": name.title().replace("_", ""),
    }


def filled(text: str, words: Mapping[str, str]) -> str:
    for key, value in words.items():
        text = text.replace(f"<{key}>", value)
    return re.sub(r"<(\w+):([^>]*)>", lambda one: WRITTEN[one[1]](one[2].replace("\\n", "\n")), text)


def write(copy: Copy, spot: Spot, style: Style, words: Mapping[str, str]) -> str:
    """Gives the style's title."""
    texts: dict[str, str] = {}
    for part, text in style.parts:
        kind, _, path = part.partition(" ")
        if kind == "file":
            copy.add(filled(path, words), filled(text, words) + "\n")
        elif kind == "data":
            copy.add(f"{spot.path.rpartition('/')[0]}/{filled(path, words)}".lstrip("/"), filled(text, words) + "\n")
        elif kind == "append":
            copy.append(path, "\n" + filled(text, words) + "\n")
        else:
            texts[kind] = filled(text, words)
    if "member" in texts:
        spot = replace(spot, line=spot.line + _into_class(copy, spot, texts["member"]))
    if texts["here"] or "top" in texts:
        copy.plant(spot, texts["here"] or "pass", texts.get("top", ""))
    return style.title


def _into_class(copy: Copy, spot: Spot, text: str) -> int:
    """Gives by how many lines the method has moved."""
    lines = copy.files[spot.path].decode().splitlines()
    method = next(
        node
        for node in ast.walk(ast.parse(copy.files[spot.path]))
        if isinstance(node, ast.FunctionDef) and node.lineno <= spot.line + 1 <= (node.end_lineno or 0)
    )
    added = [*indent(text, " " * method.col_offset).splitlines(), ""]
    lines[method.lineno - 1 : method.lineno - 1] = added
    copy.files[spot.path] = ("\n".join(lines) + "\n").encode()
    return len(added)
