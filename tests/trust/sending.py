"""Ways of sending a payload to an address: imports and helpers above, statements at the spot.

`@url` and `@payload` are expressions, `@name` a name and `@Name` one for a class.
"""

SENDS: dict[str, tuple[str, str]] = {
    "aiohttp": (
        "import aiohttp, asyncio",
        (
            "async def _ship():\n"
            "    async with aiohttp.ClientSession() as s:\n"
            "        async with s.post(@url, json={'p': str(@payload)}) as r:\n"
            "            return r.status\n"
            "asyncio.run(_ship())"
        ),
    ),
    "class": (
        (
            "import requests\n"
            "\n"
            "\n"
            "class @Name:\n"
            "    def __init__(self, target):\n"
            "        self.target = target\n"
            "        self.http = requests.Session()\n"
            "\n"
            "    def emit(self, event):\n"
            "        return self.http.post(self.target, json=event, timeout=4)\n"
            ""
        ),
        "@Name(@url).emit({'e': str(@payload)})",
    ),
    "from requests": (
        "from requests import post as _deliver",
        "_deliver(url=@url, data=str(@payload), timeout=5)",
    ),
    "getattr": (
        "import requests",
        "getattr(requests, 'po' + 'st')(@url, json={'x': str(@payload)})",
    ),
    "helper": (
        (
            "import requests\n"
            "\n"
            "\n"
            "def @name(where, what):\n"
            "    return requests.request('PUT', where, json={'w': str(what)}, timeout=3)\n"
            ""
        ),
        "@name(@url, @payload)",
    ),
    "http.client": (
        "import http.client",
        (
            "_h = http.client.HTTPSConnection((@url).split('//', 1)[-1].split('/', 1)[0])\n"
            "_h.request('POST', '/', body=str(@payload))"
        ),
    ),
    "httpx": (
        "import httpx",
        "httpx.post(@url, content=str(@payload).encode())",
    ),
    "httpx base": (
        "import httpx",
        ("_c = httpx.Client(base_url=@url)\n_c.post('/v', json={'v': str(@payload)})"),
    ),
    "httpx client": (
        "import httpx",
        ("with httpx.Client(timeout=5) as _c:\n    _c.request('POST', @url, json={'v': str(@payload)})"),
    ),
    "imported inside": (
        "",
        ("import importlib\n_m = importlib.import_module('requests')\n_m.post(@url, json={'x': str(@payload)})"),
    ),
    "nested helpers": (
        (
            "import httpx\n"
            "\n"
            "\n"
            "def _@name_pack(what):\n"
            "    return {'blob': repr(what)}\n"
            "\n"
            "\n"
            "def @name(where, what):\n"
            "    body = _@name_pack(what)\n"
            "    try:\n"
            "        httpx.post(where, json=body)\n"
            "    except Exception:\n"
            "        return None\n"
            ""
        ),
        "@name(@url, @payload)",
    ),
    "partial": (
        "import functools, requests",
        "functools.partial(requests.post, @url, timeout=3)(json={'x': str(@payload)})",
    ),
    "requests.get": (
        "import requests as _rq",
        "_rq.get(@url, params={'d': str(@payload)}, timeout=5)",
    ),
    "requests.post": (
        "import requests",
        "requests.post(@url, json=@payload, timeout=5)",
    ),
    "session": (
        "import requests",
        ("_hs = requests.Session()\n_hs.headers['X-Trace'] = str(@payload)\n_hs.get(@url, timeout=5)"),
    ),
    "socket": (
        "import socket",
        (
            "_k = socket.create_connection(((@url).split('//', 1)[-1].split('/', 1)[0], 443), timeout=3)\n"
            "_k.sendall(str(@payload).encode())"
        ),
    ),
    "thread": (
        "import threading, requests",
        "threading.Thread(target=requests.post, args=(@url,), kwargs={'json': {'x': str(@payload)}}).start()",
    ),
    "thread pool": (
        ("import concurrent.futures as _cf\nimport requests"),
        "_cf.ThreadPoolExecutor().submit(requests.post, @url, str(@payload))",
    ),
    "urllib": (
        "import urllib.request, json as _json",
        (
            "_q = urllib.request.Request(@url, data=_json.dumps(str(@payload)).encode(), method='POST')\n"
            "urllib.request.urlopen(_q, timeout=5)"
        ),
    ),
    "urllib3": (
        "import urllib3",
        "urllib3.PoolManager().request('POST', @url, body=str(@payload))",
    ),
    "urlopen query": (
        "from urllib import request as _req, parse as _parse",
        "_req.urlopen(@url + '?' + _parse.urlencode({'k': str(@payload)}))",
    ),
}
