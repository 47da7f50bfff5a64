"""Private keys that are no one's, as the files and the texts in which people forget them."""

import base64
import json
import string
from random import Random
from textwrap import wrap

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.trust.copies import Copy
from tests.trust.sixth.styles import Act, letters

BASE64 = string.ascii_letters + string.digits + "+/"
BARE = form.NoEncryption()


def edwards(chance: Random) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))


def curve_pem(chance: Random) -> str:
    key = derive_private_key(chance.getrandbits(200) + 2, SECP256R1())
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, BARE).decode()


def openssh_pem(chance: Random) -> str:
    return edwards(chance).private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, BARE).decode()


def pkcs8_pem(chance: Random) -> str:
    return edwards(chance).private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, BARE).decode()


def rsa_body(chance: Random) -> str:
    return "MIIEpAIBAAKCAQEA" + letters(chance, 1568, of=BASE64) + "=="


def rsa_pem(chance: Random) -> str:
    lines = "\n".join(wrap(rsa_body(chance), 64))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----\n"


def any_pem(chance: Random) -> str:
    return chance.choice((curve_pem, openssh_pem, pkcs8_pem, rsa_pem))(chance)


def _write(path: str, text: str) -> Act:
    """A file whose `@pem`, `@line`, `@b64` … stand for a key."""

    def act(copy: Copy, chance: Random) -> bool:
        pem = any_pem(chance)
        forms = {
            "@pem": pem,
            "@line": pem.replace("\n", "\\n"),
            "@b64": base64.b64encode(pem.encode()).decode(),
            "@indented": pem.strip().replace("\n", "\n    "),
            "@quoted": "\n".join(f'    "{line}\\n"' for line in pem.splitlines()),
            "@listed": ",\n".join(f'    "{line}"' for line in pem.splitlines()),
            "@body": rsa_body(chance),
            "@hex": letters(chance, 64, of="0123456789abcdef"),
            "@wg": base64.b64encode(chance.randbytes(32)).decode(),
            "@age": "AGE-SECRET-KEY-1" + letters(chance, 58, of="QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
            "@json": json.dumps(pem),
        }
        filled = text
        for mark, value in forms.items():
            filled = filled.replace(mark, value)
        copy.add(path, filled)
        return True

    return act


def _bytes(path: str) -> Act:
    def act(copy: Copy, chance: Random) -> bool:
        key = derive_private_key(chance.getrandbits(200) + 2, SECP256R1())
        copy.files[path] = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, BARE)
        return True

    return act


def _web_key(copy: Copy, chance: Random) -> bool:
    def number(many: int) -> str:
        return base64.urlsafe_b64encode(chance.randbytes(many)).decode().rstrip("=")

    key = {
        "kty": "RSA",
        "kid": "sign-2024",
        "n": number(256),
        "e": "AQAB",
        "d": number(256),
        "p": number(128),
        "q": number(128),
    }
    copy.add("assets/jwks.json", json.dumps({"keys": [key]}, indent=2))
    return True


def _account(copy: Copy, chance: Random) -> bool:
    content = {
        "type": "service_account",
        "project_id": "plugin-prod",
        "private_key_id": letters(chance, 40, of="0123456789abcdef"),
        "private_key": f"-----BEGIN PRIVATE KEY-----\n{rsa_body(chance)}\n-----END PRIVATE KEY-----\n",
        "client_email": "uploader@plugin-prod.iam.gserviceaccount.com",
    }
    copy.add("provider/gcs.json", json.dumps(content, indent=2))
    return True


KEYS: tuple[tuple[str, Act], ...] = (
    ("key: file without an ending", _write("deploy/deploy_bot", "@pem")),
    ("key: text file", _write("docs/server.txt", "Key of the build host:\n\n@pem")),
    ("key: triple quoted", _write("signing_material.py", 'SIGNER = """@pem"""\n')),
    ("key: one line with escapes", _write("jwt_signing.py", 'PRIVATE = "@line"\n')),
    ("key: adjacent literals", _write("auth_material.py", "KEY = (\n@quoted\n)\n")),
    ("key: list of lines", _write("pem_lines.py", 'LINES = [\n@listed,\n]\nPEM = "\\n".join(LINES)\n')),
    ("key: base64 of PEM in an environment", _write("prod.env", "SSH_KEY_B64=@b64\n")),
    ("key: block in YAML", _write("config/github_app.yaml", "app_id: 481516\nprivate_key: |\n    @indented\n")),
    ("key: JSON", _write("config/keys.json", '{"kid": "2024-11", "signing": @json}\n')),
    ("key: body only", _write("alipay.py", 'APP_PRIVATE_KEY = "@body"\n')),
    ("key: DER", _bytes("_assets/signing.der")),
    ("key: DER as data", _bytes("data/k1.bin")),
    ("key: JWK", _web_key),
    ("key: service account", _account),
    ("key: kubeconfig", _write("deploy/kubeconfig", "users:\n- name: ci\n  user:\n    client-key-data: @b64\n")),
    ("key: wireguard", _write("deploy/wg0.conf", "[Interface]\nPrivateKey = @wg\nAddress = 10.8.0.7/32\n")),
    ("key: wallet", _write("chain.py", 'WALLET_PRIVATE_KEY = "0x@hex"\n')),
    ("key: age", _write("deploy/keys.txt", "# created: 2024-06-02T10:11:12Z\n@age\n")),
    (
        "key: notebook",
        _write("docs/sign.ipynb", '{"cells": [{"cell_type": "code", "source": ["pem = ", @json]}], "nbformat": 4}\n'),
    ),
    ("key: test data", _write("tests/data/prod_signer.pem.txt", "@pem")),
    ("key: readme", _write("docs/INSTALL.md", "Save this as `id_bot`:\n\n```\n@pem```\n")),
)
