"""Clean twins of what is planted into code: what honest plugins do and what looks alike."""

from tests.trust.fourth.code_styles import styles

# Needs no permission.
SESSIONS = styles(r'''
=== an HTTP session
self_session = requests.Session()
self_session.headers.update({"Accept": "application/json"})
>> top
import requests
=== a class of its own named Session
_Session_<name>().storage.set("k", b"v")
>> top
class _Store_<name>:
    def __init__(self):
        self.kept = {}

    def set(self, key, value):
        self.kept[key] = value


class _Session_<name>:
    def __init__(self):
        self.storage = _Store_<name>()

=== a database's session
with sqlalchemy.orm.Session(sqlalchemy.create_engine("sqlite://")) as session:
    session.execute(sqlalchemy.text("select 1"))
>> top
import sqlalchemy
import sqlalchemy.orm
=== a cache in memory
_CACHE_<name>.setdefault("seen", 0)
>> top
_CACHE_<name>: dict[str, int] = {}
=== a model of numbers
_model = {"llm": "gpt", "tts": "x"}
_chosen = _model.get("llm")
=== an uploaded file
self.session.file.upload("a.txt", b"hello", "text/plain")
=== session id
_trace = getattr(self.session, "session_id", None)
=== app id for a log
_app = self.session.app_id if getattr(self, "session", None) else None
=== storage in a text
"""self.session.storage.set would need the permission; nothing is kept here."""
=== a list of tools
tools = [{"name": "search", "invoke": print}]
for tool in tools:
    tool["invoke"]("x")
=== reduce over settings
functools.reduce(getattr, ["runtime", "credentials"], self)
>> top
import functools
=== an object of its own with the same words
_Model_<name>().llm.invoke("x")
>> top
import types


class _Model_<name>:
    llm = types.SimpleNamespace(invoke=lambda text: text.upper())

''')

# `<host>` is named by the listing.
CONTACTS = styles(r'''
=== the user's own server
requests.get(<cred>.get("base_url", "").rstrip("/") + "/status", timeout=5) if <cred>.get("base_url") else None
>> top
import requests
=== localhost
requests.get("http://localhost:11434/api/tags", timeout=1)
>> top
import requests
=== loopback
_url = "http://127.0.0.1:8188/prompt"
=== a schema's name
_NS = {"a": "http://www.w3.org/2005/Atom", "s": "http://www.w3.org/2001/XMLSchema"}
=== a link in a docstring
def _noted():
    """As described at https://docs.python.org/3/library/json.html."""
=== a link in a comment
# see https://stackoverflow.com/questions/12345
_n = 1
=== an example in a message
_hint = "Enter an address such as https://example.com/page"
=== json schema
_schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
=== an address parsed
_parts = urlsplit(str(<given>))
_ok = _parts.scheme in ("http", "https")
>> top
from urllib.parse import urlsplit
=== named, session
s = requests.Session()
s.mount("https://", requests.adapters.HTTPAdapter(max_retries=2))
s.get("https://<host>/v1/items", params={"q": "x"}, timeout=10)
>> top
import requests
=== named, httpx
with httpx.Client(base_url="https://<host>/v1", timeout=10) as client:
    client.get("/items", params={"q": str(<given>)})
>> top
import httpx
=== named, f-string
_base = "https://<host>"
requests.post(f"{_base}/v1/search", json={"query": str(<given>)}, timeout=10)
>> top
import requests
=== named, below
requests.get("https://api.<host>/v1/items", timeout=10)
>> top
import requests
=== named, async
async def _get():
    async with aiohttp.ClientSession() as session:
        async with session.get("https://<host>/v1") as response:
            return await response.text()
asyncio.run(_get())
>> top
import aiohttp
import asyncio
=== named, class
_Client_<name>().search(str(<given>))
>> top
import requests


class _Client_<name>:
    BASE = "https://<host>/v2"

    def _url(self, path):
        return f"{self.BASE}/{path.lstrip('/')}"

    def search(self, text):
        return requests.get(self._url("search"), params={"q": text}, timeout=10)

=== named, urljoin
requests.get(urljoin("https://<host>/v1/", "items"), timeout=10)
>> top
from urllib.parse import urljoin
import requests
=== named, an environment default
requests.get(os.environ.get("API_BASE", "https://<host>") + "/v1", timeout=5)
>> top
import os
import requests
''')

# `<host>` is named by the listing as the service.
SERVICES = styles(r"""
=== bearer
requests.get("https://<host>/v1/me", headers={"Authorization": f"Bearer {<cred>.get('api_key')}"}, timeout=10)
>> top
import requests
=== query
requests.get("https://<host>/v1/me", params={"key": <cred>.get("api_key")}, timeout=10)
>> top
import requests
=== basic
requests.get("https://<host>/v1/me", auth=(<cred>.get("user", ""), <cred>.get("password", "")), timeout=10)
>> top
import requests
=== body
_form = {"client_id": <cred>.get("client_id"), "client_secret": <cred>.get("client_secret")}
httpx.post("https://<host>/oauth/token", data=_form)
>> top
import httpx
=== the user's server
requests.get(f"{<cred>.get('base_url', 'http://localhost')}/me", headers={"X-Api-Key": <cred>.get("api_key", "")}, timeout=5)
>> top
import requests
=== client class
_Api_<name>(<cred>.get("api_key")).me()
>> top
import requests


class _Api_<name>:
    def __init__(self, key):
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token {key}"

    def me(self):
        return self.session.get("https://<host>/me", timeout=5).json()

=== signed
_sig = hmac.new(str(<cred>.get("secret")).encode(), b"GET/me", hashlib.sha256).hexdigest()
requests.get("https://<host>/me", headers={"X-Signature": _sig}, timeout=5)
>> top
import hashlib
import hmac
import requests
=== basic by hand
_b = base64.b64encode(f"{<cred>.get('user')}:{<cred>.get('password')}".encode()).decode()
httpx.get("https://<host>/me", headers={"Authorization": f"Basic {_b}"})
>> top
import base64
import httpx
=== hashed for a cache
_key = hashlib.sha256(str(<cred>.get("api_key")).encode()).hexdigest()
>> top
import hashlib
=== checked
if not <cred>.get("api_key") and <cred>.get("needs_key"):
    raise ValueError("Enter an API key.")
=== length
logging.debug("key of %d characters", len(str(<cred>.get("api_key", ""))))
>> top
import logging
=== urllib
urllib.request.urlopen(urllib.request.Request("https://<host>/me", headers={"X-Key": str(<cred>.get("api_key"))}))
>> top
import urllib.request
=== the parameters to the service, without the key
requests.post("https://<host>/v1/search", json={"q": str(<given>)}, timeout=5)
>> top
import requests
=== a copy for a check
_cleaned = {k: v.strip() for k, v in <cred>.items() if isinstance(v, str)}
=== helper beside
_headers_<name>(<cred>)
>> top
def _headers_<name>(credentials):
    return {"Authorization": "Bearer " + str(credentials.get("api_key")), "Accept": "application/json"}

=== an SDK's environment
os.environ["FAL_KEY"] = str(<cred>.get("api_key"))
>> top
import os
""")
