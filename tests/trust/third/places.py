"""Where keys are forgotten: (path, text) for a name and a value."""

import base64
import json
from collections.abc import Callable
from random import Random

from tests.trust.words import host, random_text


def bare(name: str) -> str:
    return name.replace("-", "_")


def key_of(chance: Random, kind: str) -> str:
    body = "\n".join(random_text(chance, 64) for _ in range(9))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"


def notebook(name: str, value: str) -> str:
    cell = {
        "cell_type": "code",
        "source": ["import os\n", f"os.environ['{bare(name).upper()}'] = '{value}'\n"],
        "outputs": [],
    }
    return json.dumps({"cells": [cell], "nbformat": 4, "metadata": {}}, indent=1)


def notebook_output(name: str, value: str) -> str:
    cell = {
        "cell_type": "code",
        "source": ["client.config"],
        "outputs": [{"data": {"text/plain": [f"{{'{name}': '{value}'}}"]}}],
    }
    return json.dumps({"cells": [cell], "nbformat": 4})


Place = Callable[[Random, str, str], tuple[str, str]]
IN_CODE: dict[str, Place] = {
    "constant": lambda c, n, v: ("@.py", f'{bare(n).upper()} = "{v}"\n'),
    "annotated": lambda c, n, v: ("@.py", f"from typing import Final\n\n{bare(n)}: Final[str] = '{v}'\n"),
    "two strings": lambda c, n, v: ("@.py", f"{bare(n)} = '{v[: len(v) // 2]}' + '{v[len(v) // 2 :]}'\n"),
    "two constants": lambda c, n, v: (
        "@.py",
        f"_A = '{v[: len(v) // 2]}'\n_B = '{v[len(v) // 2 :]}'\n{bare(n)} = _A + _B\n",
    ),
    "joined": lambda c, n, v: (
        "@.py",
        f"{bare(n)} = ''.join(['{v[:9]}', '{v[9:]}'])\n",
    ),
    "base64": lambda c, n, v: (
        "@.py",
        f"import base64\n\n{bare(n)} = base64.b64decode(b'{base64.b64encode(v.encode()).decode()}').decode()\n",
    ),
    "reversed": lambda c, n, v: ("@.py", f"{bare(n)} = '{v[::-1]}'[::-1]\n"),
    "dictionary": lambda c, n, v: ("@.py", f"DEFAULTS = {{'region': 'eu', '{n}': '{v}'}}\n"),
    "keyword": lambda c, n, v: ("@.py", f"def make(factory):\n    return factory(region='eu', {bare(n)}='{v}')\n"),
    "fallback": lambda c, n, v: ("@.py", f"import os\n\nVALUE = os.environ.get('{bare(n).upper()}', '{v}')\n"),
    "credentials or": lambda c, n, v: ("@.py", f"def pick(credentials):\n    return credentials.get('{n}') or '{v}'\n"),
    "header": lambda c, n, v: ("@.py", f"HEADERS = {{'Accept': '*/*', 'X-Api-Key': '{v}'}}\n"),
    "bearer": lambda c, n, v: ("@.py", f"HEADERS = {{'Authorization': f'Bearer {v}'}}\n"),
    "in a docstring": lambda c, n, v: ("@.py", f'"""Call it.\n\n>>> Client({bare(n)}="{v}")\n"""\n'),
    "commented out": lambda c, n, v: ("@.py", f"VALUE = None\n# {bare(n)} = '{v}'\n"),
    "in an address": lambda c, n, v: ("@.py", f"URL = 'https://{host(c)}/v1?{bare(n)}={v}'\n"),
    "test file": lambda c, n, v: (
        "tests/test_@.py",
        f"CREDENTIALS = {{'{n}': '{v}'}}\n\n\ndef test_it():\n    assert CREDENTIALS\n",
    ),
    "conftest": lambda c, n, v: (
        "tests/conftest.py",
        f"import os\n\nos.environ.setdefault('{bare(n).upper()}', '{v}')\n",
    ),
    "dataclass": lambda c, n, v: (
        "@.py",
        f"from dataclasses import dataclass\n\n\n@dataclass\nclass Conf:\n    {bare(n)}: str = '{v}'\n",
    ),
    "javascript": lambda c, n, v: ("static/@.js", f'const config = {{ {bare(n)}: "{v}" }};\n'),
    "typescript": lambda c, n, v: ("@.ts", f"export const {bare(n)}: string = `{v}`;\n"),
    "powershell": lambda c, n, v: ("@.ps1", f'$env:{bare(n).upper()} = "{v}"\n'),
    "make": lambda c, n, v: ("Makefile", f"export {bare(n).upper()} := {v}\n\nrun:\n\tpython -m main\n"),
}
IN_FILES: dict[str, Place] = {
    "env": lambda c, n, v: (".env", f"INSTALL_METHOD=remote\n{bare(n).upper()}={v}\n"),
    "env local": lambda c, n, v: (".env.local", f'{bare(n).upper()}="{v}"\n'),
    "env example": lambda c, n, v: (".env.example", f"{bare(n).upper()}={v}\n"),
    "envrc": lambda c, n, v: (".envrc", f"export {bare(n).upper()}={v}\n"),
    "yaml": lambda c, n, v: ("config/@.yaml", f"auth:\n  {n}: {v}\n  retries: 3\n"),
    "yaml block": lambda c, n, v: ("config/@.yml", f"auth:\n  {n}: |-\n    {v}\n"),
    "toml": lambda c, n, v: ("@.toml", f"[auth]\n{bare(n)} = '{v}'\n"),
    "ini": lambda c, n, v: ("setup.ini", f"[auth]\n{n}={v}\n"),
    "json": lambda c, n, v: ("@.json", json.dumps({"auth": {"kind": "key", n: v}}, indent=2)),
    "json pair": lambda c, n, v: ("@.json", json.dumps([{"name": n, "value": v}])),
    "postman": lambda c, n, v: (
        "docs/@.postman_collection.json",
        json.dumps({"auth": {"type": "bearer", "bearer": [{"key": "token", "value": v, "type": "string"}]}}),
    ),
    "notebook": lambda c, n, v: ("examples/@.ipynb", notebook(n, v)),
    "notebook output": lambda c, n, v: ("examples/@.ipynb", notebook_output(n, v)),
    "markdown": lambda c, n, v: ("docs/@.md", f"Set the key:\n\n```python\nclient = Client({bare(n)}='{v}')\n```\n"),
    "markdown curl": lambda c, n, v: (
        "README.md",
        f"\n```\ncurl -H 'Authorization: Bearer {v}' https://{host(c)}/v1\n```\n",
    ),
    "text": lambda c, n, v: ("notes.txt", f"do not commit\n{n}: {v}\n"),
    "log": lambda c, n, v: ("debug.txt", f"2026-03-01 10:00:00 INFO request headers Authorization: Bearer {v}\n"),
    "csv": lambda c, n, v: ("keys.csv", f"name,{n}\nproduction,{v}\n"),
    "xml": lambda c, n, v: ("@.xml", f'<config><add key="{n}" value="{v}"/></config>\n'),
    "compose": lambda c, n, v: ("compose.yaml", f"services:\n  a:\n    environment:\n      {bare(n).upper()}: {v}\n"),
    "workflow": lambda c, n, v: (
        "ci/publish.yml",
        f"jobs:\n  a:\n    steps:\n      - run: make\n        env:\n          {bare(n).upper()}: {v}\n",
    ),
    "kubernetes": lambda c, n, v: (
        "deploy/@.yaml",
        f"kind: Secret\nmetadata:\n  name: s\ndata:\n  {bare(n).lower()}: {base64.b64encode(v.encode()).decode()}\n",
    ),
    "terraform": lambda c, n, v: ("@.tfvars", f'{bare(n).lower()} = "{v}"\n'),
    "docker": lambda c, n, v: ("Dockerfile", f"FROM scratch\nARG {bare(n).upper()}={v}\n"),
    "shell": lambda c, n, v: ("run.bash", f"export {bare(n).upper()}={v}\npython -m main\n"),
    "properties": lambda c, n, v: ("@.properties", f"service.{n}: {v}\n"),
    "sql": lambda c, n, v: ("@.sql", f"INSERT INTO settings (name, value) VALUES ('{n}', '{v}');\n"),
    "vscode": lambda c, n, v: ("settings/@.json", json.dumps({f"extension.{n}": v})),
}
# These bring a secret of their own.
OWN: dict[str, Place] = {
    "rsa key": lambda c, n, v: ("certs/@.txt", key_of(c, "RSA PRIVATE KEY")),
    "pkcs8 key": lambda c, n, v: ("@.py", f'KEY = """{key_of(c, "PRIVATE KEY")}"""\n'),
    "pgp key": lambda c, n, v: ("@.asc", key_of(c, "PGP PRIVATE KEY BLOCK")),
    "encrypted key": lambda c, n, v: (
        "@.yaml",
        "key: |\n  " + key_of(c, "EC PRIVATE KEY").replace("\n", "\n  ").rstrip() + "\n",
    ),
    "one line key": lambda c, n, v: ("@.json", json.dumps({"pem": key_of(c, "PRIVATE KEY")})),
    "putty key": lambda c, n, v: (
        "@.ppk",
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{random_text(c, 48)}\n",
    ),
    "postgres": lambda c, n, v: (
        "@.py",
        f"DSN = 'postgresql+psycopg2://app:{random_text(c, 15)}@{host(c)}:5432/app'\n",
    ),
    "mongo": lambda c, n, v: (
        "@.yaml",
        f"uri: mongodb+srv://app:{random_text(c, 15)}@{host(c)}/app?retryWrites=true\n",
    ),
    "mysql": lambda c, n, v: (".env", f"DATABASE_URL=mysql://app:{random_text(c, 12)}@{host(c)}/app\n"),
    "odbc": lambda c, n, v: ("@.py", f"DSN = 'Driver={{ODBC}};Server={host(c)};Uid=sa;Pwd={random_text(c, 14)};'\n"),
    "azure string": lambda c, n, v: (
        "@.json",
        json.dumps(
            {
                "storage": "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey="
                f"{base64.b64encode(c.randbytes(64)).decode()};EndpointSuffix=core.windows.net"
            }
        ),
    ),
    "shared access": lambda c, n, v: (
        "@.py",
        f"URL = 'https://acc.blob.core.windows.net/c/b?sv=2022-11-02&sp=rl&sig={random_text(c, 43)}%3D'\n",
    ),
    "basic": lambda c, n, v: (
        "@.py",
        f"HEADERS = {{'Authorization': 'Basic {base64.b64encode(f'svc:{random_text(c, 16)}'.encode()).decode()}'}}\n",
    ),
    "git credentials": lambda c, n, v: (".git-credentials", f"https://bot:{random_text(c, 26)}@{host(c)}\n"),
    "pgpass": lambda c, n, v: (".pgpass", f"{host(c)}:5432:app:app:{random_text(c, 16)}\n"),
    "kube": lambda c, n, v: (
        "kubeconfig.yaml",
        f"users:\n- name: admin\n  user:\n    token: {random_text(c, 64)}\n",
    ),
    "google account": lambda c, n, v: (
        "service.json",
        json.dumps({"type": "service_account", "private_key": key_of(c, "PRIVATE KEY"), "client_id": "1"}),
    ),
    "git remote": lambda c, n, v: (
        "docs/setup.md",
        f"git clone https://oauth2:{random_text(c, 20)}@{host(c)}/team/plugin.git\n",
    ),
}
PLACES = IN_CODE | IN_FILES | OWN
