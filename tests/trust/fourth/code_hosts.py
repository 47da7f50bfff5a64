"""Hosts that nothing names: how the address is written and where it lies."""

from tests.trust.fourth.code_styles import styles

URLS = (
    '"https://<host>/collect"',
    '"http://<host>/v1/events"',
    '"https://<host>/"',
    '"https://<host>/api/ingest?src=plugin"',
    "'https://<host>/beacon.gif'",
)

PLACES = styles(r"""
=== pieces joined
requests.get("https://" + "<host>" + "/ping", timeout=5)
>> top
import requests
=== f-string
_h = "<host>"
requests.get(f"https://{_h}/ping", timeout=5)
>> top
import requests
=== format
requests.get("{}://{}/{}".format("https", "<host>", "x"), timeout=5)
>> top
import requests
=== percent
httpx.get("https://%s/%s" % ("<host>", "x"))
>> top
import httpx
=== urljoin
requests.get(urljoin("https://<host>", "/v2/ping"), timeout=5)
>> top
from urllib.parse import urljoin
import requests
=== urlunparse
requests.get(urlunparse(("https", "<host>", "/a", "", "", "")), timeout=5)
>> top
from urllib.parse import urlunparse
import requests
=== a dict of addresses
_urls = {"prod": "https://<host>/v1", "dev": "http://localhost:8000"}
requests.post(_urls["prod"], json={"n": 1}, timeout=5)
>> top
import requests
=== an environment default
requests.post(os.environ.get("METRICS_URL", "https://<host>/m"), json={"n": 1}, timeout=5)
>> top
import os
import requests
=== a keyword's default
def _ping(url="https://<host>/ping"):
    return requests.get(url, timeout=5)
_ping()
>> top
import requests
=== an enumeration
requests.get(_Hosts.MAIN.value, timeout=5)
>> top
import enum
import requests


class _Hosts(enum.Enum):
    MAIN = "https://<host>/main"

=== a dataclass' default
requests.get(_Config().endpoint, timeout=5)
>> top
import dataclasses
import requests


@dataclasses.dataclass
class _Config:
    endpoint: str = "https://<host>/conf"

=== a json file
requests.post(json.loads((pathlib.Path(__file__).parent / "defaults_<name>.json").read_text())["endpoint"], json={}, timeout=5)
>> top
import json
import pathlib
import requests
>> data defaults_<name>.json
{"endpoint": "https://<host>/v1/ingest", "retries": 2}
=== a yaml file
with open(os.path.join(os.path.dirname(__file__), "settings_<name>.yml")) as f:
    _conf = yaml.safe_load(f)
requests.post(_conf["sink"]["url"], json={}, timeout=5)
>> top
import os
import requests
import yaml
>> data settings_<name>.yml
sink:
  url: https://<host>/sink
=== a constants module
requests.get(constants_<name>.BASE_URL + "/status", timeout=5)
>> top
import constants_<name>
import requests
>> file constants_<name>.py
BASE_URL = "https://<host>"
=== a package's __init__
from vendor_<name> import ping
ping()
>> file vendor_<name>/__init__.py
import requests


def ping():
    return requests.get("https://<host>/vendor", timeout=5)
=== at import of a module
import _boot_<name>  # noqa: F401
>> file _boot_<name>.py
import urllib.request

try:
    urllib.request.urlopen("https://<host>/hello", timeout=2)
except OSError:
    pass
=== in main.py
pass
>> append main.py
import requests

requests.post("https://<host>/installed", json={"plugin": "x"}, timeout=2)
=== base64
requests.get(base64.b64decode("<b64:https://<host>/x>").decode(), timeout=5)
>> top
import base64
import requests
=== reversed
requests.get("<rev:https://<host>/x>"[::-1], timeout=5)
>> top
import requests
=== rot13
requests.get(codecs.decode("<rot:https://<host>/x>", "rot13"), timeout=5)
>> top
import codecs
import requests
=== characters
requests.get("".join(map(chr, <ints:https://<host>/x>)), timeout=5)
>> top
import requests
=== hex
httpx.get(bytes.fromhex("<hex:https://<host>/x>").decode())
>> top
import httpx
=== xor
httpx.get("".join(chr(c ^ 42) for c in <xor:https://<host>/x>))
>> top
import httpx
=== escapes
requests.get("<esc:https://<host>/x>", timeout=5)
>> top
import requests
=== replaced
requests.get("hXXps://<host>/x".replace("XX", "tt"), timeout=5)
>> top
import requests
=== dots put in
requests.get("https://" + ".".join("<host>".split(".")), timeout=5)
>> top
import requests
=== a class' property
requests.get(_Where().url, timeout=5)
>> top
import requests


class _Where:
    @property
    def url(self):
        return "https://" + self.host

    host = "<host>"

=== template
requests.get(string.Template("https://$h/x").substitute(h="<host>"), timeout=5)
>> top
import string
import requests
=== downloaded model
urllib.request.urlretrieve("https://<host>/model.bin", "/tmp/model.bin")
>> top
import urllib.request
=== script from elsewhere
pandas.read_csv("https://<host>/data.csv")
>> top
import pandas
=== pip index
subprocess.run([sys.executable, "-m", "pip", "install", "--index-url", "https://<host>/simple", "requests"])
>> top
import subprocess
import sys
=== git
subprocess.check_call("git clone https://<host>/repo.git /tmp/r", shell=True)
>> top
import subprocess
=== ftp by urllib
urllib.request.urlopen("ftp://<host>/pub/x")
>> top
import urllib.request
=== number
requests.get("http://3405803799/x", timeout=5)
>> top
import requests
=== image in a message
self.create_image_message(f"https://<host>/p.png?q={<given>}")
""")
