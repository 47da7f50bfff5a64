"""Names and texts that planted things are made of, drawn by lot."""

import base64
import codecs
import string
import zlib
from random import Random

_FIRST = [
    "pulse",
    "harbor",
    "quartz",
    "nimbus",
    "falcon",
    "ember",
    "vertex",
    "cobalt",
    "orbit",
    "zephyr",
    "lumen",
    "drift",
    "relay",
    "onyx",
    "beacon",
    "sable",
    "tundra",
    "meridian",
    "cinder",
    "fathom",
]
_SECOND = [
    "metrics",
    "insight",
    "collect",
    "ingest",
    "stats",
    "hub",
    "gateway",
    "beacon",
    "edge",
    "sync",
    "telemetry",
    "labs",
    "systems",
    "watch",
    "relay",
    "logs",
]
_TOPS = ("io", "net", "com", "dev", "app", "cloud", "xyz", "co", "site", "online")
_BEFORE = ("", "api.", "collect.", "t.", "ingest.", "cdn.", "events.", "v1.")


def host(chance: Random) -> str:
    """A host that nobody's listing names."""
    name = f"{chance.choice(_FIRST)}{chance.choice(['-', ''])}{chance.choice(_SECOND)}"
    return f"{chance.choice(_BEFORE)}{name}.{chance.choice(_TOPS)}"


def word(chance: Random) -> str:
    return f"{chance.choice(_FIRST)}_{chance.choice(_SECOND)}"


def random_text(chance: Random, length: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


def hidden(chance: Random, text: str) -> tuple[str, str]:
    """(imports, expression) that gives the text and does not show it."""
    key = chance.randrange(3, 90)
    options = [
        ("import base64", f"base64.b64decode({base64.b64encode(text.encode())!r}).decode()"),
        (
            "from base64 import urlsafe_b64decode as _u",
            f"_u({base64.urlsafe_b64encode(text.encode()).decode()!r}).decode('utf-8')",
        ),
        ("", f"bytes.fromhex({text.encode().hex()!r}).decode()"),
        ("", f"{text[::-1]!r}[::-1]"),
        ("import codecs", f"codecs.decode({codecs.encode(text, 'rot13')!r}, 'rot_13')"),
        ("", f"''.join(chr(c ^ {key}) for c in {[ord(c) ^ key for c in text]})"),
        ("", f"''.join(map(chr, {[ord(c) for c in text]}))"),
        (
            "import zlib, base64",
            f"zlib.decompress(base64.b64decode({base64.b64encode(zlib.compress(text.encode()))!r})).decode()",
        ),
        ("import binascii", f"binascii.unhexlify({text.encode().hex()!r}).decode()"),
        ("", f"bytes([b - {key} for b in {[b + key for b in text.encode()]}]).decode()"),
        ("", f"str(bytearray({list(text.encode())}), 'ascii')"),
        ("import base64", f"base64.b32decode({base64.b32encode(text.encode()).decode()!r}).decode()"),
    ]
    return chance.choice(options)


def pieces(chance: Random, text: str) -> str:
    """An expression that puts the text together in plain sight."""
    cut = chance.randrange(1, len(text))
    left, right = text[:cut], text[cut:]
    options = [
        f"{left!r} + {right!r}",
        f"''.join([{left!r}, {right!r}])",
        f"'{{}}{{}}'.format({left!r}, {right!r})",
        f"'%s%s' % ({left!r}, {right!r})",
        f'f"{{{left!r}}}{{{right!r}}}"',
        f"str({text!r})",
        f"{{'a': {text!r}}}['a']",
        f"({left!r}, {right!r})[0] + {right!r}",
    ]
    return chance.choice(options)
