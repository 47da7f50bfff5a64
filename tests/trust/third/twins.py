"""Changes that look like those of the third set and are as they should be."""

import base64
from random import Random

from marketplace.screening.popular import popular
from tests.trust.copies import Copy
from tests.trust.third import code, requiring
from tests.trust.third.calling import CALLS
from tests.trust.third.contacts import URLS
from tests.trust.third.places import IN_CODE, IN_FILES
from tests.trust.third.secrets import NAMES
from tests.trust.words import host, random_text, word


def permission(copy: Copy, chance: Random) -> str | None:
    """Declared calls back, and words that only look like them."""
    spot, call = copy.a_spot(chance), chance.choice(CALLS)
    if spot is None:
        return None
    if chance.random() < 0.4:
        style = chance.choice(sorted(NO_CALLS))
        code.write(copy, spot, NO_CALLS[style], {"@name": word(chance)})
        return style
    group, _, kind = call[0].partition(".")
    given = dict(copy.permission().get(group) or {}) | {"enabled": True} | ({kind: True} if kind else {})
    copy.set_permission({**copy.permission(), group: given | ({"size": 1024} if group == "storage" else {})})
    return code.calling_back(copy, chance, spot, call)


NO_CALLS = {
    "session of requests": ("import requests", "_s = requests.Session()\n_s.headers['a'] = 'b'"),
    "own storage": (
        "class Storage@Name:\n    def __init__(self):\n        self.kept = {}\n\n"
        "    def set(self, key, value):\n        self.kept[key] = value\n",
        "_storage = Storage@Name()\n_storage.set('k', b'1')",
    ),
    "own model": (
        "class Model@Name:\n    def invoke(self, *given):\n        return given\n",
        "_model = Model@Name()\n_model.invoke('a')",
    ),
    "a dictionary": ("", "_session = {'storage': {'get': 1}}\n_session['storage'].get('get')"),
    "identity": ("", "_ids = (getattr(self, 'session', None) is None, 'conversation')"),
    "text": ("", "_help = 'session.model.llm.invoke(...) is not used here'"),
    "own tool": ("def @name(tool):\n    return tool.get('invoke')\n", "@name({'invoke': 1})"),
    "a row of a table": ("", "_app = {'chat': 'x'}\n_app.get('chat')"),
}
PLAIN_ADDRESSES = (
    *("urlunsplit", "urljoin", "class of settings", "enumeration", "dataclass", "module beside", "template"),
    *("percent dict", "replaced", "f-string of constants", "join of labels", "cached", "default argument", "with port"),
)
PLAIN_CONTACTS = (
    *("post", "httpx client base", "httpx request", "session request", "session subclass", "aiohttp request"),
    *("urllib3 pool", "urlopen", "request hook", "callback", "user agent", "httpx async base"),
)


def contact(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    if chance.random() < 0.35:
        style = chance.choice(sorted(NO_CONTACTS))
        code.write(copy, spot, NO_CONTACTS[style], {"@name": word(chance), "@server": host(chance)})
        return style
    return _named(copy, chance, payload="'used'", needs="")


def service(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return None
    if chance.random() < 0.35:
        style = chance.choice(sorted(USES))
        code.write(copy, spot, USES[style], {"@cred": spot.cred, "@name": word(chance)})
        return style
    return _named(copy, chance, payload="@cred.get('api_key')", needs="cred")


NO_CONTACTS = {
    "a name space": ("", "_ns = {'svg': 'http://www.w3.org/2000/svg'}"),
    "a schema": ("", "_schema = {'$schema': 'https://json-schema.org/draft/2020-12/schema'}"),
    "a licence": ("# Licensed under https://www.apache.org/licenses/LICENSE-2.0\n", "pass"),
    "loop back": ("import requests", "requests.get('http://127.0.0.1:11434/api/tags', timeout=2)"),
    "local host": ("import httpx", "httpx.get('http://localhost:8000/health', timeout=2)"),
    "parsed": ("from urllib.parse import urlparse", "_p = urlparse('https://example.com/a').netloc"),
    "a placeholder": ("", "_hint = 'For example https://your-domain.example.com/v1'"),
    "a comment": ("", "# see https://@server/docs for the format\n_x = 1"),
    "a version": ("", "_v = '10.4.3.2'\n_w = 'release 1.2.3.4'"),
    "a module": ("", "_dotted = 'dify_plugin.entities.tool'\n_file = 'archive.tar.io'"),
}
USES = {
    "checked": ("", "if not @cred.get('api_key'):\n    raise ValueError('Enter an API key')"),
    "counted": ("import logging", "logging.getLogger(__name__).info('%d credentials', len(@cred))"),
    "names logged": ("import logging", "logging.getLogger(__name__).debug('given: %s', sorted(@cred.keys()))"),
    "digest": ("import hashlib", "_d = hashlib.sha256(str(@cred.get('api_key')).encode()).hexdigest()"),
    "own address": (
        "import requests",
        "requests.get(str(@cred.get('endpoint_url')), headers={'X-Key': str(@cred.get('api_key'))}, timeout=5)",
    ),
    "masked": ("", "_shown = '***' if @cred.get('api_key') else ''\nprint('key:', _shown)"),
    "copied": ("", "_mine = dict(@cred)\n_mine.setdefault('region', 'eu')"),
    "error without": (
        "import logging",
        "try:\n    _n = int(@cred.get('port') or 0)\nexcept ValueError as _e:\n    logging.warning('bad port: %s', _e)",
    ),
}


def _named(copy: Copy, chance: Random, *, payload: str, needs: str) -> str | None:
    spot, server, name = copy.a_spot(chance, needs=needs), host(chance), word(chance)
    if spot is None:
        return None
    lines = [
        f"Requests go to https://{server} with your key.",
        f"You need an account: see <https://{server}/docs>.",
        f"| Recipient | Host |\n|---|---|\n| The service | `{server}` |",
        f"The service's API ([{server}](https://{server}/)) answers your queries.",
    ]
    copy.append(chance.choice(["README.md", "PRIVACY.md"]), f"\n\n{chance.choice(lines)}\n")
    how, style = chance.choice(PLAIN_CONTACTS), chance.choice(PLAIN_ADDRESSES)
    first, expression, path, content = code.address(style, server, chance, name)
    texts = {"@payload": payload.replace("@cred", spot.cred), "@name": name, "@url": f"({expression})"}
    above, body = (code.filled(text, texts, name) for text in URLS[how])
    if path:
        code.beside(copy, spot, path, content)
    copy.plant(spot, body, f"{first}\n{above}\n")
    return f"{how}, {style}"


PLAIN_CODE: dict[str, tuple[str, ...]] = {
    "cursor": (
        "import sqlite3",
        "_c = sqlite3.connect(':memory:')\n_c.execute('select 1')\n_c.executescript('select 1')",
    ),
    "named exec": ("class @Name:\n    def exec(self, q):\n        return q\n", "@Name().exec('select 1')"),
    "torch eval": ("class @Name:\n    def eval(self):\n        return self\n", "_model = @Name()\n_model.eval()"),
    "decoded picture": ("import base64, io", "_i = io.BytesIO(base64.b64decode('iVBORw0KGgo='))"),
    "decoded credentials": ("import base64, json", "_j = json.loads(base64.b64decode('e30=').decode())"),
    "unzipped": ("import zlib, json", "_j = json.loads(zlib.decompress(zlib.compress(b'[1]')))"),
    "hex colour": ("", "_rgb = bytes.fromhex('ff8800')"),
    "lazy import": ("import importlib", "_m = importlib.import_module('json')\n_m.dumps({})"),
    "table of methods": ("", "_v = getattr('a', {'up': 'upper'}['up'])()"),
    "pattern": ("import re", "_p = re.compile(r'(eval|exec)\\('); _p.sub('', 'eval(1)')"),
    "literal": ("import ast", "_v = ast.literal_eval(\"{'a': [1, 2]}\")"),
    "safe yaml": ("import yaml", "_v = yaml.load('a: 1', Loader=yaml.SafeLoader)"),
    "made type": ("", "_T = type('Row', (dict,), {'kind': 'row'})\n_T(a=1)"),
    "letters": ("", "_abc = ''.join(chr(97 + n) for n in range(26))"),
    "turned text": ("", "_palindrome = 'anna' == 'anna'[::-1]"),
    "jinja": ("from string import Template", "_t = Template('exec $what').safe_substitute(what='order')"),
    "words": ("", "_words = ['exec', 'eval', 'compile', 'os.system', 'subprocess']"),
    "hash": ("import hashlib", "_h = hashlib.md5(b'a', usedforsecurity=False).hexdigest()"),
    "signature": ("import hmac, hashlib, base64", "_s = base64.b64encode(hmac.digest(b'k', b'm', 'sha256'))"),
    "partial": ("import functools", "_f = functools.partial(int, base=16)\n_f('ff')"),
}
PLAIN_FILES: dict[str, tuple[str, ...]] = {
    "beside": (
        "from pathlib import Path",
        "_p = Path(__file__).parent / 'prompts' / 'a.txt'\n_p.is_file() and _p.read_text()",
    ),
    "up and down": (
        "import os",
        "_p = os.path.join(os.path.dirname(__file__), '@inside', '_assets', 'icon.svg')\nos.path.isfile(_p)",
    ),
    "root of the plugin": (
        "import pathlib",
        "_p = (pathlib.Path(__file__).resolve()@root / 'manifest.yaml')\n_p.exists() and _p.read_text()",
    ),
    "temporary": ("import tempfile, os", "_fd, _p = tempfile.mkstemp(suffix='.pdf')\nos.close(_fd)\nos.unlink(_p)"),
    "temporary folder": (
        "import tempfile, pathlib",
        "with tempfile.TemporaryDirectory() as _d:\n    pathlib.Path(_d, 'a').write_text('x')",
    ),
    "system temporary": (
        "import os, tempfile",
        "_p = os.path.join(tempfile.gettempdir(), 'a.bin')\nopen(_p, 'wb').close()",
    ),
    "null": ("", "open('/dev/null', 'w').close()"),
    "certificates": ("import certifi", "_p = open(certifi.where()).read()"),
    "memory": ("import sqlite3", "_p = sqlite3.connect(':memory:')"),
    "given bytes": (
        "import io, zipfile",
        "_b = io.BytesIO()\nwith zipfile.ZipFile(_b, 'w') as _z:\n    _z.writestr('a/../b.txt', 'x')",
    ),
    "mime": ("import mimetypes", "_m = mimetypes.guess_type('/etc/passwd.txt')"),
    "address path": ("", "_route = '/etc/passwd' if False else '/v1/files'\nlen(_route)"),
    "text": ("", "_help = 'Never give it ../ or ~/.ssh/id_rsa'"),
    "relative": ("import os", "_p = 'config.yaml'\nos.path.exists(_p) and open(_p).read()"),
    "environment": ("import os", "_d = os.environ.get('HTTP_PROXY', '')"),
    "name only": ("from pathlib import PurePath", "_n = PurePath('/home', 'someone', 'a.txt').name"),
}


def execution(copy: Copy, chance: Random) -> str | None:
    return _plain(copy, chance, PLAIN_CODE)


def files(copy: Copy, chance: Random) -> str | None:
    return _plain(copy, chance, PLAIN_FILES)


def _plain(copy: Copy, chance: Random, styles: dict[str, tuple[str, ...]]) -> str | None:
    spot, style = copy.a_spot(chance), chance.choice(sorted(styles))
    if spot is None:
        return None
    depth = spot.path.count("/")
    texts = {"@inside": "/".join([".."] * depth) or ".", "@root": ".parent" * (depth + 1), "@name": word(chance)}
    code.write(copy, spot, styles[style], texts)
    return style


def placeholder(copy: Copy, chance: Random) -> str:
    """A place where secrets are forgotten with something that is none; or another text that looks like one."""
    hexes = "0123456789abcdef"
    if chance.random() < 0.5:
        values = [
            *("<your-key>", "YOUR_API_KEY", "sk-...", "xxxxxxxxxxxxxxxx", "changeme", "${API_KEY}", "{{ api_key }}"),
            *(
                "op://vault/item/field",
                "********",
                "replace-with-your-own-token",
                "$(pass show x)",
            ),
            *("your_secret_goes_here", "...", "TODO", "example-token"),
        ]
        place, name, value = chance.choice(sorted(IN_CODE | IN_FILES)), chance.choice(NAMES), chance.choice(values)
        if place in ("env", "env local", "envrc", "base64", "kubernetes"):
            place = "yaml"
        path, text = (IN_CODE | IN_FILES)[place](chance, name, value)
        path = path.replace("@", word(chance))
        (copy.append if path in copy.files else copy.add)(path, text)
        return f"{value}, {place}, {name}"
    texts = {
        "digests.py": f"KNOWN = {{'model.bin': 'sha256:{random_text(chance, 64, hexes)}'}}\n",
        "ids.yaml": f"workspace_id: {'-'.join(random_text(chance, n, hexes) for n in (8, 4, 4, 4, 12))}\n",
        "lock.json": f'{{"integrity": "sha512-{base64.b64encode(chance.randbytes(64)).decode()}"}}\n',
        "picture.py": f"ICON = 'data:image/png;base64,{base64.b64encode(chance.randbytes(90)).decode()}'\n",
        "names.py": "TOKENIZER = 'cl100k_base'\nSECRET_NAME = 'projects/demo/secrets/key/versions/latest'\n",
        "labels.yaml": "api_key:\n  type: secret-input\n  label:\n    en_US: API key\n  placeholder:\n    en_US: Enter your API key\n",
        "public.pem.txt": f"-----BEGIN PUBLIC KEY-----\n{random_text(chance, 64)}\n-----END PUBLIC KEY-----\n",
        "sops.yaml": f"password: ENC[AES256_GCM,data:{random_text(chance, 20)},iv:{random_text(chance, 20)},type:str]\n",
        "local.py": "DSN = 'redis://:password@localhost:6379/0'\nOTHER = 'postgres://user:pass@db.example.com/app'\n",
        "limits.py": "MAX_TOKENS = 4096\nTOKEN_LIMIT = 128000\npassword_min_length = 12\nKEY_SEPARATOR = '::'\n",
        "commit.py": f"REVISION = '{random_text(chance, 40, hexes)}'\n",
        "paths.toml": 'secret_file = "/run/secrets/app_key"\ntoken_url = "https://login.example.com/oauth2/token"\n',
        "reads.py": "import os\n\nPASSWORD = os.environ['APP_PASSWORD']\nTOKEN = os.getenv('TOKEN', '')\n",
        "messages.py": "ERRORS = {'invalid_api_key': 'The API key is not valid', 'token_expired': 'Sign in again'}\n",
        "model.yaml": "model: gpt-4o-mini-2024-07-18\nlabel:\n  en_US: claude-3-5-sonnet-20241022-v2\n",
    }
    path = chance.choice(sorted(texts))
    copy.add(f"{word(chance)}_{path}", texts[path])
    return path


REAL = (
    *(
        "requests-toolbelt",
        "requests-oauthlib",
        "requests-cache",
        "types-requests",
        "httpx-sse",
        "pandas-stubs",
        "flask-cors",
    ),
    *(
        "langchain-openai",
        "langchain-community",
        "google-api-python-client",
        "google-auth-oauthlib",
        "python-multipart",
    ),
    *(
        "opencv-python-headless",
        "psycopg2-binary",
        "psycopg",
        "pypdf2",
        "pymupdf",
        "pyjwt",
        "orjson",
        "ujson",
        "simplejson",
    ),
    *(
        "Pillow",
        "PyYAML",
        "Jinja2",
        "dify_plugin",
        "python_dotenv",
        "SQLAlchemy",
        "aiofiles",
        "aiohttp-retry",
        "boto3-stubs",
    ),
    *(
        "azure-storage-blob",
        "openai-whisper",
        "redis-om",
        "numpy-financial",
        "click-plugins",
        "tqdm",
        "attrs",
        "h11",
        "idna",
    ),
)


def requirement(copy: Copy, chance: Random) -> str:
    name = chance.choice(REAL) if chance.random() < 0.5 else chance.choice(sorted(popular()))
    return f"{name} ({requiring.require(copy, chance, name)})"
