"""What is asked of callers before the plugin is: signatures, rates, addresses; and secrets out of what is shown."""

import base64
import hashlib
import hmac
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from endpoints import addresses, masking, signatures
from endpoints.door import status_of
from endpoints.errors import Turned
from endpoints.gates import Gate
from endpoints.http import Arrived, Headers
from endpoints.queueing import key_of
from endpoints.rules import Rules, checked, networks, rules
from runtime.door import AsgiVisit
from runtime.errors import PluginNotFound, Refused, Unavailable
from runtime.recalls import Recalled

BODY = b'{"a": 1}'
SECRET = b"shared"


def mac(content: bytes, digest: str = "sha256") -> str:
    return hmac.new(SECRET, content, digest).hexdigest()


def complaint(scheme: str, headers: dict[str, str], *, body: bytes = BODY, **more: Any) -> str:
    asked = rules({"scheme": scheme, **more})
    given: Headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return signatures.complaint(asked, SECRET, headers=given, body=body)


def signed(scheme: str, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    match scheme:
        case "github":
            return {"X-Hub-Signature-256": f"sha256={mac(BODY)}"}
        case "slack":
            signature = mac(b"v0:%b:%b" % (stamp.encode(), BODY))
            return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
        case "stripe":
            return {"Stripe-Signature": f"t={stamp},v1={'0' * 64},v1={mac(stamp.encode() + b'.' + BODY)},v0=x"}
    return {"X-Signature": mac(BODY)}


def test_the_example_of_github() -> None:
    """From "Validating webhook deliveries": secret, payload and signature."""
    asked = Rules(scheme="github")
    signature = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = [(b"x-hub-signature-256", signature)]
    assert signatures.complaint(asked, b"It's a Secret to Everybody", headers=headers, body=b"Hello, World!") == ""


def test_the_example_of_slack() -> None:
    """From "Verifying requests from Slack"; its time is long ago."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&"
        b"user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d"
        b"10d2c447fce8b6703c"
    )
    signature = b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    headers = [(b"x-slack-request-timestamp", b"1531420618"), (b"x-slack-signature", signature)]
    secret = b"8f742231b10e8888abcd99yyyzzz85a5"
    assert signatures.complaint(Rules(scheme="slack", tolerance=0), secret, headers=headers, body=body) == ""
    assert signatures.complaint(Rules(scheme="slack"), secret, headers=headers, body=body) == signatures.OLD


@pytest.mark.parametrize("scheme", ["github", "slack", "stripe", "hmac"])
def test_right_and_wrong_signatures(scheme: str) -> None:
    assert complaint(scheme, signed(scheme)) == ""
    assert complaint(scheme, signed(scheme), body=BODY + b" ") == signatures.WRONG
    assert complaint(scheme, {}) != ""
    assert complaint(scheme, {name: f"{value} \t" for name, value in signed(scheme).items()}) == ""


@pytest.mark.parametrize("scheme", ["slack", "stripe"])
def test_signatures_do_not_last(scheme: str) -> None:
    assert complaint(scheme, signed(scheme, time.time() - 301)) == signatures.OLD
    assert complaint(scheme, signed(scheme, time.time() + 310)) == signatures.OLD
    assert complaint(scheme, signed(scheme, time.time() - 301), tolerance=600) == ""


def test_discord() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex().encode()
    stamp = str(int(time.time())).encode()
    headers = [(b"x-signature-timestamp", stamp), (b"x-signature-ed25519", key.sign(stamp + BODY).hex().encode())]
    asked = Rules(scheme="discord")
    assert signatures.complaint(asked, public, headers=headers, body=BODY) == ""
    assert signatures.complaint(asked, public, headers=headers, body=b"other") == signatures.WRONG
    assert signatures.complaint(asked, b"no key", headers=headers, body=BODY) == signatures.WRONG
    garbage = [(b"x-signature-timestamp", stamp), (b"x-signature-ed25519", b"\xff\xfe")]
    assert signatures.complaint(asked, public, headers=garbage, body=BODY) == signatures.WRONG


def test_any_hmac() -> None:
    asked: dict[str, Any] = {"header": "X-Own", "prefix": "sha512=", "digest": "sha512"}
    assert complaint("hmac", {"X-Own": f"sha512={mac(BODY, 'sha512')}"}, **asked) == ""
    digest = hmac.new(SECRET, BODY, hashlib.sha1).digest()
    assert (
        complaint("hmac", {"X-S": base64.b64encode(digest).decode()}, header="X-S", digest="sha1", encoding="base64")
        == ""
    )


async def test_a_rate_fills_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("endpoints.gates.time.monotonic", lambda: now)
    gate, asked = Gate(), Rules(rate=60, burst=2)
    await gate.spend(asked)
    await gate.spend(asked)
    with pytest.raises(Turned) as turned:
        await gate.spend(asked)
    assert (turned.value.status, turned.value.retry_after) == (429, 1)
    now += 1
    await gate.spend(asked)
    with pytest.raises(Turned):
        await gate.spend(asked)


def test_open_calls_are_counted() -> None:
    gate, asked = Gate(), Rules(concurrency=1)
    gate.enter(asked)
    with pytest.raises(Turned) as turned:
        gate.enter(asked)
    assert turned.value.status == 429
    gate.leave()
    gate.enter(asked)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.7", True),
        ("192.0.3.7", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::5", True),
        ("", False),
        ("x", False),
    ],
)
def test_networks(address: str, inside: bool) -> None:
    assert addresses.within(address, networks(["192.0.2.0/24", "2001:db8::/32"])) is inside


def seen_from(client: str, headers: Headers, scheme: str = "http") -> tuple[str, bytes, str]:
    """Client, host and scheme of a caller at the other end of a connection from there."""
    scope = {"method": "GET", "path": "/", "headers": headers, "client": (client, 1), "scheme": scheme}
    return addresses.road(AsgiVisit(scope, None, None))  # type: ignore[arg-type] # nothing is read or sent


def test_whose_word_counts(settings) -> None:
    headers = [(b"host", b"inner"), (b"x-forwarded-for", b"6.6.6.6, 203.0.113.9"), (b"x-forwarded-proto", b"https")]
    settings.ENDPOINT_TRUSTED_PROXIES, settings.SECURE_PROXY_SSL_HEADER = [], None
    assert seen_from("10.0.0.1", headers) == ("10.0.0.1", b"inner", "http")
    settings.ENDPOINT_TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert seen_from("10.0.0.1", headers) == ("203.0.113.9", b"inner", "https")
    assert seen_from("11.0.0.1", headers) == ("11.0.0.1", b"inner", "http")
    settings.ENDPOINT_TRUSTED_PROXIES, settings.SECURE_PROXY_SSL_HEADER = [], ("HTTP_X_FORWARDED_PROTO", "https")
    assert seen_from("10.0.0.1", headers) == ("203.0.113.9", b"inner", "https")
    assert seen_from("10.0.0.1", [(b"x-forwarded-for", b"nonsense"), (b"host", b"h")])[0] == "10.0.0.1"


@pytest.mark.parametrize(
    ("said", "client"),
    [
        *((b"192.0.2.1:4711", "192.0.2.1"), (b"[2001:db8::1]:4711", "2001:db8::1"), (b"[2001:db8::1]", "2001:db8::1")),
        *((b"2001:db8::1", "2001:db8::1"), (b"6.6.6.6, 192.0.2.1:4711, 10.0.0.9:80", "192.0.2.1")),
        *((b"::ffff:192.0.2.1", "::ffff:192.0.2.1"), (b"192.0.2.1:x", "10.0.0.1"), (b"[192.0.2.1", "10.0.0.1")),
        *((b"fe80::1%eth0", "10.0.0.1"), (b"unknown", "10.0.0.1"), (b"6.6.6.6, unknown", "10.0.0.1")),
    ],
)
def test_proxies_that_tell_ports(settings, said: bytes, client: str) -> None:
    settings.ENDPOINT_TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert seen_from("10.0.0.1", [(b"host", b"h"), (b"x-forwarded-for", said)])[0] == client


@pytest.mark.parametrize(
    "given",
    [
        *(Rules(scheme="odd"), Rules(scheme="github"), Rules(digest="md5"), Rules(allow=["300.0.0.1"])),
        *(Rules(rate=-1), Rules(rate=10**30), Rules(attempts=0), Rules(attempts=10**30), Rules(pause=10**30)),
        *(Rules(queue_body="a\0"), Rules(order_by="*\0"), Rules(unique_header="X Order"), Rules(header="a\nb")),
    ],
)
def test_rules_that_make_no_sense(given: Rules) -> None:
    with pytest.raises(Refused):
        checked(given, secret="")


def test_rules_of_another_version_are_passed_over() -> None:
    assert rules({"rate": 3, "from_the_future": 1}).rate == 3


def test_what_looks_secret_is_masked() -> None:
    headers = [
        (b"authorization", b"Bearer abc"),
        (b"x-api-key", b"k"),
        (b"x-shopify-hmac-sha256", b"h"),
        (b"cookie", b"a=1"),
        (b"x-plain", b"has known-value"),
    ]
    shown = dict(masking.masked_headers(headers, ["known-value"]))
    assert shown == {
        "authorization": masking.MASK,
        "x-api-key": masking.MASK,
        "x-shopify-hmac-sha256": masking.MASK,
        "cookie": masking.MASK,
        "x-plain": f"has {masking.MASK}",
    }
    assert masking.masked_target(b"/x?a=1&access_token=abc&b=2", ()) == f"/x?a=1&access_token={masking.MASK}&b=2"
    body = masking.masked_body(b'{"user": "ada", "password": "p\\"w", "api_key": 12, "deep": {"token":"t"}}', ())
    assert (
        body
        == f'{{"user": "ada", "password": "{masking.MASK}", "api_key": "{masking.MASK}", "deep": {{"token":"{masking.MASK}"}}}}'
    )
    assert masking.masked_body(b"a=1&client_secret=abc&b=2", ()) == f"a=1&client_secret={masking.MASK}&b=2"
    assert masking.masked_body(b"\x00\x01\x02", ()) == "(3 bytes that are not text)"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"max_tokens": 64, "token": 64, "author": "Ada"}', '{"max_tokens": 64, "token": "MASK", "author": "Ada"}'),
        (b'{"total_tokens": "64", "authorization": "x"}', '{"total_tokens": "MASK", "authorization": "MASK"}'),
        (
            b"payload=%7B%22type%22%3A%22block%22%2C+%22token%22+%3A+%22ab%5C%22c%2Fd%22%2C%22n%22%3A1%7D&a=1",
            "payload=%7B%22type%22%3A%22block%22%2C+%22token%22+%3A+MASK%2C%22n%22%3A1%7D&a=1",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="token"\r\nContent-Type: text/plain\r\n\r\nab\r\nc\r\n--b\r\n'
            b'Content-Disposition: form-data; name="subject"\r\n\r\nhello\r\n--b--\r\n',
            '--b\r\nContent-Disposition: form-data; name="token"\r\nContent-Type: text/plain\r\n\r\nMASK\r\n--b\r\n'
            'Content-Disposition: form-data; name="subject"\r\n\r\nhello\r\n--b--\r\n',
        ),
    ],
    ids=["numbers", "texts", "JSON in a form", "parts"],
)
def test_what_is_secret_in_bodies_of_all_kinds(body: bytes, shown: str) -> None:
    assert masking.masked_body(body, ()) == shown.replace("MASK", masking.MASK)


def test_a_question_mark_in_a_name_hides_nothing() -> None:
    assert masking.masked_target(b"/x?a?token=abc&b=2", ()) == f"/x?a?token={masking.MASK}&b=2"
    assert masking.masked_target(b"/token?b=2", ()) == "/token?b=2"


@pytest.mark.parametrize(
    "text",
    [
        b"auth" * 16_000,
        b"?" * 64_000,
        b"&auth" * 12_000,
        b'"auth' * 12_000,
        b'"' * 64_000,
        b'name="auth" ' * 5_000,
        b"%22auth" * 9_000,
        b"%22auth%22%3A%22%5C" * 3_000,
    ],
)
def test_whatever_strangers_send_is_masked_at_once(text: bytes) -> None:
    """A head may have 64 KiB; what took a time that grows with the square of that held up the whole process."""
    began = time.process_time()
    masking.masked_target(b"/?" + text, ())
    masking.masked_body(b'{"' + text, ())
    masking.masked_body(text, ())
    assert time.process_time() - began < 2


@pytest.mark.parametrize("scheme", ["slack", "stripe"])
@pytest.mark.parametrize("stamp", ["9" * 5000, "", "-1", "1e3"])
def test_times_that_are_none(scheme: str, stamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": stamp, "Stripe-Signature": f"t={stamp},v1=0"}
    assert complaint(scheme, headers, tolerance=0) == signatures.OLD


def test_an_order_by_what_no_database_keeps() -> None:
    arrived = Arrived("POST", b"/", [], b'{"chat": "a\\u0000b"}', "192.0.2.1", b"a.test", "https")
    assert key_of("json:chat", arrived) == "ab"


def test_a_sender_is_never_told_that_a_fault_is_fine() -> None:
    """Dify's client wants 200 with some faults; a platform would take its event for delivered."""
    assert status_of(Recalled("It was recalled.")) == 503
    assert status_of(Unavailable("soon")) == 503
    assert status_of(PluginNotFound("gone")) == 404
