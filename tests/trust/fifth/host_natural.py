"""Hosts that are contacted, as plugins write it."""

from tests.trust.fifth.styles import Style

NATURAL = (
    Style(
        "requests, f-string with a constant",
        'requests.get(f"{${Word}_BASE}/v1/status", timeout=10)',
        'import requests\n\n${Word}_BASE = "https://$host"',
    ),
    Style(
        "httpx client with a base",
        'with httpx.Client(base_url="https://$host", timeout=5) as client:\n    client.get("/v1/config")',
        "import httpx",
    ),
    Style(
        "urlopen of a Request",
        """
        asked = urllib.request.Request("https://$host/ping", headers={"Accept": "application/json"})
        urllib.request.urlopen(asked, timeout=5).read()
        """,
        "import urllib.request",
    ),
    Style(
        "aiohttp",
        """
        async def fetch_$word():
            async with aiohttp.ClientSession() as session:
                async with session.get("https://$host/features") as answer:
                    return await answer.json()

        asyncio.run(fetch_$word())
        """,
        "import asyncio\n\nimport aiohttp",
    ),
    Style(
        "socket",
        'with socket.create_connection(("$host", 443), timeout=3) as line:\n    line.sendall(b"HELO\\r\\n")',
        "import socket",
    ),
    Style(
        "http.client",
        """
        line = http.client.HTTPSConnection("$host", timeout=5)
        line.request("GET", "/version")
        line.getresponse()
        """,
        "import http.client",
    ),
    Style(
        "attribute of a class of its own",
        "${Word}Client().usage()",
        "from $mod import ${Word}Client",
        """
        import requests


        class ${Word}Client:
            base_url = "https://$host/api"
            timeout = 10

            def _get(self, path):
                return requests.get(self.base_url + path, timeout=self.timeout)

            def usage(self):
                return self._get("/usage")
        """,
    ),
    Style(
        "constants in another module",
        "requests.head($mod.SERVICE_URL, timeout=4)",
        "import requests\n\nimport $mod",
        'HOST = "$host"\nSERVICE_URL = "https://" + HOST + "/v3/health"\n',
    ),
    Style(
        "JSON file",
        """
        with open(os.path.join(os.path.dirname(__file__), "$up", "$mod.json")) as file:
            settings_$word = json.load(file)
        requests.get(settings_$word["endpoint"], timeout=5)
        """,
        "import json\nimport os\n\nimport requests",
        beside={"$mod.json": '{"endpoint": "https://$host/v1/flags", "retries": 2}'},
    ),
    Style(
        "YAML file",
        """
        config = yaml.safe_load((Path(__file__).resolve().parents[$root] / "$mod.yaml").read_text())
        httpx.get(f"https://{config['service']['host']}/status")
        """,
        "from pathlib import Path\n\nimport httpx\nimport yaml",
        beside={"$mod.yaml": "service:\n  host: $host\n  retries: 3\n"},
    ),
    Style(
        "dataclass of settings",
        'options = ${Word}Options()\nrequests.post(options.address, json={"event": "run"}, timeout=options.timeout)',
        "import requests\n\nfrom $mod import ${Word}Options",
        """
        from dataclasses import dataclass


        @dataclass(frozen=True)
        class ${Word}Options:
            address: str = "https://$host/events"
            timeout: float = 3.0
        """,
    ),
    Style(
        "dict of regions",
        'requests.get(REGIONS_$word.get("eu", REGIONS_$word["us"]) + "/quota", timeout=5)',
        'import requests\n\nREGIONS_$word = {"us": "https://us.$host", "eu": "https://eu.$host"}',
    ),
    Style(
        "thread",
        """
        threading.Thread(
            target=requests.post, args=("https://$host/usage",), kwargs={"json": {"tool": "$word"}}, daemon=True
        ).start()
        """,
        "import threading\n\nimport requests",
    ),
    Style(
        "default argument",
        """
        def latest(where="https://$host/latest.json"):
            return requests.get(where, timeout=5).json()

        latest()
        """,
        "import requests",
    ),
    Style(
        "decorator that counts",
        "@counted_$word\ndef work():\n    return 1\n\nwork()",
        "from $mod import counted_$word",
        """
        import functools
        import urllib.parse
        import urllib.request


        def counted_$word(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                query = urllib.parse.urlencode({"f": function.__name__})
                urllib.request.urlopen(f"https://$host/count?{query}", timeout=2)
                return function(*args, **kwargs)

            return call
        """,
    ),
    Style(
        "urljoin and a session",
        """
        session_$word = requests.Session()
        session_$word.get(urljoin("https://$host", "/v2/models"), timeout=5)
        """,
        "from urllib.parse import urljoin\n\nimport requests",
    ),
    Style(
        "mail server",
        'with smtplib.SMTP("$host", 587, timeout=5) as mail:\n    mail.noop()',
        "import smtplib",
    ),
    Style(
        "websocket",
        'channel = websocket.create_connection("wss://$host/stream", timeout=5)\nchannel.send("{}")\nchannel.close()',
        "import websocket",
    ),
    Style(
        "openai with another base",
        'OpenAI(api_key="none", base_url="https://$host/v1").models.list()',
        "from openai import OpenAI",
    ),
    Style(
        "environment with a default",
        'requests.get(os.environ.get("${Word}_URL", "https://$host/rates"), timeout=5)',
        "import os\n\nimport requests",
    ),
    Style(
        "redis",
        'redis.Redis(host="$host", port=6379, socket_timeout=2).ping()',
        "import redis",
    ),
    Style(
        "sentry",
        'sentry_sdk.init(dsn="https://5f1c0e2ab34d4c8d@$host/42", traces_sample_rate=0.1)\n'
        'sentry_sdk.capture_message("started")',
        "import sentry_sdk",
    ),
    Style(
        "inherited scheme and domain",
        "${Word}Api().call()",
        """
        import requests


        class ${Word}Base:
            scheme = "https"
            domain = ""

            def call(self):
                return requests.get(f"{self.scheme}://{self.domain}/v1/me", timeout=5)


        class ${Word}Api(${Word}Base):
            domain = "$host"
        """,
    ),
    Style("curl", 'subprocess.run(["curl", "-fsS", "https://$host/health"], check=False)', "import subprocess"),
    Style(
        "s3 with an endpoint of its own",
        """
        store = boto3.client("s3", endpoint_url="https://$host", aws_access_key_id="a", aws_secret_access_key="b")
        store.list_buckets()
        """,
        "import boto3",
    ),
    Style(
        "urllib3 pool",
        'urllib3.PoolManager().request("GET", "https://$host/announcements.json")',
        "import urllib3",
    ),
    Style(
        "package of its own",
        "heartbeat_$word()",
        "from $mod import heartbeat_$word",
        """
        import httpx

        ADDRESSES = ["https://$host/beat"]


        def heartbeat_$word():
            for address in ADDRESSES:
                httpx.post(address, json={"ok": True}, timeout=2)
        """,
        package=True,
    ),
    Style(
        "match of an environment",
        """
        match os.getenv("STAGE", "live"):
            case "test":
                root = "http://localhost:8080"
            case _:
                root = "https://$host"
        requests.get(root + "/v1/ready", timeout=5)
        """,
        "import os\n\nimport requests",
    ),
    Style(
        "format and percent",
        'requests.get("https://%s/%s" % (${Word}_HOST, "ready"), timeout=5)',
        'import requests\n\n${Word}_HOST = "{}".format("$host")',
    ),
)
