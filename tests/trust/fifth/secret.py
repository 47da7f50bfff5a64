"""Secrets in files, and what only looks like one."""

import base64
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.keys import (
    ALNUM,
    DIGITS,
    HEX,
    a_key,
    a_password,
    a_private_key,
    a_service_account,
    a_token_of_claims,
    drawn,
)
from tests.trust.fifth.styles import NOUNS, a_host, a_module

Write = Callable[[Copy, Random, str], None]


def _python(template: str) -> Write:
    def put(copy: Copy, chance: Random, key: str) -> None:
        copy.add(f"{a_module(chance)}.py", template.replace("@KEY@", key).replace("@HALF@", key[: len(key) // 2]))

    return put


def _file(path: str, template: str) -> Write:
    def put(copy: Copy, chance: Random, key: str) -> None:
        copy.append(path, "\n" + template.replace("@KEY@", key) + "\n")

    return put


# Styles that carry a key of a service.
KEYED: tuple[tuple[str, Write], ...] = (
    ("constant", _python('"""Settings."""\n\nAPI_KEY = "@KEY@"\n')),
    ("default of the environment", _python('import os\n\nTOKEN = os.environ.get("SERVICE_TOKEN") or "@KEY@"\n')),
    ("default argument", _python('def connect(api_key="@KEY@"):\n    return {"Authorization": f"Bearer {api_key}"}\n')),
    ("header", _python('HEADERS = {\n    "Accept": "application/json",\n    "Authorization": "Bearer @KEY@",\n}\n')),
    ("comment", _python('"""Calls."""\n\n# works with @KEY@ (my account), change before release\nTIMEOUT = 3\n')),
    ("dataclass", _python('from dataclasses import dataclass\n\n\n@dataclass\nclass Account:\n    key: str = "@KEY@"\n')),
    ("query of an address", _python('ADDRESS = "https://api.service.io/v1/search?format=json&api_key=@KEY@"\n')),
    (".env", _file(".env", "DEBUG=1\nSERVICE_API_KEY=@KEY@")),
    (".env of production", _file(".env.production", "export SERVICE_TOKEN='@KEY@'")),
    ("readme", _file("README.md", "## Try it\n\n```bash\ncurl -H 'Authorization: Bearer @KEY@' https://api.service.io/v1/me\n```")),
    ("JSON", _file("config/settings.json", '{"service": {"token": "@KEY@", "timeout": 5}}')),
    ("YAML", _file("config/local.yaml", "service:\n  api_key: @KEY@\n  region: eu")),
    ("TOML", _file("config/dev.toml", '[service]\ntoken = "@KEY@"')),
    ("INI", _file("setup.ini", "[service]\naccess_token = @KEY@")),
    ("script", _file("scripts/try.sh", "#!/bin/sh\nexport TOKEN=@KEY@\ncurl -H \"X-Token: $TOKEN\" https://api.service.io")),
    ("Dockerfile", _file("Dockerfile", "FROM python:3.12\nENV SERVICE_TOKEN=@KEY@")),
    ("notebook", _file("notes/try.ipynb", '{"cells": [{"cell_type": "code", "source": ["client = Client(\'@KEY@\')"]}]}')),
    ("recorded answers", _file("tests/cassettes/me.yaml", "- request:\n    headers:\n      authorization: [Bearer @KEY@]")),
    ("test", _file("tests/test_live.py", 'def test_live():\n    key = "@KEY@"\n    assert key')),
    ("picture of vectors", _file("_assets/logo2.svg", "<svg xmlns='http://www.w3.org/2000/svg'><!-- @KEY@ --></svg>")),
    ("address of a remote", _file("docs/clone.md", "git clone https://oauth2:@KEY@@gitlab.com/team/plugin.git")),
    ("npmrc", _file(".npmrc", "//registry.npmjs.org/:_authToken=@KEY@")),
    ("CI", _file(".github/workflows/ci.yml", "env:\n  SERVICE_TOKEN: @KEY@")),
)  # fmt: skip


def _private_key(copy: Copy, chance: Random) -> None:
    copy.add(chance.choice(("certs/server.key", "id_rsa", "keys/deploy.pem")), a_private_key(chance))


def _key_in_code(copy: Copy, chance: Random) -> None:
    copy.add(f"{a_module(chance)}.py", f'PEM = """{a_private_key(chance)}"""\n')


def _service_account(copy: Copy, chance: Random) -> None:
    copy.add("config/service-account.json", a_service_account(chance))


def _database(copy: Copy, chance: Random) -> None:
    scheme = chance.choice(("postgresql", "mysql+pymysql", "mongodb+srv", "redis", "amqp"))
    address = f"{scheme}://{chance.choice(NOUNS)}:{a_password(chance).replace('#', '')}@{a_host(chance)}/prod"
    copy.add(f"{a_module(chance)}.py", f'DATABASE = "{address}"\n')


def _password(copy: Copy, chance: Random) -> None:
    copy.add(
        f"{a_module(chance)}.py", f'SMTP = {{"user": "mailer@{a_host(chance)}", "password": "{a_password(chance)}"}}\n'
    )


def _claims(copy: Copy, chance: Random) -> None:
    copy.add(f"{a_module(chance)}.py", f'SUPABASE_KEY = "{a_token_of_claims(chance)}"\n')


def _azure(copy: Copy, chance: Random) -> None:
    key = drawn(chance, ALNUM + "+/", 86) + "=="
    account = f"store{drawn(chance, DIGITS, 4)}"
    line = f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};EndpointSuffix=core.windows.net"
    copy.add("config/storage.yaml", f"connection: {line}\n")


def _halves(copy: Copy, chance: Random) -> None:
    _, key = a_key(chance)
    half = len(key) // 2
    copy.add(f"{a_module(chance)}.py", f'_A = "{key[:half]}"\n_B = "{key[half:]}"\nKEY = _A + _B\n')


def _coded(copy: Copy, chance: Random) -> None:
    _, key = a_key(chance)
    text = base64.b64encode(key.encode()).decode()
    copy.add(f"{a_module(chance)}.py", f'import base64\n\nTOKEN = base64.b64decode("{text}").decode()\n')


def _aws_pair(copy: Copy, chance: Random) -> None:
    key = "AK" + "IA" + drawn(chance, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
    secret = drawn(chance, ALNUM + "+/", 40)
    copy.add(".aws/credentials", f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")


def _docker(copy: Copy, chance: Random) -> None:
    auth = base64.b64encode(f"robot:{a_password(chance)}".encode()).decode()
    copy.add(".docker/config.json", f'{{"auths": {{"{a_host(chance)}": {{"auth": "{auth}"}}}}}}\n')


def _netrc(copy: Copy, chance: Random) -> None:
    copy.add(".netrc", f"machine {a_host(chance)} login deploy password {a_password(chance)}\n")


WHOLE = (
    ("private key", _private_key),
    ("private key in code", _key_in_code),
    ("service account", _service_account),
    ("address of a database", _database),
    ("password of a mail server", _password),
    ("token of claims", _claims),
    ("azure", _azure),
    ("two halves", _halves),
    ("base64", _coded),
    ("pair for aws", _aws_pair),
    ("docker", _docker),
    ("netrc", _netrc),
)


def planted(copy: Copy, chance: Random) -> str:
    if chance.random() < 0.35:
        name, put = chance.choice(WHOLE)
        put(copy, chance)
        return name
    style, write = chance.choice(KEYED)
    what, key = a_key(chance)
    write(copy, chance, key)
    return f"{style}: {what}"


FALSE: tuple[str, ...] = (
    "sk-" + "x" * 32, "YOUR_API_KEY", "<your-token>", "ghp_" + "x" * 36, "sk-...", "AKIAIOSFODNN7" + "EXAMPLE",
    "${SERVICE_TOKEN}", "{{ api_key }}", "changeme", "xoxb-your-token-here", "sk-proj-****", "********", "$TOKEN",
    "AIza" + "0" * 35, "replace-with-your-key", "hf_" + "x" * 34, "sk_test_" + "0" * 24, "TODO", "insert token here",
)  # fmt: skip
# Path and text; # stands for a hexadecimal digit, % for any letter or digit.
OTHERS = (
    ("digest", "checksums.txt", "#" * 64 + "  data.bin\n"),
    ("id", "ids.py", 'APP_ID = "########-####-4###-a###-############"\n'),
    ("commit", "docs/history.md", f"Fixed in commit {'#' * 40}.\n"),
    (
        "public key",
        "keys/public.pem",
        "-----BEGIN PUBLIC KEY-----\n" + "%" * 64 + "\n-----END PUBLIC KEY-----\n",
    ),
    ("read from the environment", "reading.py", 'import os\n\nAPI_KEY = os.environ["SERVICE_API_KEY"]\n'),
    (
        "names of fields",
        "fields.py",
        'PASSWORD_FIELD = "password"\nTOKEN_NAME = "access_token"\nSECRET = "client_secret"\n',
    ),
    ("address of a local database", "docs/local.md", "postgresql://postgres:postgres@localhost:5432/test\n"),
    (
        "integrity of a script",
        "docs/page.html",
        f'<script src="a.js" integrity="sha384-{"%" * 64}"></script>\n',
    ),
    ("picture in base64", "docs/logo.md", f"![](data:image/png;base64,iVBORw0KGgo{'%' * 240})\n"),
)


# A comment that says whose key it is; files that have no place in a package, whatever they hold.
NOT_TO_SHIP = ("comment", ".env", ".env of production", "npmrc")


def alike(copy: Copy, chance: Random) -> str:
    if chance.random() < 0.35:
        name, path, text = chance.choice(OTHERS)
        pools = {"#": HEX, "%": ALNUM}
        copy.add(path, "".join(chance.choice(pools[one]) if one in pools else one for one in text))
        return name
    style, write = chance.choice([one for one in KEYED if one[0] not in NOT_TO_SHIP])
    key = chance.choice(FALSE)
    write(copy, chance, key)
    return f"{style}: {key}"
