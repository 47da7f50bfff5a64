"""What honest plugins have that looks like a key: places to fill in, examples, sums, identifiers, public halves."""

import base64
import json
from random import Random
from uuid import UUID

from tests.trust.copies import Copy
from tests.trust.fourth import keys
from tests.trust.fourth.filling import Planting, a_module, in_file

MODULE: dict[str, str] = {
    "empty": 'API_KEY = ""',
    "from the environment": 'import os\n\nAPI_KEY = os.environ.get("@name", "")',
    "to fill in": '@name = "YOUR_API_KEY"',
    "to fill in, in brackets": '@name = "<your-api-key-here>"',
    "crossed out": '# @name = "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
    "stars": 'EXAMPLE = "sk-proj-********************************"',
    "dots": 'def _c():\n    """Client(api_key="sk-ant-api03-...")"""',
    "from credentials": 'def _k(credentials):\n    api_key = credentials["api_key"]\n    return {"Authorization": api_key}',
    "names of fields": 'PASSWORD_FIELD = "current_password"\nTOKEN_KEY = "access_token"\nSECRET_TYPE = "secret-input"',
    "checks the form of a key": 'import re\n\nKEY = re.compile(r"^sk-[A-Za-z0-9_-]{20,}$")\nPREFIX = "sk-proj-"',
    "alphabet": 'ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"',
    "sha256": 'WEIGHTS_SHA256 = "@h64"',
    "md5 table": 'CHECKSUMS = {"small.bin": "@h32", "large.bin": "@h32b"}',
    "commit": 'REVISION = "@h40"',
    "UUID": 'NAMESPACE = "@uuid"\nASSISTANT_ID = "@uuid"',
    "identifiers of voices": 'VOICES = {"Rachel": "@a20", "Adam": "@a20b"}',
    "version of a model": 'MODEL = "stability-ai/sdxl:@h64"',
    "identifier of a document": 'TEMPLATE = "https://docs.google.com/document/d/1@w43/edit"\nDATABASE_ID = "@h32"',
    "special tokens": 'PAD_TOKEN = "<|endoftext|>"\nEOS_TOKEN = "</s>"\nSTOP_TOKEN = "[DONE]"\nMAX_TOKENS = 4096',
    "public key": 'PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----\n@public\n-----END PUBLIC KEY-----"""',
    "local database": '# postgres://postgres:postgres@localhost:5432/postgres\nDEFAULT = "redis://localhost:6379/0"',
    "address with places": 'FORM = "postgresql://{user}:{password}@{host}:{port}/{name}"',
    "example of the documentation": 'AWS_EXAMPLE = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")',
    "data address": 'ICON = "data:image/png;base64,@picture"',
    "ethereum address": 'CONTRACT = "0x@h40"',
    "path of a drawing": 'PATH = "M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm0 18c-4.41 0-8-3.59-8-8"',
    "identifier of a client": 'CLIENT_ID = "@d12-@l32.apps.googleusercontent.com"\nAPP_ID = "cli_@h16"',
    "messages": 'ERRORS = {"password": "Password must not be empty", "token": "Token has expired, log in again"}',
    "address for tokens": 'TOKEN_URL = "https://oauth2.googleapis.com/token"\nSECRET_NAME = "projects/p/secrets/s"',
    "random at run time": "import secrets\n\n\ndef _state():\n    return secrets.token_urlsafe(32)",
    "digest of nothing": 'EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
    "compares with what was typed": "def _same(password, again):\n    return password == again",
    "masks": 'def _mask(key):\n    return key[:3] + "****" + key[-4:]',
    "long identifiers": 'MODELS = ["accounts/fireworks/models/llama-v3p1-405b-instruct", "doubao-1-5-thinking-pro-250415"]',
    "bytes of a header": 'PNG = b"\\x89PNG\\r\\n\\x1a\\n"\nSALT = b"static-salt"',
    "fake in a docstring": (
        'def _e():\n    """Example::\n\n        {"api_key": "your-api-key", "password": "********"}\n    """'
    ),
}
FILES: dict[str, tuple[str, str]] = {
    ".env.example": (".env.example", "@name=\nINSTALL_METHOD=remote\nREMOTE_INSTALL_KEY=********-****-****\n"),
    ".env.example with words": (".env.example", "@name=your_api_key_here\nDB_PASSWORD=changeme\n"),
    "README with a place": (
        "README.md",
        '\n```bash\nexport @name="your-api-key"\ncurl -H "Authorization: Bearer $@name" https://api.example.com/v1\n```\n',
    ),
    "README with a form": (
        "README.md",
        "\nKeys begin with `sk-proj-` or `ghp_` and have some forty letters, such as `sk-xxxx`.\n",
    ),
    "README with a template": (
        "README.md",
        "\nSet `api_key: ${{ secrets.@name }}` and `password: {{ .Values.password }}`.\n",
    ),
    "test with a dummy": (
        "tests/test_unit.py",
        'def test_unit():\n    assert build({"api_key": "test-key", "password": "test"}).headers["X"] == "dummy-token"\n',
    ),
    "test with a fake": (
        "tests/test_fake.py",
        'FAKE = "sk-fake-key-for-tests"\nTOKEN = "xoxb-test-token"\n\n\ndef test_fake():\n    assert FAKE != TOKEN\n',
    ),
    "conftest with a dummy": (
        "conftest.py",
        "import pytest\n\n\n@pytest.fixture\ndef key(monkeypatch):\n"
        '    monkeypatch.setenv("@name", "not-a-real-key")\n',
    ),
    "conftest that reads": (
        "tests/conftest.py",
        'import os\n\nimport pytest\n\n\n@pytest.fixture\ndef key():\n    return os.getenv("@name") or pytest.skip("no key")\n',
    ),
    "lock with sums": (
        "package-lock.json",
        '{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-@sum=="}}}\n',
    ),
    "requirements with hashes": ("requirements.txt", "idna==3.10 --hash=sha256:@h64\n"),
    "compose with variables": (
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}\n",
    ),
    "workflow with secrets": (
        ".github/workflows/ci.yml",
        "name: ci\non: push\nenv:\n  @name: ${{ secrets.@name }}\njobs: {}\n",
    ),
    "public JSON web key": ("jwks.json", '{"keys": [@jwk]}\n'),
    "public key of SSH": ("docs/deploy.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ@rsa= ci@example.com\n"),
    "certificate": ("certs/ca.pem", "-----BEGIN CERTIFICATE-----\n@cert\n-----END CERTIFICATE-----\n"),
    "API description": (
        "docs/openapi.yaml",
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    Login:\n      properties:\n"
        "        password: {type: string, format: password}\n        token: {type: string, example: string}\n",
    ),
    "recorded and cleaned": (
        "tests/cassettes/list.yaml",
        "interactions:\n- request:\n    headers:\n      Authorization: [Bearer REDACTED]\n    uri: https://api.example.com\n"
        "  response:\n    headers:\n      etag: ['W/\"@h32\"']\n      x-request-id: [@uuid]\n",
    ),
    "fields of a form": (
        "provider/extra_fields.yaml",
        "credentials_for_provider:\n  api_key:\n    type: secret-input\n    required: true\n    placeholder:\n"
        "      en_US: Enter your API key, sk-...\n",
    ),
    "config with places": (
        "config/sample.json",
        '{"api_key": "YOUR_KEY", "password": "", "token": null, "secret": "xxx"}\n',
    ),
    "notebook that asks": (
        "examples/ask.ipynb",
        '{"cells": [{"cell_type": "code", "execution_count": null, "id": "@h8", "metadata": {}, "outputs": [], '
        '"source": ["key = getpass.getpass()"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
    ),
    "jwt of the documentation": (
        "docs/jwt.md",
        "A token has three parts, `header.payload.signature`; see <https://jwt.io>. Ours looks like `eyJhbGciOi...`.\n",
    ),
    "picture": (
        "_assets/logo.svg",
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,@picture"/></svg>\n',
    ),
    "identifiers in data": ("data/ids.csv", "id,digest\n@uuid,@h64\n@uuid,@h40\n"),
}


def _values(chance: Random) -> dict[str, str]:
    draw = lambda template: keys.drawn(template, chance)  # noqa: E731
    jwk = {"kty": "RSA", "kid": draw("{w12}"), "use": "sig", "e": "AQAB", "n": draw("{w342}")}
    return {
        "@name": keys.a_key(chance)[0],
        "@uuid": str(UUID(int=chance.getrandbits(128), version=4)),
        "@h64": draw("{h64}"),
        "@h40": draw("{h40}"),
        "@h32b": draw("{h32}"),
        "@h32": draw("{h32}"),
        "@h16": draw("{h16}"),
        "@h8": draw("{h8}"),
        "@a20b": draw("{a20}"),
        "@a20": draw("{a20}"),
        "@w43": draw("{w43}"),
        "@d12": draw("{d12}"),
        "@l32": draw("{l32}"),
        "@sum": draw("{b86}"),
        "@rsa": draw("{b370}"),
        "@jwk": json.dumps(jwk),
        "@public": "\n".join(
            ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + draw("{b20}"), draw("{b64}"), draw("{b50}IDAQAB"))
        ),
        "@cert": "\n".join(
            ("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa" + draw("{b16}"), draw("{b64}"), draw("{b62}=="))
        ),
        "@picture": base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + chance.randbytes(160)).decode(),
    }


def _filled(text: str, chance: Random) -> str:
    for mark, value in _values(chance).items():
        text = text.replace(mark, value)
    return text


def _in_module(text: str) -> Planting:
    def plant(copy: Copy, chance: Random) -> bool:
        path = a_module(copy, chance)
        if path:
            copy.append(path, f"\n\n{_filled(text, chance)}\n")
        return bool(path)

    return plant


def _in_file(path: str, text: str) -> Planting:
    return lambda copy, chance: in_file(path, _filled(text, chance))(copy, chance)


TWINS: dict[str, Planting] = {name: _in_module(text) for name, text in MODULE.items()}
TWINS |= {f"{name} (file)": _in_file(*one) for name, one in FILES.items()}


def placeholder(copy: Copy, chance: Random) -> str | None:
    style = chance.choice(sorted(TWINS))
    return style if TWINS[style](copy, chance) else None
