"""A key that somebody wants to keep in the package without anybody seeing it, or that lies where nobody looks."""

import base64
import codecs
import gzip
import io
import json
import zipfile
import zlib
from random import Random

from tests.trust.copies import Copy
from tests.trust.fourth import keys
from tests.trust.fourth.filling import Planting, a_module, filled, in_file, in_module

# Expressions that give the key; `@x` is a name.
DISGUISES = {
    "concatenation": lambda key: " + ".join(repr(part) for part in _parts(key, 3)),
    "neighbours": lambda key: "(\n    " + "\n    ".join(repr(part) for part in _parts(key, 4)) + "\n)",
    "join": lambda key: f"''.join({_parts(key, 5)!r})",
    "join with a dash": lambda key: f"'-'.join({key.split('-')!r})" if "-" in key else f"'_'.join({key.split('_')!r})",
    "reversed": lambda key: f"{key[::-1]!r}[::-1]",
    "hex": lambda key: f"bytes.fromhex({key.encode().hex()!r}).decode()",
    "character codes": lambda key: f"''.join(map(chr, {[ord(one) for one in key]!r}))",
    "bytes": lambda key: f"bytes({list(key.encode())!r}).decode()",
    "base64": lambda key: f"__import__('base64').b64decode({base64.b64encode(key.encode()).decode()!r}).decode()",
    "base64 twice": lambda key: (
        "__import__('base64').b64decode(__import__('base64').b64decode("
        f"{base64.b64encode(base64.b64encode(key.encode())).decode()!r})).decode()"
    ),
    "base85": lambda key: f"__import__('base64').b85decode({base64.b85encode(key.encode()).decode()!r}).decode()",
    "rot13": lambda key: f"__import__('codecs').decode({codecs.encode(key, 'rot13')!r}, 'rot13')",
    "zlib": lambda key: (
        "__import__('zlib').decompress(__import__('base64').b64decode("
        f"{base64.b64encode(zlib.compress(key.encode())).decode()!r})).decode()"
    ),
    "exclusive or": lambda key: f"bytes(one ^ 23 for one in {bytes(one ^ 23 for one in key.encode())!r}).decode()",
    "format": lambda key: f"'{{}}{{}}{{}}'.format(*{_parts(key, 3)!r})",
    "percent": lambda key: f"'%s%s' % {tuple(_parts(key, 2))!r}",
    "replace": lambda key: f"{key.replace('a', '~~')!r}.replace('~~', 'a')",
    "escapes": lambda key: "'" + "".join(f"\\x{ord(one):02x}" for one in key) + "'",
}
USES = (
    "_TOKEN = @x",
    "DEFAULTS = {'region': 'eu', 'k': @x}",
    "def _auth():\n    return {'Authorization': 'Bearer ' + @x}",
    "class _Remote:\n    address = 'https://@host'\n    handle = @x",
)
MODULE: dict[str, str] = {
    "neutral name": "_x1 = '@known'",
    "in a list": "POOL = ['@known', '@known2', '@known3']",
    "in a tuple of arguments": "def _open(cls):\n    return cls('https://@host', '@known', True)",
    "in an f-string": "def _url(q):\n    return f'https://@host/v2/{q}?token=@known'",
    "in bytes": "_SIG = b'@known'",
    "header Basic": "_H = {'Authorization': 'Basic @basic'}",
    "argument's default in argparse": (
        "def _cli():\n    import argparse\n\n    p = argparse.ArgumentParser()\n"
        "    p.add_argument('--token', default='@plain')\n    return p"
    ),
    "pydantic secret": (
        "from pydantic import BaseModel, SecretStr\n\n\nclass _S(BaseModel):\n"
        "    password: SecretStr = SecretStr('@word')"
    ),
    "enumeration": "import enum\n\n\nclass _Keys(str, enum.Enum):\n    LIVE = '@known'\n    NONE = ''",
    "compared": "def _admin(token):\n    return token == '@plain'",
    "password compared": "def _login(user, password):\n    return user == 'admin' and password == '@word'",
    "fallback with or": "def _key(credentials):\n    return credentials.get('api_key') or '@key'",
    "get with a default": "def _secret(credentials):\n    return credentials.get('client_secret', '@plain')",
    "cookie": "_C = {'cookie': 'sessionid=@plain; csrftoken=@plain'}",
    "docstring's password": 'def _note():\n    """Staging login: @user / @word"""',
    "docstring, password named": 'def _staging():\n    """Connects to staging.\n\n    user: @user\n    password: @word\n    """',
    "passphrase": "def _load(data):\n    return decrypt(data, passphrase='@word')",
    "bot address": "def _tell(text):\n    return f'https://api.telegram.org/bot@telegram/sendMessage?text={text}'",
    "hook of Discord": "_OUT = 'https://discord.com/api/webhooks/@snow/@w68'",
    "hook of Feishu": "_BOT = 'https://open.feishu.cn/open-apis/bot/v2/hook/@uuid'",
    "signed address": "_BLOB = 'https://@user.blob.core.windows.net/data?sv=2022-11-02&sp=racwdl&sig=@sig%3D'",
    "HMAC key": "def _sign(body):\n    import hmac\n\n    return hmac.new(b'@plain', body, 'sha256').hexdigest()",
    "Fernet key": "_FERNET = '@fernet='",
    "Django key": "SECRET_KEY = 'django-insecure-@a50'",
    "shell in Python": "def _sync():\n    import os\n\n    os.system('sshpass -p @word ssh @user@@host')",
    "git remote": "REPO = 'https://oauth2:@gitlab@gitlab.com/team/data.git'",
    "JSON in a string": '_CFG = \'{"token": "@key", "zone": 3}\'',
}
FILES: dict[str, tuple[str, str]] = {
    "HTML comment in README": ("README.md", "\n<!-- staging key: @known -->\n"),
    "comment in YAML": ("tools/notes.yaml", "# curl -H 'X-Api-Key: @known' https://@host\nitems: []\n"),
    "base64 of .env": ("_assets/settings.txt", "@envelope\n"),
    "cassette": (
        "tests/cassettes/call.yaml",
        "interactions:\n- request:\n    headers:\n      Authorization:\n      - Bearer @known\n    method: GET\n"
        "    uri: https://@host/v1/me\n  response:\n    status: {code: 200, message: OK}\n",
    ),
    "HAR": (
        "docs/trace.har",
        '{"log": {"entries": [{"request": {"headers": [{"name": "x-api-key", "value": "@known"}]}}]}}\n',
    ),
    "picture": ("_assets/diagram.svg", "<svg xmlns='http://www.w3.org/2000/svg'><!-- @known --><g/></svg>\n"),
    "data": ("data/.cache", "@known\n"),
    "editor's settings": (".vscode/settings.json", '{"rest-client.environmentVariables": {"dev": {"t": "@known"}}}\n'),
    "history": (".bash_history", "ls\nexport @name=@key\nmysql -h @host -u @user -p@word\n"),
    "kubeconfig": (
        "kubeconfig",
        "apiVersion: v1\nusers:\n- name: admin\n  user:\n    token: @jwt\n    client-key-data: @pem64\n",
    ),
    "key with another ending": ("_assets/licence.dat", "@pem"),
    "PEM in JSON": ("provider/app.json", '{"app_id": 411093, "pem": "@lines"}\n'),
    "uv index": (
        "uv.toml",
        '[[index]]\nname = "internal"\nurl = "https://@user:@plain@packages.@host/simple"\n',
    ),
    "pip.conf": ("pip.conf", "[global]\nindex-url = https://__token__:@plain@packages.@host/simple\n"),
    "CSV": ("data/accounts.csv", "service,login,password\ncrm,@user@@host,@word\n"),
    "template": ("templates/mail.j2", "{% set api_key = '@known' %}\nHello {{ name }}\n"),
    "password in YAML quoted": ("deploy/values.yaml", "postgresql:\n  auth:\n    postgresPassword: '@word'\n"),
    "htpasswd beside the password": ("deploy/README", "basic auth for the demo is @user:@word\n"),
    "javascript": ("_assets/app.js", "const cfg = { endpoint: 'https://@host', apiKey: '@key' };\n"),
    "ini of a database": ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql+asyncpg://@user:@word@@host/app\n"),
}


def _parts(key: str, many: int) -> list[str]:
    step = -(-len(key) // many)
    return [key[at : at + step] for at in range(0, len(key), step)]


def _more(text: str, chance: Random) -> str:
    """Marks that only hidden ones have."""
    user, word = "svc_plugin", keys.a_password(chance)
    values = {
        "@known2": keys.a_known_key(chance)[1],
        "@known3": keys.a_known_key(chance)[1],
        "@basic": base64.b64encode(f"{user}:{word}".encode()).decode(),
        "@telegram": keys.drawn("{d10}:AA{w33}", chance),
        "@snow": keys.drawn("1{d18}", chance),
        "@w68": keys.drawn("{w68}", chance),
        "@uuid": keys.drawn("{h8}-{h4}-4{h3}-a{h3}-{h12}", chance),
        "@sig": keys.drawn("{a43}", chance),
        "@fernet": keys.drawn("{w43}", chance),
        "@a50": keys.drawn("{a50}", chance),
        "@gitlab": keys.drawn("glpat-{w20}", chance),
        "@envelope": base64.b64encode(filled("@name=@key\nDEBUG=0\n", chance).encode()).decode(),
        "@pem64": base64.b64encode(keys.pem(chance).encode()).decode(),
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _disguised(style: str) -> Planting:
    def plant(copy: Copy, chance: Random) -> bool:
        key = DISGUISES[style](keys.a_known_key(chance)[1])
        path = a_module(copy, chance)
        if path:
            copy.append(path, f"\n\n{filled(chance.choice(USES), chance).replace('@x', key)}\n")
        return bool(path)

    return plant


def _in_module(text: str) -> Planting:
    return lambda copy, chance: in_module(_more(text, chance))(copy, chance)


def _in_file(path: str, text: str) -> Planting:
    return lambda copy, chance: in_file(path, _more(text, chance))(copy, chance)


def in_archive(copy: Copy, chance: Random) -> bool:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fixtures/.env", filled("@name=@known\n", chance))
    copy.files["tests/fixtures.zip"] = told.getvalue()
    return True


def in_gzip(copy: Copy, chance: Random) -> bool:
    copy.files["data/dump.json.gz"] = gzip.compress(
        json.dumps({"token": keys.a_known_key(chance)[1]}).encode(), mtime=0
    )
    return True


def in_wide_letters(copy: Copy, chance: Random) -> bool:
    copy.files["config/settings.txt"] = filled("@name=@known\r\n", chance).encode("utf-16")
    return True


HIDDEN: dict[str, Planting] = {f"as {name}": _disguised(name) for name in DISGUISES}
HIDDEN |= {name: _in_module(text) for name, text in MODULE.items()}
HIDDEN |= {name: _in_file(*one) for name, one in FILES.items()}
HIDDEN |= {"archive": in_archive, "gzip": in_gzip, "UTF-16": in_wide_letters}
