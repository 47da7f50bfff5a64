"""Passwords of plain words, keys that are put together or stand as bytes, and what only looks like one of them."""

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from marketplace.screening.der import encoded_keys_in, key_in
from marketplace.screening.folded import folded_in
from marketplace.screening.plain import is_word
from tests.screening.making import report

# Path and text.
LETS_IN = [
    ("config/db.yaml", "db:\n  host: db.acme-weather.com\n  password: bluewhale\n"),
    ("config/a.json", '{"username": "svc_weather", "password": "seven-brown-bears"}'),
    ("deploy/compose.yaml", "services:\n  db:\n    environment:\n    - POSTGRES_PASSWORD=bluewhale\n"),
    ("deploy/live.env", "DB_PASSWORD=Bluewhale\n"),
    ("deploy/a.tfvars", 'db_password = "bluewhale"\n'),
    ("tools/a.py", "ADMIN_PASSWORD = 'bluewhale'\n"),
    ("tools/b.py", "def run(c):\n    c.connect('a', username='b', password='bluewhale')\n"),
    ("tools/c.py", "def run(s):\n    s.login('me', 'bluewhale')\n"),
    ("tools/d.py", "def allowed(password):\n    return password == 'bluewhale'\n"),
    ("tools/e.py", "URL = f'amqp://svc:bluewhale@{HOST}/events'\n"),
    ("a/odbc.txt", "Driver=x;Server=db;Uid=svc_weather;Pwd=bluewhale;\n"),
    ("docs/a.sh", "mysqldump -h db -u svc -p'bluewhale' app > dump.sql\n"),
    ("docs/b.md", "Open https://staging.acme-weather.com and log in as `svc_weather` with password `bluewhale`.\n"),
    ("docs/c.md", "- URL: https://staging.acme-weather.com\n- User: svc_weather\n- Password: bluewhale\n"),
    ("docs/d.md", "测试环境 https://staging.acme-weather.com\n账号：svc_weather\n密码：bluewhale\n"),
    ("a/users.sql", "CREATE USER svc WITH PASSWORD 'bluewhale';\n"),
    ("a/b.xml", '<property name="connection.password">bluewhale</property>\n'),
    ("a/pgpass", "db.acme-weather.com:5432:app:svc:bluewhale\n"),
    ("tests/test_live.py", "LIVE = 'https://acme-weather.com'\nUSER, PASSWORD = 'svc', 'bluewhale'\n"),
    ("docs/e.md", "```\ncurl -H 'X-Api-Key: 3f8a1c09e7d24b56a0f1c2d3e4b59687' https://acme-weather.com\n```\n"),
    ("docs/f.md", "| name | value |\n| --- | --- |\n| `A_API_KEY` | `3f8a1c09e7d24b56a0f1c2d3e4b59687` |\n"),
    ("tools/f.py", "# remove this before it is released, please: A_SECRET = 3f8a1c09e7d24b56a0f1c2d3e4b59687\n"),
    ("docs/g.ipynb", '{"cells": [{"cell_type": "code", "source": ["%env A_SECRET=Xk29vLq8RtZ3mWc7Yb"]}]}'),
]
LETS_NOBODY_IN = [
    ("config/db.yaml", "db:\n  host: db.acme-weather.com\n  password: changeme\n"),
    ("locale/de.yaml", "password: Kennung\nuser: Benutzer\n"),
    ("locale/nl.json", '{"password": "wachtwoord", "title": "inloggen"}'),
    ("config/form.yaml", "form:\n- name: password\n  type: secret-input\n  url: https://acme-weather.com\n"),
    ("deploy/sample.env", "DB_PASSWORD=bluewhale\n"),
    ("deploy/live.env", "DB_PASSWORD=${DB_PASSWORD}\nA_PASS=your-password\nB_PASS=xxxxxx\n"),
    ("tools/a.py", "PASSWORD = 'password'\nFIELD = {'password': 'secret-input', 'pwd': 'user_password'}\n"),
    ("tools/b.py", "def run(c, word):\n    c.connect('a', username='b', password=word)\n"),
    ("tools/c.py", "URL = f'amqp://user:password@{HOST}/events'\n"),
    ("docs/a.sh", "mysqldump -u root -p$PASSWORD app\ncurl -u user:password https://acme-weather.com\n"),
    ("docs/b.md", "Your user name is that of https://acme-weather.com. Password: whatever you have chosen there.\n"),
    ("docs/c.md", "- User: your e-mail\n- Password: bluewhale\n"),
    ("docs/d.md", "- https://acme-weather.com\n- User: <name>\n- Password: <password>\n"),
    ("tests/test_a.py", "def test(client):\n    assert client.login('me', password='bluewhale')\n"),
    ("docs/e.md", "```\ncurl -H 'X-Api-Key: YOUR_API_KEY_GOES_HERE' https://acme-weather.com\n```\n"),
]


def blocking(folder: Path, path: str, text: str) -> list[str]:
    files: dict[str, Any] = {path: text}
    return [one.path for one in report(folder, "secrets", **files).findings if one.blocking]


@pytest.mark.parametrize(("path", "text"), LETS_IN)
def test_words_that_let_somebody_in_are_found(path: str, text: str, tmp_path: Path) -> None:
    assert blocking(tmp_path, path, text)[:1] == [path]


@pytest.mark.parametrize(("path", "text"), LETS_NOBODY_IN)
def test_words_that_let_nobody_in_are_not(path: str, text: str, tmp_path: Path) -> None:
    assert blocking(tmp_path, path, text) == []


def test_words() -> None:
    assert all(map(is_word, ("bluewhale", "Summer2024!", "seven-brown-bears", "k3str3l673", "correct-horse-battery")))
    assert not any(
        map(is_word, ("password1", "your-pass", "short", "123456", "aaaaaaaa", "DB_PASSWORD", "{value}", ""))
    )


def test_keys_as_bytes_are_told_from_what_is_public() -> None:
    curve, edwards = (
        ec.derive_private_key(7**60, ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32),
    )
    bare, der = form.NoEncryption(), form.Encoding.DER
    secret = [
        curve.private_bytes(der, form.PrivateFormat.PKCS8, bare),
        curve.private_bytes(der, form.PrivateFormat.TraditionalOpenSSL, bare),
        edwards.private_bytes(der, form.PrivateFormat.PKCS8, bare),
        b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00",
    ]
    public = [one.public_key().public_bytes(der, form.PublicFormat.SubjectPublicKeyInfo) for one in (curve, edwards)]
    assert all(map(key_in, secret))
    assert not any(map(key_in, (*public, b"", b"0", b"PK\x03\x04", b"\x89PNG\r\n")))
    assert [kind for _, kind in encoded_keys_in(f"K = '{base64.b64encode(secret[0]).decode()}'")] == ["a private key"]
    assert list(encoded_keys_in(f"K = '{base64.b64encode(public[0]).decode()}'")) == []


def test_a_file_that_is_a_key_is_found(tmp_path: Path) -> None:
    key = ec.derive_private_key(7**60, ec.SECP256R1())
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "k.bin").write_bytes(
        key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    )
    found = report(tmp_path, "secrets").findings
    assert [(one.rule, one.path) for one in found if one.blocking] == [("secrets.private-key", "data/k.bin")]


def test_texts_put_together_anywhere_in_a_module(tmp_path: Path) -> None:
    first, second = "ghp_x7Kp2Qm9Lw4Zt1Vb8", "Nc5Rj3Hs6Df0Gy2Ae4Uq"
    text = f"A = '{first}'\nB = '{second}'\n\n\ndef make():\n    return f'{{A}}{{B}}'\n"
    assert list(folded_in(text)) == [(6, first + second)]
    assert blocking(tmp_path, "tools/parts.py", text)[:1] == ["tools/parts.py"]
    assert list(folded_in("A = 'a'\nB = f'{A}{c}'\nC = ''.join([A, d()])\nD = A + e\n")) == []
    assert list(folded_in("A = 'a'\nB = ''.join((A, 'b'))\nC = A + 'c'\n")) == [(2, "ab"), (3, "ac")]
