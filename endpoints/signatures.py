"""Whether a request was signed by who it says: the schemes of platforms, and HMAC in general. Pure.

github: docs.github.com "Validating webhook deliveries"; slack: api.slack.com "Verifying requests from Slack"; stripe:
docs.stripe.com "Verify webhook signatures manually"; discord: discord.com/developers "Validating security request headers".
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from endpoints.http import Headers, header
from endpoints.rules import Rules
from runtime.numerals import whole


@dataclass(frozen=True, slots=True)
class Signed:
    """What a check looks at. `secret` is the shared one; with discord it is the public key in hexadecimal."""

    headers: Headers
    body: bytes
    secret: bytes
    rules: Rules
    now: float

    def header(self, name: str) -> bytes:
        return header(self.headers, name.lower().encode())

    def mac(self, content: bytes, digest: str = "sha256") -> bytes:
        return hmac.new(self.secret, content, getattr(hashlib, digest)).digest()

    def fresh(self, stamp: bytes) -> bool:
        """Whether a time in Unix seconds is near enough to now; any is when the tolerance is 0."""
        at = whole(stamp)
        return at is not None and (not self.rules.tolerance or abs(self.now - at) <= self.rules.tolerance)


OLD = "The time that was signed is missing or too far away."
WRONG = "The signature is missing or wrong."


def equal(given: bytes, expected: bytes) -> str:
    return "" if hmac.compare_digest(given, expected) else WRONG


def github(signed: Signed) -> str:
    expected = b"sha256=" + signed.mac(signed.body).hex().encode()
    return equal(signed.header("x-hub-signature-256"), expected)


def slack(signed: Signed) -> str:
    stamp = signed.header("x-slack-request-timestamp")
    if not signed.fresh(stamp):
        return OLD
    expected = b"v0=" + signed.mac(b"v0:%b:%b" % (stamp, signed.body)).hex().encode()
    return equal(signed.header("x-slack-signature"), expected)


def stripe(signed: Signed) -> str:
    parts = [part.strip().partition(b"=") for part in signed.header("stripe-signature").split(b",")]
    stamp = next((value for key, _, value in parts if key == b"t"), b"")
    if not signed.fresh(stamp):
        return OLD
    expected = signed.mac(b"%b.%b" % (stamp, signed.body)).hex().encode()
    matches = [hmac.compare_digest(value, expected) for key, _, value in parts if key == b"v1"]
    return "" if any(matches) else WRONG


def discord(signed: Signed) -> str:
    stamp = signed.header("x-signature-timestamp")
    if not signed.fresh(stamp):
        return OLD
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.secret.decode()))
        key.verify(bytes.fromhex(signed.header("x-signature-ed25519").decode()), stamp + signed.body)
    except (ValueError, InvalidSignature):
        return WRONG
    return ""


def generic(signed: Signed) -> str:
    rules = signed.rules
    mac = signed.mac(signed.body, rules.digest)
    text = mac.hex() if rules.encoding == "hex" else base64.b64encode(mac).decode()
    return equal(signed.header(rules.header), f"{rules.prefix}{text}".encode())


CHECKS: dict[str, Callable[[Signed], str]] = {
    "github": github,
    "slack": slack,
    "stripe": stripe,
    "discord": discord,
    "hmac": generic,
}


def complaint(rules: Rules, secret: bytes, *, headers: Headers, body: bytes) -> str:
    """What is wrong with the signature that the rules ask for; "" when it is right or none is asked for."""
    check = CHECKS.get(rules.scheme)
    return check(Signed(headers, body, secret, rules, time.time())) if check else ""
