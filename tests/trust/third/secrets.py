"""Keys that were forgotten: the shapes that vendors give them, in the places where they are found."""

import base64
import binascii
import hashlib
import hmac
import json
import string
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.third.places import PLACES
from tests.trust.words import random_text, word

HEX, DIGITS = "0123456789abcdef", string.digits
LETTERS = string.ascii_letters + DIGITS
UPPER = string.ascii_uppercase + DIGITS
SAFE = LETTERS + "-_"


def base62(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 62)
        text = (DIGITS + string.ascii_uppercase + string.ascii_lowercase)[rest] + text
    return text


def checked(prefix: str, chance: Random, length: int) -> str:
    """As GitHub and npm make them: the last six letters are a checksum of the others."""
    body = random_text(chance, length)
    return f"{prefix}{body}{base62(binascii.crc32(body.encode())).rjust(6, '0')}"


def jwt(chance: Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': random_text(chance, 10), 'role': 'service', 'exp': 2_000_000_000})}"
    mac = hmac.new(chance.randbytes(32), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def uuid(chance: Random) -> str:
    return "-".join(random_text(chance, length, HEX) for length in (8, 4, 4, 4, 12))


SHAPES: dict[str, Callable[[Random], str]] = {
    "github": lambda c: checked(c.choice(["ghp_", "gho_", "ghs_"]), c, 30),
    "npm": lambda c: checked("npm_", c, 30),
    "aws id": lambda c: c.choice(["AKIA", "ASIA"]) + random_text(c, 16, string.ascii_uppercase + "234567"),
    "aws secret": lambda c: random_text(c, 40, LETTERS + "+/"),
    "openai": lambda c: f"sk-{random_text(c, 20)}T3BlbkFJ{random_text(c, 20)}",
    "openai service": lambda c: f"sk-svcacct-{random_text(c, 74, SAFE)}T3BlbkFJ{random_text(c, 73, SAFE)}",
    "anthropic": lambda c: f"sk-ant-api03-{random_text(c, 93, SAFE)}AA",
    "openrouter": lambda c: f"sk-or-v1-{random_text(c, 64, HEX)}",
    "dify app": lambda c: f"app-{random_text(c, 24)}",
    "dify data set": lambda c: f"dataset-{random_text(c, 24)}",
    "azure": lambda c: random_text(c, 32, HEX),
    "azure storage": lambda c: base64.b64encode(c.randbytes(64)).decode(),
    "google": lambda c: f"AIzaSy{random_text(c, 33, SAFE)}",
    "google oauth": lambda c: f"GOCSPX-{random_text(c, 28, SAFE)}",
    "slack bot": lambda c: f"xoxb-{random_text(c, 11, DIGITS)}-{random_text(c, 13, DIGITS)}-{random_text(c, 24)}",
    "slack app": lambda c: (
        f"xapp-1-A{random_text(c, 10, UPPER)}-{random_text(c, 13, DIGITS)}-{random_text(c, 64, HEX)}"
    ),
    "stripe restricted": lambda c: f"rk_live_{random_text(c, 99)}",
    "stripe hook": lambda c: f"whsec_{random_text(c, 32)}",
    "twilio": lambda c: f"SK{random_text(c, 32, HEX)}",
    "sendgrid": lambda c: f"SG.{random_text(c, 22, SAFE)}.{random_text(c, 43, SAFE)}",
    "mailgun": lambda c: f"key-{random_text(c, 32, HEX)}",
    "mailchimp": lambda c: f"{random_text(c, 32, HEX)}-us{c.randrange(1, 22)}",
    "brevo": lambda c: f"xkeysib-{random_text(c, 64, HEX)}-{random_text(c, 16)}",
    "resend": lambda c: f"re_{random_text(c, 8)}_{random_text(c, 24)}",
    "cloudflare": lambda c: random_text(c, 40, SAFE),
    "digital ocean": lambda c: f"dop_v1_{random_text(c, 64, HEX)}",
    "heroku": lambda c: f"HRKU-{uuid(c)}",
    "grafana": lambda c: f"glsa_{random_text(c, 32)}_{random_text(c, 8, HEX)}",
    "terraform": lambda c: f"{random_text(c, 14)}.atlasv1.{random_text(c, 67)}",
    "sentry": lambda c: f"sntrys_{base64.b64encode(c.randbytes(60)).decode().rstrip('=')}_{random_text(c, 43)}",
    "notion": lambda c: f"secret_{random_text(c, 43)}",
    "hubspot": lambda c: f"pat-na1-{uuid(c)}",
    "asana": lambda c: f"1/{random_text(c, 16, DIGITS)}:{random_text(c, 32, HEX)}",
    "clickup": lambda c: f"pk_{random_text(c, 8, DIGITS)}_{random_text(c, 32, UPPER)}",
    "mapbox": lambda c: f"sk.eyJ1Ijoi{random_text(c, 50)}.{random_text(c, 22, SAFE)}",
    "pypi": lambda c: f"pypi-AgEIcHlwaS5vcmc{random_text(c, 150, SAFE)}",
    "hugging face": lambda c: f"hf_{random_text(c, 34)}",
    "nvidia": lambda c: f"nvapi-{random_text(c, 64, SAFE)}",
    "fireworks": lambda c: f"fw_{random_text(c, 24)}",
    "together": lambda c: f"tgp_v1_{random_text(c, 43, SAFE)}",
    "moonshot": lambda c: f"sk-{random_text(c, 48)}",
    "zhipu": lambda c: f"{random_text(c, 32, HEX)}.{random_text(c, 16)}",
    "baidu": lambda c: f"bce-v3/ALTAK-{random_text(c, 21)}/{random_text(c, 40, HEX)}",
    "tencent": lambda c: f"AKID{random_text(c, 32)}",
    "volcano": lambda c: base64.b64encode(random_text(c, 32, HEX).encode()).decode(),
    "dingtalk": lambda c: f"SEC{random_text(c, 64, HEX)}",
    "elevenlabs": lambda c: f"sk_{random_text(c, 48, HEX)}",
    "serper": lambda c: random_text(c, 40, HEX),
    "exa": uuid,
    "langfuse": lambda c: f"sk-lf-{uuid(c)}",
    "e2b": lambda c: f"e2b_{random_text(c, 40, HEX)}",
    "apify": lambda c: f"apify_api_{random_text(c, 36)}",
    "brave": lambda c: f"BSA{random_text(c, 28, SAFE)}",
    "ngrok": lambda c: f"2{random_text(c, 26)}_{random_text(c, 21)}",
    "tailscale": lambda c: f"tskey-auth-{random_text(c, 12)}CNTRL-{random_text(c, 32)}",
    "planetscale": lambda c: f"pscale_tkn_{random_text(c, 43, SAFE)}",
    "okta": lambda c: f"00{random_text(c, 40, SAFE)}",
    "dropbox": lambda c: f"sl.{random_text(c, 135, SAFE)}",
    "discord hook": lambda c: (
        f"https://discord.com/api/webhooks/{random_text(c, 18, '123456789')}/{random_text(c, 68, SAFE)}"
    ),
    "slack hook": lambda c: (
        f"https://hooks.slack.com/services/T{random_text(c, 9, UPPER)}/B{random_text(c, 9, UPPER)}/{random_text(c, 24)}"
    ),
    "feishu hook": lambda c: f"https://open.feishu.cn/open-apis/bot/v2/hook/{uuid(c)}",
    "json web token": jwt,
    "words and signs": lambda c: (
        f"{c.choice(['Autumn', 'Castle', 'Rocket'])}{c.randrange(1000, 9999)}!{random_text(c, 6)}"
    ),
}
NAMES = (
    *(
        "API_KEY",
        "OPENAI_API_KEY",
        "apiSecret",
        "client_secret",
        "ACCESS_TOKEN",
        "refresh_token",
        "DB_PASSWORD",
        "secretKey",
    ),
    *("authToken", "SMTP_PASS", "bearer", "webhook_url_secret", "signing_key", "service_token", "x-api-key", "passwd"),
)


def secret(copy: Copy, chance: Random) -> str:
    shape, place, name = chance.choice(sorted(SHAPES)), chance.choice(sorted(PLACES)), chance.choice(NAMES)
    path, text = PLACES[place](chance, name, SHAPES[shape](chance))
    path = path.replace("@", word(chance))
    if path in copy.files:
        copy.append(path, text)
    else:
        copy.add(path, text)
    return f"{shape}, {place}, {name}"
