"""What looks like a secret and is none."""

import base64
import json
from random import Random

from cryptography.hazmat.primitives import serialization as form

from tests.trust.copies import Copy
from tests.trust.sixth.private_keys import edwards
from tests.trust.sixth.services import FORMATS, uuid
from tests.trust.sixth.styles import Act, letters, one_of

HEX = "0123456789abcdef"

TEXTS: tuple[tuple[str, str], ...] = (
    ("docs/setup.md", "Create a key and export it:\n\n```\nexport SERVICE_API_KEY=<your-api-key>\n```\n"),
    ("docs/keys.md", "Keys start with `sk_live_` in production and with `sk_test_` in the sandbox.\n"),
    ("sample.env", "SERVICE_API_KEY=\nDB_PASSWORD=changeme\nDB_USER=plugin\n"),
    ("docs/example.env", "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
    ("config/app.yaml", "database:\n  host: localhost\n  user: plugin\n  password: ${DB_PASSWORD}\n"),
    ("config/helm.yaml", "password: {{ .Values.db.password | quote }}\ntoken: {{ .Values.token }}\n"),
    (".github/workflows/pub.yml", "env:\n  TOKEN: ${{ secrets.PUBLISH_TOKEN }}\n  PASSWORD: ${{ secrets.PASSWORD }}\n"),
    (
        "docs/aws.md",
        "```\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n```\n",
    ),
    ("docs/db.md", "The address looks like `postgresql://user:password@localhost:5432/dbname`.\n"),
    ("docs/mongo.md", "Use `mongodb+srv://<username>:<password>@<cluster>.mongodb.net/`.\n"),
    ("lookup.py", 'import os\n\nPASSWORD = os.environ["SERVICE_PASSWORD"]\nTOKEN = os.getenv("SERVICE_TOKEN", "")\n'),
    (
        "fields.py",
        'PASSWORD_FIELD = "account_password"\nTOKEN_HEADER = "X-Service-Token"\nSECRET_NAME = "prod/plugin/service-key"\n',
    ),
    (
        "oauth.py",
        'TOKEN_URL = "https://login.service.io/oauth/token"\nAUTH_URL = "https://login.service.io/authorize"\nSCOPE = "read:password write:token"\n',
    ),
    (
        "redact.py",
        'import re\n\nSHAPES = [re.compile(r"ghp_[A-Za-z0-9]{36}"), re.compile(r"AKIA[0-9A-Z]{16}"), re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")]\n',
    ),
    (
        "check.py",
        'def looks_right(key):\n    if not key.startswith(("sk-ant-", "sk-proj-")):\n        raise ValueError("An API key begins with sk-ant- or sk-proj-")\n',
    ),
    (
        "messages.py",
        'ERRORS = {"bad_password": "The password is wrong. Please try again.", "no_token": "Token is missing"}\n',
    ),
    ("locale/de.yaml", "password: Passwort\ntoken: Zugangstoken\napi_key: API-Schlüssel\n"),
    ("locale/zh.json", '{"password": "密码", "token": "访问令牌", "enter_password": "请输入密码"}\n'),
    ("paging.py", 'FIRST_PAGE_TOKEN = ""\nMAX_TOKENS = 4096\nTOKEN_LIMITS = {"small": 8192, "large": 131072}\n'),
    (
        "tests/test_auth.py",
        'def test_refuses(client):\n    assert client.login("user", "wrong-password").status_code == 401\n',
    ),
    (
        "tests/test_key.py",
        'CREDENTIALS = {"api_key": "test-api-key", "secret": "dummy"}\n\n\ndef test_header(make):\n    assert make(CREDENTIALS)["X-Key"] == "test-api-key"\n',
    ),
    (
        "tests/conftest.py",
        'def credentials():\n    return {"api_key": "fake-key-for-tests", "password": "not-a-real-password"}\n',
    ),
    (
        "docs/curl.md",
        '```bash\ncurl -u "$SERVICE_USER:$SERVICE_PASSWORD" -H "Authorization: Bearer $TOKEN" https://api.service.io\n```\n',
    ),
    ("docs/curl2.md", "```bash\ncurl -H 'Authorization: Bearer YOUR_ACCESS_TOKEN' https://api.service.io/v1\n```\n"),
    ("docs/pem.md", "Paste the whole key, from `-----BEGIN PRIVATE KEY-----` to `-----END PRIVATE KEY-----`.\n"),
    ("docs/pem2.md", "```\n-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n```\n"),
    (
        "docs/policy.md",
        "Password: at least twelve letters, one digit. Tokens expire after an hour. Secrets are never logged.\n",
    ),
    (
        "compose.yaml",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n",
    ),
    (
        "provider/form.yaml",
        "fields:\n- name: password\n  type: secret-input\n  required: true\n  placeholder: Please enter your password\n",
    ),
    (
        "ask.py",
        'import getpass\n\n\ndef ask():\n    password = getpass.getpass("Password: ")\n    token = input("Token: ")\n    return password, token\n',
    ),
    (
        "masking.py",
        'def masked(value):\n    return value[:4] + "*" * 12\n\n\nEXAMPLE = "sk-1***************************9f"\n',
    ),
    (
        "docs/response.json",
        '{"id": "chatcmpl-9xK2LmQpRtVwYz", "object": "chat.completion", "usage": {"total_tokens": 42}, "next_page_token": "CAUQAA"}\n',
    ),
)


def _text(path: str, text: str) -> Act:
    def act(copy: Copy, _: Random) -> bool:
        if path in copy.files:
            return False
        copy.add(path, text)
        return True

    return act


def _public_keys(copy: Copy, chance: Random) -> bool:
    key = edwards(chance).public_key()
    pem = key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo).decode()
    line = key.public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH).decode()
    copy.add("verify.py", f'WEBHOOK_PUBLIC_KEY = """{pem}"""\nHOST_KEY = "{line}"\n')
    return True


def _checksums(copy: Copy, chance: Random) -> bool:
    rows = {
        f"model-{one}.onnx": {"sha256": letters(chance, 64, of=HEX), "etag": letters(chance, 32, of=HEX)}
        for one in range(4)
    }
    copy.add("data/checksums.json", json.dumps({"commit": letters(chance, 40, of=HEX), "files": rows}, indent=1))
    return True


def _identifiers(copy: Copy, chance: Random) -> bool:
    body = f'APP_ID = "{uuid(chance)}"\nTENANT = "{uuid(chance)}"\nREVISION = "{letters(chance, 40, of=HEX)}"\nKEY_ID = "{letters(chance, 16, of=HEX)}"\n'
    copy.add("identity.py", body)
    return True


def _integrity(copy: Copy, chance: Random) -> bool:
    digest = base64.b64encode(chance.randbytes(64)).decode()
    copy.add(
        "web/page.html",
        f'<script src="https://cdn.jsdelivr.net/npm/marked@12/marked.min.js" integrity="sha512-{digest}"></script>\n',
    )
    return True


def _image(copy: Copy, chance: Random) -> bool:
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + chance.randbytes(400)).decode()
    copy.add("logo.py", f'LOGO = "data:image/png;base64,{data}"\n')
    return True


def _crossed_out(copy: Copy, chance: Random) -> bool:
    name, make = FORMATS[chance.choice(("github", "google", "npm", "stripe", "gitlab", "groq", "huggingface"))]
    value = make(chance)
    copy.add("docs/shape.md", f"A key looks like `{value[:8]}{'x' * (len(value) - 8)}`; put it into `{name}`.\n")
    return True


def _local(copy: Copy, chance: Random) -> bool:
    copy.add(
        "docs/local.md",
        f"Run `docker run -e POSTGRES_PASSWORD=postgres postgres`, then set `DATABASE_URL=postgres://postgres:postgres@127.0.0.1/{chance.choice(('a', 'b'))}`.\n",
    )
    return True


def _from_user(copy: Copy, chance: Random) -> bool:
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return False
    copy.plant(spot, f"password = {spot.cred}.get('password') or ''\nsecret_key = {spot.cred}.get('secret_key', None)")
    return True


MADE: tuple[tuple[str, Act], ...] = (
    ("public keys", _public_keys),
    ("checksums", _checksums),
    ("identifiers", _identifiers),
    ("integrity", _integrity),
    ("image", _image),
    ("crossed out", _crossed_out),
    ("local database", _local),
    ("from the credentials", _from_user),
)


def placeholder(copy: Copy, chance: Random) -> str | None:
    texts = tuple((f"text: {path}", _text(path, text)) for path, text in TEXTS)
    return one_of(copy, chance, texts if chance.random() < 0.75 else MADE)
