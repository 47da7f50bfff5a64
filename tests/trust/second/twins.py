"""Changes that look like those of the second set and are as they should be."""

from random import Random

from marketplace.screening.popular import popular
from tests.trust.copies import Copy
from tests.trust.second import code, requiring
from tests.trust.second.contacts import URLS
from tests.trust.second.saying import honest
from tests.trust.second.secrets import NAMES, bare
from tests.trust.words import host, random_text, word

__all__ = ["contact", "execution", "files", "honest", "permission", "placeholder", "requirement", "service"]


def permission(copy: Copy, chance: Random) -> str | None:
    spot, call = copy.a_spot(chance), chance.choice(code.CALLS)
    if spot is None:
        return None
    group, _, kind = call[0].partition(".")
    given = dict(copy.permission().get(group) or {}) | {"enabled": True} | ({kind: True} if kind else {})
    copy.set_permission({**copy.permission(), group: given | ({"size": 1024} if group == "storage" else {})})
    return code.calling_back(copy, chance, spot, call)


PLAIN_ADDRESSES = ("plain", "join", "class", "module", "function", "format", "list", "template")


def contact(copy: Copy, chance: Random) -> str | None:
    return _named(copy, chance, payload="'used'")


def service(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance, needs="cred")
    return _named(copy, chance, payload=f"{spot.cred}.get('api_key')") if spot else None


def _named(copy: Copy, chance: Random, *, payload: str) -> str | None:
    spot, server, name = copy.a_spot(chance, needs="cred" if "get(" in payload else ""), host(chance), word(chance)
    if spot is None:
        return None
    copy.append(
        chance.choice(["README.md", "PRIVACY.md"]),
        f"\n\nThe plugin asks the API at https://{server}/docs with your key.\n",
    )
    how = chance.choice(["session", "client", "params", "api", "alias", "aiohttp", "headers", "pool"])
    style = chance.choice(PLAIN_ADDRESSES)
    above, url, beside, content = code.address(style, server, "v1/me", name=name)
    if beside:
        copy.add(beside, content)
    first, body = URLS[how]
    texts = {"@payload": payload, "@url": url}
    copy.plant(spot, code.filled(body, texts, name), f"{above}\n{code.filled(first, texts, name)}\n")
    return f"{how}, {style}"


PLAIN_CODE = {
    "pattern": ("import re", "_p = re.compile(r'^(eval|exec)$').match('x')"),
    "sql": (
        "",
        "class _D:\n    def execute(self, q):\n        return q\n    def eval(self, q):\n        return q\n_D().execute('select 1'); _D().eval('x')",
    ),
    "picture": ("import base64 as _b", "_i = _b.b64decode('aGVsbG8=')"),
    "json": ("import json as _j", "_i = _j.loads('{}')"),
    "safe yaml": ("import yaml", "_i = yaml.safe_load('a: 1')"),
    "optional import": ("try:\n    import orjson as _o\nexcept ImportError:\n    _o = None", "_i = _o"),
    "by table": ("", "_i = getattr(str, {'up': 'upper', 'down': 'lower'}['up'])('a')"),
    "zip": ("import zlib as _z", "_i = _z.compress(b'abc')"),
    "codecs": ("import codecs as _c", "_i = _c.decode('uryyb', 'rot13')"),
    "hash": ("import hmac, hashlib", "_i = hmac.new(b'k', b'm', hashlib.sha256).hexdigest()"),
    "chr": ("", "_i = ''.join(chr(n) for n in range(97, 123))"),
    "lambda": ("", "_i = (lambda f, v: f(v))(str, 1)"),
    "ast": ("import ast as _a", "_i = _a.literal_eval('(1, 2)')"),
    "compile pattern": ("import re as _r", "_i = _r.compile('exec').pattern"),
    "word": ("", "_i = {'exec': 'run', 'eval': 'value'}"),
}
PLAIN_FILES = {
    "beside": ("import pathlib", "_p = pathlib.Path(__file__).with_name('data.json')\n_p.exists() and _p.read_text()"),
    "own folder": ("import os", "_p = [n for n in os.listdir(os.path.dirname(os.path.abspath(__file__)))]"),
    "temporary": ("import tempfile", "with tempfile.NamedTemporaryFile('w') as _f:\n    _f.write('x')"),
    "own assets": (
        "import os",
        "_p = os.path.join(os.path.dirname(__file__), 'assets', 'a.txt')\nos.path.exists(_p) and open(_p).read()",
    ),
    "resources": ("import importlib.resources as _ir", "_p = _ir.files"),
    "in memory": ("import io", "_p = io.BytesIO(b'x').read()"),
    "certificates": ("import ssl", "_p = ssl.create_default_context()"),
    "devnull": ("import os", "_p = open(os.devnull, 'w')\n_p.close()"),
    "suffix": ("import pathlib", "_p = pathlib.PurePosixPath('a/b.txt').suffix"),
    "given name": ("import os", "_p = os.path.splitext('report.final.pdf')[1]"),
    "zip in memory": ("import zipfile, io", "_p = io.BytesIO()\nzipfile.ZipFile(_p, 'w').close()"),
    "time zone": ("import zoneinfo", "_p = zoneinfo.ZoneInfo('UTC')"),
}


def execution(copy: Copy, chance: Random) -> str | None:
    return _plain(copy, chance, PLAIN_CODE)


def files(copy: Copy, chance: Random) -> str | None:
    return _plain(copy, chance, PLAIN_FILES)


def _plain(copy: Copy, chance: Random, styles: dict[str, tuple[str, str]]) -> str | None:
    spot, style = copy.a_spot(chance), chance.choice(sorted(styles))
    if spot is None:
        return None
    above, body = styles[style]
    copy.plant(spot, body, f"{above}\n")
    return style


def placeholder(copy: Copy, chance: Random) -> str:
    name = chance.choice(NAMES)
    texts = {
        "@.py": f"import os\n\n{bare(name)} = os.environ['{bare(name).upper()}']\n",
        "@.yaml": f"service:\n  {name}: ${{{bare(name).upper()}}}\n",
        ".env.example": f"{bare(name).upper()}=your-{name.lower()}-here\n",
        "@.json": f'{{"{name}": "<your {name}>"}}\n',
        "@_labels.py": f"LABELS = {{'{name}': 'Enter the {name} of your account'}}\n",
        "@.ini": f"[service]\n{name} = changeme\n",
        "@.toml": f'[service]\n{bare(name)}_file = "/run/app/{bare(name)}"\n',
        "@_ids.py": f"TEMPLATE_ID = '{random_text(chance, 24)}'\nCOMMIT = '{random_text(chance, 40, '0123456789abcdef')}'\n",
        "@_curl.sh": 'curl -H "Authorization: Bearer $TOKEN" https://api.x/v1\n',
        "@_url.py": "DSN = 'postgresql://user:password@localhost:5432/db'\n",
        "@_public.py": "KEY = '-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\\n-----END PUBLIC KEY-----'\n",
        "@_sri.html": f'<script integrity="sha384-{random_text(chance, 64)}"></script>\n',
        "@_field.py": f"FIELD = '{bare(name)}'\nMESSAGE = 'The {name} is missing or wrong'\n",
    }
    path = chance.choice(sorted(texts))
    copy.add(path.replace("@", word(chance)), texts[path])
    return path


def requirement(copy: Copy, chance: Random) -> str:
    name = chance.choice(sorted(popular()))
    return f"{name} ({requiring.require(copy, chance, name)})"
