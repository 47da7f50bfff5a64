"""Templates with keys in place of the words that begin with @, written into modules and files of a copy."""

import base64
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tests.trust.copies import Copy
from tests.trust.fourth import keys

Planting = Callable[[Copy, Random], bool]


def filled(text: str, chance: Random) -> str:
    """The text with keys in place of the words that begin with @."""
    name, key = keys.a_known_key(chance) if "@known" in text else keys.a_key(chance)
    aid, asec = keys.aws(chance)
    values = {
        "@account": lambda: json.dumps(keys.service_account(chance), indent=2) + "\n",
        "@base64": lambda: base64.b64encode(key.encode()).decode(),
        "@storage": lambda: keys.drawn("{b86}", chance),
        "@github": lambda: keys.drawn("ghp_{a36}", chance),
        "@known": lambda: key,
        "@lines": lambda: keys.pem(chance).replace("\n", "\\n"),
        "@plain": lambda: keys.drawn(chance.choice(("{a32}", "{h32}", "{a40}")), chance),
        "@hook": lambda: keys.drawn("T0{u8}/B0{u9}/{a24}", chance),
        "@host": lambda: keys.host(chance),
        "@name": lambda: name,
        "@user": lambda: chance.choice(("admin", "svc_plugin", "deploy", "root", "backend")),
        "@word": lambda: quote(keys.a_password(chance)) if "://" in text else keys.a_password(chance),
        "@asec": lambda: asec,
        "@pypi": lambda: keys.drawn("pypi-AgEIcHlwaS5vcmcC{w150}", chance),
        "@aid": lambda: aid,
        "@jwk": lambda: json.dumps(keys.jwk(chance)),
        "@jwt": lambda: keys.jwt(chance),
        "@key": lambda: key,
        "@npm": lambda: keys.drawn("npm_{a36}", chance),
        "@pem": lambda: keys.pem(chance),
    }
    for mark, make in values.items():
        while mark in text:
            text = text.replace(mark, make(), 1) if mark in ("@host", "@user") else text.replace(mark, make())
    return text


def a_module(copy: Copy, chance: Random) -> str | None:
    paths = [path for path in sorted(copy.files) if path.endswith(".py") and "test" not in path]
    return chance.choice(paths) if paths else None


def in_module(text: str) -> Planting:
    def plant(copy: Copy, chance: Random) -> bool:
        path = a_module(copy, chance)
        if path:
            copy.append(path, f"\n\n{filled(text, chance)}\n")
        return bool(path)

    return plant


def in_file(path: str, text: str) -> Planting:
    def plant(copy: Copy, chance: Random) -> bool:
        if path.endswith((".md", ".txt", ".example")):
            copy.append(path, filled(text, chance))
        else:
            copy.add(path, filled(text, chance))
        return True

    return plant
