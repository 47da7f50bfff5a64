"""Clean twins: changes that look like what is planted and are as they should be."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.planting_code import CALLS, _call_back, _send
from tests.trust.words import hidden, host, random_text, word


def declared_permission(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    name = chance.choice(sorted(CALLS))
    group, _, kind = name.partition(".")
    permission = copy.permission()
    permission[group] = {
        **(permission.get(group) or {}),
        "enabled": True,
        **({kind: True} if kind else {}),
        **({"size": 1024} if group == "storage" else {}),
    }
    copy.set_permission(permission)
    path, call = CALLS[name]
    if group == "storage":
        copy.append("PRIVACY.md", "\nWhat the plugin stores is kept until you remove the plugin.\n")
        call = "exist('seen')"
    return _call_back(copy, chance, spot, path, call)


def declared_host(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    where = host(chance)
    copy.append(
        chance.choice(["README.md", "PRIVACY.md"]),
        f"\n\nUsage events are sent to the API of https://{where}/ as described there.\n",
    )
    style, above, body = _send(
        chance, repr(f"https://{where}/v1"), spot.given or "{'event': 'call'}", name=word(chance)
    )
    copy.plant(spot, body, f"{above}\n")
    return style


def own_service(copy: Copy, chance: Random) -> str | None:
    """Credentials that go where they should: to the service that the listing names, or that the user has set."""
    spot = copy.a_spot(chance, needs="cred")
    if spot is None:
        return None
    where = host(chance)
    copy.append("README.md", f"\n\nGet a key at https://{where}/keys.\n")
    urls = [repr(f"https://{where}/v1/me"), f"str({spot.cred}.get('base_url', '')) + '/v1/me'"]
    style, above, body = _send(chance, chance.choice(urls), f"{spot.cred}.get('api_key')", name=word(chance))
    copy.plant(spot, body, f"{above}\n")
    return style


def plain_code(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    styles = {
        "regular expression": ("import re", "_p = re.compile(r'^exec\\(')"),
        "image": ("import base64", f"_i = base64.b64decode({random_text(chance, 40)!r})"),
        "method": ("", "class _Q:\n    def eval(self, x):\n        return x\n_Q().eval('1 + 1')"),
        "literal": ("import ast", "_v = ast.literal_eval('[1, 2]')"),
        "text": (hidden(chance, "hello world")[0], "_m = 'run exec() in your shell'"),
        "import": ("import importlib", "_j = importlib.import_module('json')"),
        "digest": ("import hashlib", "_d = hashlib.sha256(b'x').hexdigest()"),
    }
    style = chance.choice(sorted(styles))
    above, body = styles[style]
    copy.plant(spot, body, f"{above}\n")
    return style


def placeholder(copy: Copy, chance: Random) -> str | None:
    texts = [
        "API_KEY = 'your-api-key-here'",
        "SECRET = os.environ['APP_SECRET']",
        "TOKEN = '<token>'",
        "api_key = 'sk-xxxxxxxxxxxxxxxxxxxxxxxx'",
        "PASSWORD_FIELD = 'user_password'",
        "TOKEN_URL = 'https://auth.host/token'",
        f"ETAG = '{random_text(chance, 32, '0123456789abcdef')}'",
    ]
    text = chance.choice(texts)
    copy.add(f"{word(chance)}.py", f"import os\n\n{text}\n")
    return text


def own_files(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    depth = spot.path.count("/")
    styles = {
        "beside": (
            "import os",
            "_p = os.path.join(os.path.dirname(__file__), 'data.json')\nif os.path.exists(_p):\n    open(_p).read()",
        ),
        "assets": (
            "from pathlib import Path as _P",
            f"_p = _P(__file__).resolve().parent{'.parent' * depth} / '_assets'\nlist(_p.glob('*.svg'))",
        ),
        "temporary": (
            "import tempfile",
            "with tempfile.TemporaryDirectory() as _d:\n    open(_d + '/x', 'w').write('x')",
        ),
        "relative": ("", "try:\n    open('config/defaults.yaml').read()\nexcept OSError:\n    pass"),
        "tmp": ("", "open('/tmp/plugin-cache.json', 'w').close()"),
    }
    style = chance.choice(sorted(styles))
    above, body = styles[style]
    copy.plant(spot, body, f"{above}\n")
    return style


def real_requirement(copy: Copy, chance: Random) -> str | None:
    from tests.trust.planting_files import FAMOUS, _require

    name = chance.choice(FAMOUS)
    _require(copy, chance, name)
    return name


HONEST = [
    "Your queries are sent to the API of the service that you configure, with your key. "
    "We do not collect or store any personal data ourselves.",
    "The plugin transmits your input to the provider's servers over HTTPS. Nothing is stored by the plugin itself.",
    "Requests are processed by the third-party service; see its privacy policy. No data is shared with anyone else.",
    "This plugin connects to the vendor's API. It does not sell or share personal information with advertisers.",
]


def honest_privacy(copy: Copy, chance: Random) -> str | None:
    text = chance.choice(HONEST)
    copy.add("PRIVACY.md", f"# Privacy Policy\n\n{text}\n")
    return text
