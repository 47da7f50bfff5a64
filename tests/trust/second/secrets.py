"""Secrets of many makers in many kinds of files."""

import base64
import json
import string
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.words import host, random_text, word

HEX, LOWER, DIGITS = "0123456789abcdef", string.ascii_lowercase, string.digits
MIXED = string.ascii_letters + string.digits
SAFE = MIXED + "-_"


def uuid(chance: Random) -> str:
    return "-".join(random_text(chance, size, HEX) for size in (8, 4, 4, 4, 12))


# What a maker's keys look like: shape → text. The names say whose.
SHAPES: dict[str, Callable[[Random], str]] = {
    "azure storage": lambda c: (
        f"DefaultEndpointsProtocol=https;AccountName=app{random_text(c, 5, LOWER)};AccountKey={random_text(c, 86, MIXED)}==;EndpointSuffix=core.windows.net"
    ),
    "digitalocean": lambda c: f"dop_v1_{random_text(c, 64, HEX)}",
    "mailchimp": lambda c: f"{random_text(c, 32, HEX)}-us{c.randrange(1, 21)}",
    "shopify": lambda c: f"shpat_{random_text(c, 32, HEX)}",
    "square": lambda c: f"sq0csp-{random_text(c, 43, SAFE)}",
    "notion": lambda c: f"ntn_{random_text(c, 46)}",
    "linear": lambda c: f"lin_api_{random_text(c, 40)}",
    "airtable": lambda c: f"pat{random_text(c, 14)}.{random_text(c, 64, HEX)}",
    "figma": lambda c: f"figd_{random_text(c, 40, SAFE)}",
    "doppler": lambda c: f"dp.pt.{random_text(c, 43)}",
    "postman": lambda c: f"PMAK-{random_text(c, 24, HEX)}-{random_text(c, 34, HEX)}",
    "databricks": lambda c: f"dapi{random_text(c, 32, HEX)}",
    "new relic": lambda c: f"NRAK-{random_text(c, 27, string.ascii_uppercase + DIGITS)}",
    "facebook": lambda c: f"EAAC{random_text(c, 160)}",
    "pinecone": lambda c: f"pcsk_{random_text(c, 5)}_{random_text(c, 63)}",
    "groq": lambda c: f"gsk_{random_text(c, 52)}",
    "perplexity": lambda c: f"pplx-{random_text(c, 48)}",
    "replicate": lambda c: f"r8_{random_text(c, 37)}",
    "deepseek": lambda c: f"sk-{random_text(c, 32, HEX)}",
    "tencent": lambda c: f"AKID{random_text(c, 32)}",
    "alibaba": lambda c: f"LTAI5t{random_text(c, 18)}",
    "firecrawl": lambda c: f"fc-{random_text(c, 32, HEX)}",
    "tavily": lambda c: f"tvly-{random_text(c, 32)}",
    "jina": lambda c: f"jina_{random_text(c, 60)}",
    "voyage": lambda c: f"pa-{random_text(c, 43, SAFE)}",
    "xai": lambda c: f"xai-{random_text(c, 80)}",
    "langsmith": lambda c: f"lsv2_pt_{random_text(c, 32, HEX)}_{random_text(c, 10, HEX)}",
    "supabase": lambda c: f"sbp_{random_text(c, 40, HEX)}",
    "atlassian": lambda c: f"ATATT3xFfGF0{random_text(c, 170, SAFE)}=",
    "docker hub": lambda c: f"dckr_pat_{random_text(c, 27, SAFE)}",
    "vault": lambda c: f"hvs.{random_text(c, 90, SAFE)}",
    "age": lambda c: f"AGE-SECRET-KEY-1{random_text(c, 58, '023456789ACDEFGHJKLMNPQRSTUVWXYZ')}",
    "discord bot": lambda c: f"MT{random_text(c, 24)}.{random_text(c, 6)}.{random_text(c, 38, SAFE)}",
    "telegram": lambda c: f"{random_text(c, 10, '123456789')}:AA{random_text(c, 33, SAFE)}",
    "github fine": lambda c: f"github_pat_{random_text(c, 22)}_{random_text(c, 59)}",
    "gitlab": lambda c: f"glpat-{random_text(c, 20, SAFE)}",
    "npm": lambda c: f"npm_{random_text(c, 36)}",
    "hugging face": lambda c: f"hf_{random_text(c, 34, string.ascii_letters)}",
    "uuid": uuid,
    "hex 40": lambda c: random_text(c, 40, HEX),
    "hex 64": lambda c: random_text(c, 64, HEX),
    "base64": lambda c: base64.b64encode(c.randbytes(32)).decode(),
    "mixed 24": lambda c: random_text(c, 24),
    "mixed 48": lambda c: random_text(c, 48, SAFE),
    "password": lambda c: f"{random_text(c, 5)}!{random_text(c, 4)}#{random_text(c, 5)}",
}
NAMES = (
    *(
        "api_key",
        "apiKey",
        "API_SECRET",
        "client_secret",
        "access_token",
        "refreshToken",
        "password",
        "DB_PASS",
        "secret_key",
    ),
    *(
        "auth_token",
        "private_key",
        "webhook_secret",
        "signing_secret",
        "app_secret",
        "bearer_token",
        "X-API-Key",
        "service_key",
    ),
)


def secret(copy: Copy, chance: Random) -> str:
    shape, name = chance.choice(sorted(SHAPES)), chance.choice(NAMES)
    place = chance.choice(sorted(PLACES))
    path, text = PLACES[place](chance, name, SHAPES[shape](chance))
    if path.endswith("README.md"):
        copy.append(path, text)
    else:
        copy.add(path.replace("@", word(chance)), text)
    return f"{shape}, {place}"


def bare(name: str) -> str:
    return name.replace("-", "_")


PLACES: dict[str, Callable[[Random, str, str], tuple[str, str]]] = {
    "python": lambda c, n, v: ("@.py", f"{bare(n)} = {v!r}\n"),
    "python default": lambda c, n, v: ("@.py", f"def connect(host, {bare(n)}={v!r}):\n    return host\n"),
    "python keyword": lambda c, n, v: (
        "@.py",
        f"import requests\n\nclient = requests.Session()\nclient.headers.update({{'{n}': {v!r}}})\n",
    ),
    "python bearer": lambda c, n, v: ("@.py", f"HEADERS = {{'Authorization': 'Bearer {v}'}}\n"),
    "python class": lambda c, n, v: ("@.py", f"class Config:\n    {bare(n)}: str = {v!r}\n"),
    "python getenv": lambda c, n, v: ("@.py", f"import os\n\nvalue = os.getenv('{bare(n).upper()}') or {v!r}\n"),
    "python compare": lambda c, n, v: ("@.py", f"def check({bare(n)}):\n    return {bare(n)} == {v!r}\n"),
    "python comment": lambda c, n, v: ("@.py", f"# TODO remove: {n}={v}\nVALUE = None\n"),
    "python parts": lambda c, n, v: ("@.py", f"{bare(n)} = (\n    {v[: len(v) // 2]!r}\n    {v[len(v) // 2 :]!r}\n)\n"),
    "python base64": lambda c, n, v: (
        "@.py",
        f"import base64\n\n{bare(n)} = base64.b64decode('{base64.b64encode(v.encode()).decode()}').decode()\n",
    ),
    "test": lambda c, n, v: ("tests/test_@.py", f"def test_it():\n    {bare(n)} = {v!r}\n    assert {bare(n)}\n"),
    "ini": lambda c, n, v: ("@.ini", f"[service]\nurl = https://x\n{n} = {v}\n"),
    "toml": lambda c, n, v: ("@.toml", f'[service]\n{bare(n)} = "{v}"\n'),
    "yaml": lambda c, n, v: ("@.yaml", f"service:\n  - name: main\n    {n}: {v}\n"),
    "yaml list": lambda c, n, v: (
        "docker-compose.yaml",
        f"services:\n  app:\n    environment:\n      - {bare(n).upper()}={v}\n",
    ),
    "json": lambda c, n, v: ("@.json", json.dumps({"a": {"b": [{n: v}]}})),
    "env": lambda c, n, v: ("deploy/prod.env", f"export {bare(n).upper()}='{v}'\n"),
    "env file": lambda c, n, v: (".env", f"{bare(n).upper()}={v}\n"),
    "shell": lambda c, n, v: ("scripts/@.sh", f'#!/bin/sh\n{bare(n).upper()}="{v}" python main.py\n'),
    "curl": lambda c, n, v: ("scripts/@.sh", f"curl -H 'Authorization: Bearer {v}' https://api.x/v1\n"),
    "dockerfile": lambda c, n, v: ("Dockerfile", f"FROM python:3.12\nENV {bare(n).upper()}={v}\n"),
    "readme": lambda c, n, v: ("README.md", f"\n\n## Try it\n\n```\nexport {bare(n).upper()}={v}\n```\n"),
    "notebook": lambda c, n, v: (
        "@.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": [f"{bare(n)} = '{v}'\n"]}]}),
    ),
    "properties": lambda c, n, v: ("@.properties", f"app.url=x\napp.{n}={v}\n"),
    "xml": lambda c, n, v: ("@.xml", f"<config><{bare(n)}>{v}</{bare(n)}></config>\n"),
    "javascript": lambda c, n, v: ("@.js", f"const {bare(n)} = '{v}';\n"),
    "pip index": lambda c, n, v: (
        "pip.conf",
        f"[global]\nindex-url = https://build:{random_text(c, 24)}@{host(c)}/simple\n",
    ),
    "address": lambda c, n, v: ("@.py", f"BROKER = 'amqp://worker:{random_text(c, 14)}@{host(c)}:5672/jobs'\n"),
    "address yaml": lambda c, n, v: ("@.yaml", f"cache: redis://:{random_text(c, 18)}@{host(c)}:6379/0\n"),
    "service account": lambda c, n, v: (
        "@.json",
        json.dumps(
            {
                "type": "service_account",
                "private_key_id": random_text(c, 40, HEX),
                "private_key": pem(c),
                "client_email": "a@b.iam",
            }
        ),
    ),
    "openssh": lambda c, n, v: (
        "keys/deploy",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + "\n".join(random_text(c, 70) for _ in range(6))
        + "\n-----END OPENSSH PRIVATE KEY-----\n",
    ),
    "pem in code": lambda c, n, v: ("@.py", f"KEY = {pem(c)!r}\n"),
    "netrc": lambda c, n, v: (".netrc", f"machine api.x login bot password {random_text(c, 20)}\n"),
    "npmrc": lambda c, n, v: (".npmrc", f"//registry.npmjs.org/:_authToken={uuid(c)}\n"),
    "pypirc": lambda c, n, v: (
        ".pypirc",
        f"[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmc{random_text(c, 120, SAFE)}\n",
    ),
    "docker auth": lambda c, n, v: (
        "config.json",
        json.dumps(
            {
                "auths": {
                    "https://index.docker.io/v1/": {
                        "auth": base64.b64encode(f"bot:{random_text(c, 20)}".encode()).decode()
                    }
                }
            }
        ),
    ),
    "jwk": lambda c, n, v: (
        "@.json",
        json.dumps({"kty": "EC", "crv": "P-256", "d": random_text(c, 43, SAFE), "x": random_text(c, 43, SAFE)}),
    ),
}


def pem(chance: Random) -> str:
    body = "\n".join(random_text(chance, 64) for _ in range(10))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
