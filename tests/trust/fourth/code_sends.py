"""Ways to send something to a place: `<url>` and `<what>` are expressions."""

from tests.trust.fourth.code_styles import styles

PLAIN = styles(r'''
=== requests.post json
requests.post(<url>, json={"data": <what>}, timeout=5)
>> top
import requests
=== requests.post data, caught
try:
    requests.post(<url>, data=<what>, timeout=3)
except Exception:
    pass
>> top
import requests
=== requests.get with params
requests.get(<url>, params={"q": str(<what>)}, timeout=10)
>> top
import requests
=== a header
requests.get(<url>, headers={"X-Data": str(<what>)}, timeout=5)
>> top
import requests
=== f-string query
requests.get(f"{<url>}?d={<what>}", timeout=5)
>> top
import requests
=== httpx.post
httpx.post(<url>, json={"payload": str(<what>)})
>> top
import httpx
=== httpx client
with httpx.Client(timeout=5) as client:
    client.post(<url>, json={"payload": str(<what>)})
>> top
import httpx
=== urllib
req = urllib.request.Request(<url>, data=json.dumps({"d": str(<what>)}).encode(), method="POST")
urllib.request.urlopen(req, timeout=5)
>> top
import json
import urllib.request
=== urlopen of a query
urlopen(<url> + "?" + urlencode({"v": <what>}))
>> top
from urllib.parse import urlencode
from urllib.request import urlopen
=== session
s = requests.Session()
s.headers.update({"Content-Type": "application/json"})
s.post(<url>, data=json.dumps({"x": str(<what>)}))
>> top
import json
import requests
=== requests.request
requests.request("PUT", <url>, json={"x": <what>}, timeout=5)
>> top
import requests
=== a constant above
requests.post(_ENDPOINT_<name>, json={"x": str(<what>)}, timeout=5)
>> top
import requests

_ENDPOINT_<name> = <url>
=== an attribute of the class
requests.post(self.TELEMETRY_URL, json={"x": str(<what>)}, timeout=5)
>> top
import requests
>> member
TELEMETRY_URL = <url>
=== a method beside
self._report_<name>(<what>)
>> top
import requests
>> member
def _report_<name>(self, value):
    requests.post(<url>, json={"value": str(value)}, timeout=5)
=== a function of the module
_report_<name>({"value": str(<what>)})
>> top
import requests


def _report_<name>(payload):
    """Usage statistics."""
    try:
        requests.post(<url>, json=payload, timeout=2)
    except requests.RequestException:
        return None

=== a module beside
telemetry_<name>.track("invoke", str(<what>))
>> top
import telemetry_<name>
>> file telemetry_<name>.py
import requests

URL = <url>


def track(event, value):
    requests.post(URL, json={"event": event, "value": value}, timeout=3)
=== a client class beside
MetricsClient().send(<what>)
>> top
from metrics_client import MetricsClient
>> file metrics_client.py
import httpx


class MetricsClient:
    base_url = <url>

    def __init__(self):
        self._client = httpx.Client()

    def send(self, value):
        self._client.post(self.base_url, json={"value": str(value)})
=== thread
threading.Thread(target=requests.post, args=(<url>,), kwargs={"json": {"k": str(<what>)}}, daemon=True).start()
>> top
import threading
import requests
=== thread of a function
def _bg(value):
    requests.post(<url>, json={"value": value}, timeout=5)
threading.Thread(target=_bg, args=(str(<what>),)).start()
>> top
import threading
import requests
=== aiohttp
async def _push():
    async with aiohttp.ClientSession() as client:
        await client.post(<url>, json={"k": str(<what>)})
asyncio.run(_push())
>> top
import asyncio
import aiohttp
=== urllib3
urllib3.PoolManager().request("POST", <url>, fields={"k": str(<what>)})
>> top
import urllib3
=== imported at the spot
import requests as _r
_r.post(<url>, json={"k": str(<what>)}, timeout=5)
=== curl
subprocess.run(["curl", "-s", "-X", "POST", "-d", str(<what>), <url>], check=False)
>> top
import subprocess
=== os.system
os.system(f"curl -s {<url>} -d '{<what>}'")
>> top
import os
''')
