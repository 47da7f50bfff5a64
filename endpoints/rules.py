"""What an endpoint asks of its callers beyond what its plugin does: limits, addresses, signature, queue."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from runtime.errors import Refused

SCHEMES = ("", "github", "slack", "stripe", "discord", "hmac")
DIGESTS = ("sha1", "sha256", "sha512")
ENCODINGS = ("hex", "base64")
CHALLENGES = ("slack", "discord")
MOST = 10**9  # requests, or seconds
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2

PATH = re.compile(r"[^\s$.\[\]]+(?:\.[^\s.\[\]]+)*")
PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")  # Ed25519, as Discord shows it

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(slots=True)
class Rules:
    """All off by default; kept as JSON on the row. `rate`: requests a minute; `burst`: how many at once; 0: any.

    `header`, `prefix`, `digest`, `encoding` belong to the generic HMAC; `tolerance`: seconds a signed time may be off. With
    `unsigned_get` GET needs no signature, since some platforms try an address out in that way.
    With `queue` requests are answered by `queue_status` and `queue_body` and delivered later, at most `attempts` times: again
    after `pause` seconds, then after twice as many each time. `unique_header` names a delivery; `order_by` says what must arrive
    in order: "*" is all, else "header:Name" or "json:path.of.a.value". With `frame_events` JSON that is streamed as events
    without their form gets it (endpoints/events.py).
    """

    rate: int = 0
    burst: int = 0
    concurrency: int = 0
    allow: list[str] = field(default_factory=list)
    scheme: str = ""
    header: str = "X-Signature"
    prefix: str = ""
    digest: str = "sha256"
    encoding: str = "hex"
    tolerance: int = 300
    unsigned_get: bool = False
    inspect: bool = True
    frame_events: bool = False
    queue: bool = False
    queue_status: int = 202
    queue_body: str = ""
    challenges: list[str] = field(default_factory=list)
    unique_header: str = ""
    order_by: str = ""
    attempts: int = 8
    pause: int = 5

    def packed(self) -> dict[str, Any]:
        return asdict(self)

    def wants_signature(self, method: str) -> bool:
        return bool(self.scheme) and not (self.unsigned_get and method == "GET")

    def networks(self) -> list[Network]:
        return networks(self.allow)


def rules(kept: dict[str, Any]) -> Rules:
    """The rules of a row; what this version does not know is passed over."""
    known = {one.name for one in fields(Rules)}
    return Rules(**{name: value for name, value in kept.items() if name in known})


def typed(given: dict[str, Any]) -> Rules:
    """Rules as a stranger gave them; raises Refused where one is unknown or of another type."""
    plain = Rules().packed()
    for name, value in given.items():
        if name not in plain or type(value) is not type(plain[name]):
            raise Refused(f"{name}: there is no such rule, or its value is of another type")
    if any(not isinstance(one, str) for name in ("allow", "challenges") for one in given.get(name, ())):
        raise Refused("allow and challenges are lists of texts")
    return rules(given)


def checked(given: Rules, *, secret: str) -> Rules:
    """The same rules; raises Refused with what is wrong with them, or with the secret that signatures are checked with."""
    if given.scheme not in SCHEMES:
        raise Refused(f"{given.scheme!r} is no signature scheme; there are {', '.join(SCHEMES[1:])}")
    if given.scheme and not secret:
        raise Refused("A signature cannot be checked without its secret.")
    if given.scheme == "discord" and not PUBLIC_KEY.fullmatch(secret):
        raise Refused(
            "The signing secret is not Discord's public key, which has 64 digits and letters from a to f. "
            "Copy it from the application's page there, General Information."
        )
    if given.digest not in DIGESTS or given.encoding not in ENCODINGS:
        raise Refused("The digest is one of sha1, sha256, sha512, and the encoding is hex or base64.")
    limits = (given.rate, given.burst, given.concurrency, given.tolerance)
    if min(limits) < 0 or max(limits) > MOST:
        raise Refused(f"Limits are from 0 to {MOST:,}.")
    if not all(HEADER.fullmatch(name) for name in (given.header, given.unique_header) if name):
        raise Refused("The name of a header has letters, digits and -, such as X-GitHub-Delivery.")
    networks(given.allow)
    if not 200 <= given.queue_status <= 299 or not 1 <= given.attempts <= 100 or not 1 <= given.pause <= 3600:
        raise Refused(
            "What is accepted is answered with 200 to 299, tried 1 to 100 times, and again after 1 to 3600 seconds."
        )
    if any("\0" in text for text in (given.prefix, given.queue_body, given.order_by)):
        raise Refused("A text has a NUL character in it. Take it out.")
    if set(given.challenges) - set(CHALLENGES):
        raise Refused(f"Challenges are {', '.join(CHALLENGES)}.")
    if given.order_by and not is_order(given.order_by):
        raise Refused(
            "The order (order_by) is “*”, “header:X-Name” or “json:path.of.a.value”, without blanks, $ or []."
        )
    return given


def is_order(order_by: str) -> bool:
    """Whether it can name anything: what is written as elsewhere would order nothing, and nobody would notice."""
    kind, _, name = order_by.partition(":")
    if kind == "header":
        return bool(HEADER.fullmatch(name))
    return bool(PATH.fullmatch(name)) if kind == "json" else order_by == "*"


def networks(texts: Sequence[str]) -> list[Network]:
    """Addresses and networks such as 192.0.2.0/24; raises Refused."""
    try:
        return [ipaddress.ip_network(text.strip(), strict=False) for text in texts if text.strip()]
    except ValueError as error:
        raise Refused(f"The list of addresses cannot be read: {error}") from None
