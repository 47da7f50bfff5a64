"""A key that was left behind, as people leave it: in code, in settings, in what they wrote about it."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.fourth.filling import in_file, in_module
from tests.trust.fourth.hiding import HIDDEN

# Lines at the top of a module of the plugin.
MODULE: dict[str, str] = {
    "constant": '@name = "@key"',
    "constant with a note": '# TODO: move to the credentials before release\n@name = "@key"',
    "two AWS constants": 'AWS_ACCESS_KEY_ID = "@aid"\nAWS_SECRET_ACCESS_KEY = "@asec"\nAWS_REGION = "eu-west-1"',
    "boto3 client": (
        "import boto3\n\ns3 = boto3.client(\n"
        '    "s3",\n    aws_access_key_id="@aid",\n    aws_secret_access_key="@asec",\n)'
    ),
    "getenv with a fallback": 'import os\n\n@name = os.getenv("@name", "@key")',
    "environment is set": 'import os\n\nos.environ["@name"] = "@key"',
    "setdefault": 'import os\n\nos.environ.setdefault("@name", "@key")',
    "headers": 'HEADERS = {"Authorization": "Bearer @key", "Content-Type": "application/json"}',
    "dict of settings": 'CONFIG = {\n    "endpoint": "https://@host/v1",\n    "api_key": "@key",\n    "timeout": 30,\n}',
    "default of a parameter": "def build_client(api_key: str = '@key', timeout: int = 10):\n    return api_key, timeout",
    "attribute of a class": 'class Defaults:\n    base_url = "https://@host"\n    api_key = "@key"\n    retries = 3',
    "comment": "# old key, still works: @key",
    "commented code": '# client = OpenAI(api_key="@known")',
    "docstring of a function": (
        'def _example():\n    """Call the service.\n\n    >>> Client(api_key="@known").list()\n    """'
    ),
    "database address": 'DATABASE_URL = "postgresql://@user:@word@@host:5432/production"',
    "mongo address": 'MONGO_URI = "mongodb+srv://@user:@word@cluster0.x7k2p.mongodb.net/app?retryWrites=true"',
    "redis address": 'CACHE = "redis://:@word@@host:6379/0"',
    "password constant": 'DB_USER = "@user"\nDB_PASSWORD = "@word"',
    "connect with a password": (
        'def _db():\n    import psycopg2\n\n    return psycopg2.connect(host="@host", user="@user", password="@word")'
    ),
    "smtp login": (
        "def _mail():\n    import smtplib\n\n"
        '    server = smtplib.SMTP_SSL("smtp.@host", 465)\n    server.login("@user@@host", "@word")\n    return server'
    ),
    "basic auth": 'def _get(url):\n    import requests\n\n    return requests.get(url, auth=("@user", "@word"), timeout=5)',
    "jwt": 'SUPABASE_SERVICE_KEY = "@jwt"',
    "webhook of a chat": 'ALERTS = "https://hooks.slack.com/services/@hook"',
    "key in a query": 'SEARCH = "https://@host/v1/search?api_key=@plain&q="',
    "PEM in a string": 'SIGNING_KEY = """@pem"""',
    "PEM on one line": 'SIGNING_KEY = "@lines"',
    "dataclass": (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass _Access:\n"
        '    user: str = "@user"\n    secret: str = "@plain"'
    ),
}
# Files beside the code.
FILES: dict[str, tuple[str, str]] = {
    ".env": (".env", "INSTALL_METHOD=remote\nREMOTE_INSTALL_PORT=5003\n@name=@key\n"),
    ".env quoted": (".env", 'export @name="@key"\nDEBUG=1\n'),
    ".env.local": (".env.local", "DATABASE_URL=mysql://@user:@word@@host:3306/app\n"),
    ".env.example filled in": (".env.example", "# copy to .env\n@name=@known\n"),
    "config.json": ("config.json", '{\n  "base_url": "https://@host",\n  "api_key": "@key",\n  "timeout": 20\n}\n'),
    "config.yaml": ("config/config.yaml", "service:\n  url: https://@host\n  api_key: @key\n  retries: 3\n"),
    "password in YAML": ("config/db.yml", "production:\n  host: @host\n  username: @user\n  password: @word\n"),
    "settings.toml": ("settings.toml", '[llm]\nmodel = "gpt-4o"\napi_key = "@key"\n'),
    "config.ini": ("config.ini", "[auth]\nclient_id = plugin\nclient_secret = @plain\n\n[paths]\ncache = /tmp\n"),
    "service account": ("credentials.json", "@account"),
    "service account elsewhere": ("provider/gcp.json", "@account"),
    "PEM file": ("certs/server.key", "@pem"),
    "id_rsa": ("id_rsa", "@pem"),
    "README": (
        "README.md",
        '\n## Try it\n\n```bash\ncurl https://@host/v1/run -H "Authorization: Bearer @known"\n```\n',
    ),
    "README in words": ("README.md", "\nFor a quick test you can use our key: `@known`\n"),
    "password in README": ("README.md", "\nDemo account: user `@user@@host`, password: `@word`\n"),
    "CHANGELOG": ("CHANGELOG.md", "\n- 0.0.2: new @name (`@known`), the old one was limited\n"),
    "test": (
        "tests/test_live.py",
        'API_KEY = "@known"\n\n\ndef test_live():\n    assert call(api_key=API_KEY)["ok"]\n',
    ),
    "test with credentials": (
        "tests/test_provider.py",
        'def test_provider(provider):\n    provider.validate_credentials({"api_key": "@known", "region": "eu"})\n',
    ),
    "conftest": (
        "conftest.py",
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef key(monkeypatch):\n"
        '    monkeypatch.setenv("@name", "@known")\n',
    ),
    "notebook": (
        "examples/demo.ipynb",
        '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": '
        '["import os\\n", "os.environ[\\"@name\\"] = \\"@key\\""]}], "metadata": {}, "nbformat": 4, '
        '"nbformat_minor": 5}\n',
    ),
    "notebook's output": (
        "examples/run.ipynb",
        '{"cells": [{"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [{"name": "stdout", '
        '"output_type": "stream", "text": ["using key @known\\n"]}], "source": ["main()"]}], "metadata": {}, '
        '"nbformat": 4, "nbformat_minor": 5}\n',
    ),
    "shell script": ("scripts/deploy.sh", '#!/bin/sh\nset -e\nexport @name="@key"\npython -m main\n'),
    "curl in a script": ("scripts/smoke.sh", "#!/bin/sh\ncurl -u @user:@word https://@host/health\n"),
    "Dockerfile": ("Dockerfile", "FROM python:3.12-slim\nENV @name=@key\nCOPY . /app\n"),
    "compose": (
        "docker-compose.yml",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: @word\n"
        "  app:\n    build: .\n    environment:\n      - @name=@key\n",
    ),
    "workflow": (".github/workflows/test.yml", "name: test\non: push\nenv:\n  @name: @key\njobs: {}\n"),
    "JSON web key": ("keys/signing.json", "@jwk"),
    "JSON web key set": ("jwks.json", '{"keys": [@jwk]}'),
    ".npmrc": (".npmrc", "//registry.npmjs.org/:_authToken=@npm\n"),
    ".pypirc": (".pypirc", "[distutils]\nindex-servers = pypi\n\n[pypi]\nusername = __token__\npassword = @pypi\n"),
    ".netrc": (".netrc", "machine api.github.com\n  login @user\n  password @plain\n"),
    ".git-credentials": (".git-credentials", "https://@user:@github@github.com\n"),
    "aws credentials": (".aws/credentials", "[default]\naws_access_key_id = @aid\naws_secret_access_key = @asec\n"),
    "tfvars": ("infra/prod.tfvars", 'region = "eu-west-1"\naccess_key = "@aid"\nsecret_key = "@asec"\n'),
    "log": (
        "debug.log",
        "2025-03-02 10:11:12 DEBUG POST https://@host/v1 headers={'Authorization': 'Bearer @known'} 200\n",
    ),
    "postman": (
        "docs/api.postman_collection.json",
        '{"info": {"name": "API"}, "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "@known", '
        '"type": "string"}]}}\n',
    ),
    "dump of a table": ("data/seed.sql", "INSERT INTO api_keys (owner, token) VALUES ('@user', '@known');\n"),
    "properties": ("app.properties", "service.url=https://@host\nservice.password=@word\n"),
    "XML": ("config/app.xml", '<config><add key="ApiKey" value="@key"/></config>\n'),
    "storage account": (
        "local.settings.json",
        '{"Values": {"AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=@user;'
        'AccountKey=@storage==;EndpointSuffix=core.windows.net"}}\n',
    ),
    "index with a password": ("requirements.txt", "--extra-index-url https://@user:@plain@packages.@host/simple\n"),
    "backup of a module": ("main.py.bak", '@name = "@key"\n'),
    "page": ("_assets/demo.html", '<script>fetch("/v1", {headers: {"X-Api-Key": "@known"}})</script>\n'),
    "default of a form": (
        "provider/defaults.yaml",
        "credentials_for_provider:\n  api_key:\n    type: secret-input\n    required: true\n    default: @key\n",
    ),
    "PRIVACY": ("PRIVACY.md", "\nTo have your data deleted call us with the token @known.\n"),
    "base64 in YAML": ("deploy/secret.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  @name: @base64\n"),
}
PLAIN = {name: in_module(text) for name, text in MODULE.items()}
PLAIN |= {name: in_file(*one) for name, one in FILES.items()}


def secret(copy: Copy, chance: Random) -> str | None:
    """Half plain, half hidden."""
    styles = chance.choice((PLAIN, PLAIN, HIDDEN))
    style = chance.choice(sorted(styles))
    return style if styles[style](copy, chance) else None
