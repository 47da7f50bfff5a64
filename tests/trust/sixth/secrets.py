"""Issued keys, and passwords that are plain words, in the places in which people leave them."""

import base64
from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.private_keys import KEYS
from tests.trust.sixth.services import issued
from tests.trust.sixth.styles import FIRST, SECOND, Act, host, letters, one_of

# Path, and text with @N for the variable's name, @n in small letters, @v for the value.
FILES: tuple[tuple[str, str], ...] = (
    ("production.env", "DEBUG=0\n@N=@v\nREGION=eu-west-1\n"),
    ("deploy/env.sh", '#!/bin/sh\nexport @N="@v"\nexec python -m main\n'),
    ("config.yaml", 'service:\n  retries: 3\n  @n: "@v"\n'),
    ("settings.toml", "[service]\n@n = '@v'\n"),
    ("config/prod.json", '{"timeout": 20, "@n": "@v"}\n'),
    ("service.ini", "[auth]\n@n: @v\n"),
    ("app.properties", "service.@n=@v\n"),
    ("docker-compose.yml", "services:\n  worker:\n    image: plugin\n    environment:\n      - @N=@v\n"),
    ("Dockerfile", "FROM python:3.12-slim\nENV @N=@v\nCMD python -m main\n"),
    (".github/workflows/ci.yml", "jobs:\n  test:\n    env:\n      @N: @v\n    runs-on: ubuntu-latest\n"),
    ("defaults.py", 'class Defaults:\n    TIMEOUT = 20\n    @N = "@v"\n'),
    ("lookup.py", 'import os\n\n\ndef current():\n    return os.getenv("@N", "@v")\n'),
    ("boot.py", 'import os\n\nos.environ.setdefault("@N", "@v")\n'),
    ("client.py", 'def make(url, *, @n="@v"):\n    return url, @n\n'),
    ("headers.py", 'HEADERS = {"Accept": "application/json", "Authorization": "Bearer @v"}\n'),
    ("settings_model.py", 'from dataclasses import dataclass\n\n\n@dataclass\nclass Access:\n    @n: str = "@v"\n'),
    ("regions.py", 'KEYS = {\n    "eu": ("https://eu.service.io", "@v"),\n}\n'),
    ("todo.py", "# TODO remove before release, works for now: @N = @v\nREADY = True\n"),
    ("notes.py", '"""Try it out:\n\n>>> connect(@n="@v")\n"""\n'),
    ("tests/test_live.py", '@N = "@v"\n\n\ndef test_live(client):\n    assert client(@N).ok\n'),
    ("tests/conftest.py", 'def credentials():\n    return {"@n": "@v"}\n'),
    (
        "tests/cassettes/search.yaml",
        "interactions:\n- request:\n    headers:\n      authorization:\n      - Bearer @v\n",
    ),
    (
        "docs/try.ipynb",
        '{"cells": [{"cell_type": "code", "outputs": [], "source": ["%env @N=@v\\n"]}], "nbformat": 4}\n',
    ),
    ("docs/out.ipynb", '{"cells": [{"outputs": [{"text": ["{\'@n\': \'@v\'}"]}], "source": []}], "nbformat": 4}\n'),
    ("docs/usage.md", "Call it:\n\n```bash\ncurl -H 'X-Api-Key: @v' https://eu.service.io/v1/run\n```\n"),
    ("docs/setup.md", "| setting | value |\n| --- | --- |\n| `@N` | `@v` |\n"),
    ("requests.http", "GET https://eu.service.io/v1/me\nAuthorization: Bearer @v\n"),
    ("postman/collection.json", '{"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "@v"}]}}\n'),
    ("data/trace.csv", "time,method,header\n12:01,GET,Authorization: Bearer @v\n"),
    ("debug.log.txt", "12:01:07 DEBUG connect @n=@v retries=3\n"),
    ("web/app.js", 'const cfg = { @n: "@v" };\nexport default cfg;\n'),
    ("web/index.html", '<script>window.CONFIG = {"@n": "@v"}</script>\n'),
    ("config.xml", "<config>\n  <@n>@v</@n>\n</config>\n"),
    ("seed.sql", "INSERT INTO settings (name, value) VALUES ('@n', '@v');\n"),
    ("k8s/secret.yaml", "kind: Secret\ndata:\n  @n: @b\n"),
    ("packed.py", 'import base64\n\n@N = base64.b64decode("@b").decode()\n'),
    ("joined.py", '@N = "@1" + "@2"\n'),
    ("adjacent.py", '@N = (\n    "@1"\n    "@2"\n)\n'),
    ("parts.py", '_A = "@1"\n_B = "@2"\n\n\ndef @n():\n    return f"{_A}{_B}"\n'),
    ("reversed_key.py", '@N = "@r"[::-1]\n'),
    ("hexed.py", '@N = bytes.fromhex("@h").decode()\n'),
    ("provider/fallback.yaml", "fallback:\n  type: secret-input\n  name: @n\n  default: @v\n"),
)


def _issued_in(path: str, text: str) -> Act:
    def act(copy: Copy, chance: Random) -> bool:
        _, name, value = issued(chance)
        half = len(value) // 2
        forms = {
            "@N": name,
            "@n": name.lower(),
            "@v": value,
            "@b": base64.b64encode(value.encode()).decode(),
            "@1": value[:half],
            "@2": value[half:],
            "@r": value[::-1],
            "@h": value.encode().hex(),
        }
        filled = text
        for mark, put in forms.items():
            filled = filled.replace(mark, put)
        if path in copy.files:
            return False
        copy.add(path, filled)
        return True

    return act


def passphrase(chance: Random) -> str:
    """What people think of: words, a year, a season, a pet."""
    one, two = chance.choice(FIRST), chance.choice(SECOND)
    return chance.choice(
        (
            one + two,
            f"{one.title()}{chance.randint(2015, 2025)}!",
            f"{one}-{two}-{chance.choice(FIRST)}",
            f"{two}{chance.randint(10, 99)}",
            f"{one.title()}{two.title()}#{chance.randint(1, 9)}",
            f"my{one}is{two}",
            one[0] + one[1:].replace("a", "@").replace("e", "3") + str(chance.randint(100, 999)),
        )
    )


# @p for the password, @q for it with letters of URLs escaped, @h a host, @u a user.
WORDS: tuple[tuple[str, str], ...] = (
    ("config/database.yaml", "database:\n  host: @h\n  user: @u\n  password: @p\n"),
    ("config/mail.yml", "smtp:\n  server: @h\n  login: @u@@h\n  pass: '@p'\n"),
    ("db.env", "DB_HOST=@h\nDB_USER=@u\nDB_PASSWORD=@p\n"),
    ("deploy/redis.env", "REDIS_URL=redis://:@q@@h:6379/0\n"),
    ("store.py", 'DSN = "postgresql://@u:@q@@h:5432/plugin"\n'),
    (
        "docs_db.py",
        'from pymongo import MongoClient\n\nclient = MongoClient("mongodb+srv://@u:@q@@h/prod?w=majority")\n',
    ),
    ("queue_url.py", 'BROKER = f"amqp://@u:@q@{"@h"}/events"\n'),
    (
        "mailing.py",
        'import smtplib\n\n\ndef mail():\n    s = smtplib.SMTP("@h", 587)\n    s.login("@u", "@p")\n    return s\n',
    ),
    (
        "basic.py",
        'import requests\nfrom requests.auth import HTTPBasicAuth\n\n\ndef ask():\n    return requests.get("https://@h/me", auth=HTTPBasicAuth("@u", "@p"), timeout=9)\n',
    ),
    ("pair.py", 'import httpx\n\nclient = httpx.Client(base_url="https://@h", auth=("@u", "@p"))\n'),
    (
        "shell.py",
        'import paramiko\n\n\ndef open_shell():\n    c = paramiko.SSHClient()\n    c.connect("@h", username="@u", password="@p")\n    return c\n',
    ),
    ("cache.py", 'import redis\n\nr = redis.Redis(host="@h", port=6379, password="@p")\n'),
    (
        "mysql_store.py",
        'import pymysql\n\n\ndef connect():\n    return pymysql.connect(host="@h", user="@u", passwd="@p", db="plugin")\n',
    ),
    ("login.py", 'LOGIN = {"username": "@u", "password": "@p"}\n'),
    ("admin.py", 'ADMIN_PASSWORD = "@p"\n\n\ndef is_admin(given):\n    return given == ADMIN_PASSWORD\n'),
    ("guard.py", 'def allowed(password):\n    return password == "@p"\n'),
    (
        "unzip.py",
        'import zipfile\n\n\ndef extract(path, to):\n    with zipfile.ZipFile(path) as z:\n        z.extractall(to, pwd=b"@p")\n',
    ),
    ("docs/staging.md", "## Staging\n\nOpen https://@h/admin and log in as `@u` with password `@p`.\n"),
    ("docs/access.md", "- URL: https://@h\n- User: @u\n- Password: @p\n"),
    ("docs/zh.md", "测试环境：https://@h\n\n账号：@u\n密码：@p\n"),
    ("docs/ja.md", "管理画面 https://@h\nユーザー名: @u\nパスワード: @p\n"),
    ("docs/de.md", "Zugang zum Testsystem: Benutzer @u, Passwort @p (https://@h)\n"),
    ("docs/restore.md", "```\nPGPASSWORD=@p psql -h @h -U @u plugin < dump.sql\n```\n"),
    ("docs/dump.sh", "#!/bin/sh\nmysqldump -h @h -u @u -p'@p' plugin > dump.sql\n"),
    ("docs/health.sh", "curl -s -u @u:@p https://@h/health\n"),
    ("docs/copy.sh", "sshpass -p '@p' scp build.zip @u@@h:/srv\n"),
    ("config/account.json", '{"endpoint": "https://@h", "username": "@u", "password": "@p"}\n'),
    ("config/elastic.json", '{"hosts": ["https://@u:@q@@h:9200"]}\n'),
    (
        "docs/demo.ipynb",
        '{"cells": [{"cell_type": "code", "source": ["login(user=\'@u\', password=\'@p\')"]}], "nbformat": 4}\n',
    ),
    (
        "tests/test_staging.py",
        'STAGING = "https://@h"\nUSER, PASSWORD = "@u", "@p"\n\n\ndef test_login(client):\n    assert client.login(STAGING, USER, PASSWORD)\n',
    ),
    ("tests/fixtures/account.yaml", "url: https://@h\nuser: @u\npassword: @p\n"),
    (
        "hibernate.xml",
        '<property name="connection.password">@p</property>\n<property name="connection.url">jdbc:mysql://@h/plugin</property>\n',
    ),
    ("jdbc.properties", "spring.datasource.url=jdbc:postgresql://@h/plugin\nspring.datasource.password=@p\n"),
    ("odbc.py", 'CONN = "Driver={ODBC Driver 18};Server=@h;Database=plugin;Uid=@u;Pwd=@p;"\n'),
    ("net_string.json", '{"ConnectionStrings": {"Main": "Server=@h;User Id=@u;Password=@p;Encrypt=true"}}\n'),
    (
        "deploy/compose.yaml",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: @u\n      POSTGRES_PASSWORD: @p\n",
    ),
    ("deploy/inventory.yml", "all:\n  hosts:\n    @h:\n      ansible_user: @u\n      ansible_become_pass: @p\n"),
    ("deploy/pgpass", "@h:5432:plugin:@u:@p\n"),
    (".netrc", "machine @h login @u password @p\n"),
    ("pip.conf", "[global]\nextra-index-url = https://@u:@q@@h/simple\n"),
    ("auth_header.py", 'HEADERS = {"Authorization": "Basic @b"}\n'),
    ("seed_user.sql", "CREATE USER @u WITH PASSWORD '@p';\n"),
    ("deploy/app.tfvars", 'db_host = "@h"\ndb_password = "@p"\n'),
    ("service.toml", '[ldap]\nurl = "ldaps://@h"\nbind_dn = "cn=@u,dc=corp"\nbind_password = "@p"\n'),
    ("getter.py", 'import os\n\nPASSWORD = os.environ.get("PLUGIN_PASSWORD") or "@p"\n'),
    ("args.py", 'import argparse\n\np = argparse.ArgumentParser()\np.add_argument("--password", default="@p")\n'),
)


def _words_in(path: str, text: str) -> Act:
    def act(copy: Copy, chance: Random) -> bool:
        password, user, place = (
            passphrase(chance),
            chance.choice(("svc_plugin", "deploy", "admin", "ops", "reporting")),
            host(chance),
        )
        forms = {
            "@p": password,
            "@q": password.replace("@", "%40").replace("#", "%23"),
            "@b": base64.b64encode(f"{user}:{password}".encode()).decode(),
            "@h": place,
            "@u": user,
        }
        if path in copy.files:
            return False
        marked = text.replace("@@h", "\0@h")
        for mark, put in forms.items():
            marked = marked.replace(mark, put)
        copy.add(path, marked.replace("\0", "@"))
        return True

    return act


CONNECTIONS: tuple[tuple[str, str], ...] = (
    (
        "storage.py",
        'CONN = "DefaultEndpointsProtocol=https;AccountName=pluginprod;AccountKey=@64==;EndpointSuffix=core.windows.net"\n',
    ),
    ("blob.yaml", "sas_url: https://pluginprod.blob.core.windows.net/up?sv=2023-11-03&sp=rcw&sig=@sig%3D\n"),
    (
        "bus.env",
        "SERVICEBUS=Endpoint=sb://plugin.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=@44=\n",
    ),
    (
        "alerts.py",
        'import requests\n\n\ndef alert(text):\n    requests.post("https://hooks.slack.com/services/T0@9/B0@9/@24", json={"text": text}, timeout=9)\n',
    ),
    ("discord.yaml", "webhook: https://discord.com/api/webhooks/1187304958372910482/@68\n"),
    ("teams.json", '{"hook": "https://plugin.webhook.office.com/webhookb2/@uuid^@uuid/IncomingWebhook/@hex/@uuid"}\n'),
    ("telegram.sh", "curl -s https://api.telegram.org/bot7301948261:AA@33/sendMessage -d chat_id=1 -d text=ok\n"),
    ("robot.py", 'DING = "https://oapi.dingtalk.com/robot/send?access_token=@hexhex"\nSIGN = "SEC@hexhex"\n'),
    ("wecom.py", 'HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=@uuid"\n'),
    (
        "presigned.md",
        "Model weights: https://plugin-prod.s3.amazonaws.com/w.bin?X-Amz-Credential=AKIA@16%2F20250301%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=@hexhex\n",
    ),
    ("sentry.py", 'DSN = "https://@hex:@hey@o481516.ingest.sentry.io/2342"\n'),
    ("clone.sh", "git clone https://oauth2:glpat-@20@gitlab.com/plugin/private.git\n"),
    (".npmrc", "//npm.pkg.github.com/:_authToken=ghp_@36\n"),
    (
        "bark.py",
        'import requests\n\n\ndef push():\n    return requests.get("https://maps.googleapis.com/maps/api/geocode/json?key=AIzaSy@33&address=x", timeout=9)\n',
    ),
)


def _connection_in(path: str, text: str) -> Act:
    def act(copy: Copy, chance: Random) -> bool:
        hexes = "0123456789abcdef"
        filled = text
        while "@uuid" in filled:
            value = "-".join(letters(chance, many, of=hexes) for many in (8, 4, 4, 4, 12))
            filled = filled.replace("@uuid", value, 1)
        filled = filled.replace("@hexhex", letters(chance, 64, of=hexes)).replace("@hey", letters(chance, 32, of=hexes))
        filled = filled.replace("@hex", letters(chance, 32, of=hexes)).replace("@sig", letters(chance, 43))
        for many in (64, 44, 68, 36, 33, 24, 20, 16, 9):
            size = 86 if many == 64 else many
            made = letters(chance, size)
            filled = filled.replace(f"@{many}", made.upper() if many in (9, 16) else made)
        copy.add(path, filled.replace("^", "@"))
        return True

    return act


ISSUED = tuple((f"issued: {path}", _issued_in(path, text)) for path, text in FILES)
PASSWORDS = tuple((f"words: {path}", _words_in(path, text)) for path, text in WORDS)
LINKS = tuple((f"link: {path}", _connection_in(path, text)) for path, text in CONNECTIONS)


def secret(copy: Copy, chance: Random) -> str | None:
    return one_of(copy, chance, chance.choice((ISSUED, PASSWORDS, PASSWORDS, LINKS, KEYS)))
