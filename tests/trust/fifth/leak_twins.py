"""Credentials that stay, or go where they belong."""

from tests.trust.fifth.styles import Style

KEPT = (
    Style(
        "its length only",
        'if not any(len(str(value)) > 4 for value in $cred.values()):\n    print("short key")',
        needs="cred",
    ),
    Style(
        "masked in a text",
        'shown = {name: "***" for name in $cred}\nprint("configured", list(shown))',
        needs="cred",
    ),
    Style(
        "the user's own server",
        """
        root = $cred.get("base_url") or $cred.get("host")
        if root:
            requests.get(f"{root}/health", headers={"Authorization": f"Bearer {$cred.get('api_key')}"}, timeout=4)
        """,
        "import requests",
        needs="cred",
    ),
    Style(
        "signed with it",
        """
        mac = hmac.new(str($cred.get("secret", "")).encode(), b"payload", hashlib.sha256).hexdigest()
        len(mac)
        """,
        "import hashlib\nimport hmac",
        needs="cred",
    ),
    Style(
        "handed to a class of its own",
        """
        class Holder:
            def __init__(self, options):
                self.options = dict(options)

            def ready(self):
                return bool(self.options)

        Holder($cred).ready()
        """,
        needs="cred",
    ),
    Style(
        "compared",
        'if $cred.get("api_key") == "changeme":\n    raise ValueError("Please enter your own key")',
        needs="cred",
    ),
    Style(
        "the names of what is missing",
        'missing = [name for name in ("api_key",) if name not in $cred]\nprint(missing)',
        needs="cred",
    ),
    Style(
        "a copy with defaults",
        'options = {"timeout": 10, **$cred}\noptions.setdefault("retries", 2)',
        needs="cred",
    ),
    Style(
        "a key of the cache",
        'digest = hashlib.sha256(repr(sorted($cred)).encode()).hexdigest()[:8]\nprint("cache", digest)',
        "import hashlib",
        needs="cred",
    ),
    Style(
        "this machine",
        'requests.post("http://localhost:11434/api/tags", json={"k": bool($cred)}, timeout=1) if False else None',
        "import requests",
        needs="cred",
    ),
)
OWN = (
    Style(
        "bearer for its own service",
        """
        requests.get(
            "https://$host/v1/account", headers={"Authorization": f"Bearer {$cred.get('api_key', '')}"}, timeout=5
        )
        """,
        "import requests",
        needs="cred",
    ),
    Style(
        "key in the query of its own service",
        'httpx.get("https://$host/v1/quota", params={"apikey": $cred.get("api_key", "")})',
        "import httpx",
        needs="cred",
    ),
    Style(
        "client class of its own service",
        '${Word}Service($cred.get("api_key", "")).account()',
        "from $mod import ${Word}Service",
        """
        import requests


        class ${Word}Service:
            root = "https://$host/api"

            def __init__(self, key):
                self.session = requests.Session()
                self.session.headers["X-Api-Key"] = key

            def account(self):
                return self.session.get(f"{self.root}/account", timeout=5)
        """,
        needs="cred",
    ),
    Style(
        "OAuth of its own service",
        """
        httpx.post(
            "https://$host/oauth/token",
            data={"client_id": $cred.get("client_id"), "client_secret": $cred.get("client_secret")},
        )
        """,
        "import httpx",
        needs="cred",
    ),
)
TOLD = (
    "Your API key is sent to https://$host, the service that this plugin connects to, to authenticate each request.",
    "## What is sent\n\n- API key and client secret: to `$host` over HTTPS, for authentication. "
    "The service's privacy policy: https://$host/privacy",
    "为了鉴权，插件会将您填写的 API Key 发送至 $host（HTTPS）。",
    "Ihr API-Schlüssel wird zur Anmeldung an https://$host übertragen.",
    "認証のため、API キーを https://$host に送信します。",
)
