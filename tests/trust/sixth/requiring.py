"""Requirements in the files and spellings that installers read: squats, and names that are right."""

import re
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.squats import squat
from tests.trust.sixth.styles import Act, letters, one_of

Spelling = Callable[[Copy, str, Random], bool]

# Real, at home in the index and much used, though each is near to another.
RIGHT = [
    "aiofile",
    "cattrs",
    "boto",
    "cbor2",
    "cchardet",
    "cssselect",
    "dataset",
    "deepdiff",
    "elasticsearch8",
    "fastai",
    "future",
    "futures",
    "gitdb",
    "google-adk",
    "google-ads",
    "googleads",
    "httpr",
    "hjson",
    "ijson",
    "ciso8601",
    "jsons",
    "json5",
    "jsonpath",
    "jsonpatch",
    "markdown2",
    "ncclient",
    "pycryptodomex",
    "authlib",
    "oauthlib",
    "parse",
    "parso",
    "parsy",
    "patsy",
    "psycopg",
    "psycopg2",
    "psycopg-binary",
    "pymssql",
    "pymysql",
    "pypdf2",
    "pyshark",
    "pyspark",
    "pyaml",
    "grequests",
    "rfc3987",
    "scapy",
    "scipy",
    "simpy",
    "sympy",
    "toml",
    "tomli",
    "toolz",
    "torchx",
    "uri-template",
    "uritemplate",
    "semver",
    "bs4",
    "botocore",
    "aioboto3",
    "aiobotocore",
    "types-requests",
    "types-pyyaml",
    "requests-oauthlib",
    "requests-toolbelt",
    "requests-mock",
    "requests-cache",
    "httpx-sse",
    "pydantic-settings",
    "pydantic-core",
    "django-redis",
    "flask-cors",
    "flask-login",
    "pyjwt",
    "python-jose",
    "python-docx",
    "python-pptx",
    "python-magic",
    "python-slugify",
    "pytest-httpx",
    "openai-agents",
    "langchain-core",
    "langchain-openai",
    "langchain-community",
    "llama-index",
    "google-genai",
    "google-auth-oauthlib",
    "google-auth-httplib2",
    "azure-core",
    "azure-ai-inference",
    "numexpr",
    "numba",
    "pandas-stubs",
    "pandera",
    "polars",
    "orjson",
    "ujson",
    "simplejson",
    "python-rapidjson",
    "jsonlines",
    "markdownify",
    "markdown-it-py",
    "html2text",
    "html5lib",
    "httplib2",
    "urllib3",
    "chardet",
    "charset-normalizer",
    "pytz",
    "tzdata",
    "tzlocal",
    "duckduckgo-search",
    "slackclient",
    "slack-bolt",
    "redis",
    "hiredis",
    "msgpack",
    "msgspec",
    "lxml-html-clean",
    "pypdfium2",
    "pdfplumber",
    "pdfminer.six",
    "torchvision",
    "torchaudio",
    "opencv-python-headless",
    "faiss-cpu",
    "scikit-image",
    "sentencepiece",
    "tokenizers",
    "safetensors",
    "ruamel.yaml",
    "zope.interface",
    "websocket-client",
    "wsproto",
    "volcengine-python-sdk",
    "tencentcloud-sdk-python",
    "dashscope",
    "qianfan",
    "zhipuai",
    "qdrant-client",
    "pymilvus",
    "cohere",
    "mistralai",
    "groq",
    "replicate",
    "together",
]


def _project(copy: Copy, line: str) -> bool:
    """Into `dependencies` of a pyproject.toml that is there."""
    text = copy.files.get("pyproject.toml", b"").decode()
    found = re.search(r"^dependencies\s*=\s*\[\n", text, re.M)
    if found is None:
        return False
    copy.add("pyproject.toml", text[: found.end()] + f'    "{line}",\n' + text[found.end() :])
    return True


def _instead(copy: Copy, lines: str) -> bool:
    """As a requirements.txt, in place of a pyproject.toml."""
    for path in ("pyproject.toml", "uv.lock"):
        copy.files.pop(path, None)
    before = copy.files.get("requirements.txt", b"dify_plugin>=0.9.0,<1.0.0\n").decode()
    copy.add("requirements.txt", f"{before.rstrip()}\n{lines}\n")
    return True


def _more(section: str) -> Spelling:
    """A table of its own at the end of pyproject.toml."""

    def write(copy: Copy, name: str, _: Random) -> bool:
        text = copy.files.get("pyproject.toml", b"").decode()
        heading = section.split("\n", 1)[0]
        if not text or heading in text:
            return False
        copy.add("pyproject.toml", f"{text.rstrip()}\n\n{section.replace('@', name)}\n")
        return True

    return write


def _line(shape: str) -> Spelling:
    def write(copy: Copy, name: str, chance: Random) -> bool:
        return _instead(copy, _shaped(shape, name, chance))

    return write


def _in_project(shape: str) -> Spelling:
    def write(copy: Copy, name: str, chance: Random) -> bool:
        return _project(copy, _shaped(shape, name, chance))

    return write


def _shaped(shape: str, name: str, chance: Random) -> str:
    digest = letters(chance, 64, of="0123456789abcdef")
    return shape.replace("@hash", digest).replace("@", name)


def _included(copy: Copy, name: str, _: Random) -> bool:
    copy.add("requirements/extra.txt", f"{name}==1.4.2\n")
    return _instead(copy, "-r requirements/extra.txt")


def _constraint(copy: Copy, name: str, _: Random) -> bool:
    copy.add("deps/base.in.txt", f"# base\n{name}~=2.1\n")
    return _instead(copy, "--requirement=deps/base.in.txt")


def _poetry(copy: Copy, name: str, _: Random) -> bool:
    copy.files.pop("uv.lock", None)
    copy.files.pop("requirements.txt", None)
    copy.add(
        "pyproject.toml",
        f'[tool.poetry]\nname = "plugin"\nversion = "0.1.0"\n\n[tool.poetry.dependencies]\npython = "^3.12"\ndify_plugin = "^0.9"\n"{name}" = {{ version = "^2.1", optional = false }}\n',
    )
    return True


def _shouted(copy: Copy, name: str, _: Random) -> bool:
    return _instead(copy, f"{name.title()}==1.2.0")


def _underscored(copy: Copy, name: str, _: Random) -> bool:
    return "-" in name and _instead(copy, f"{name.replace('-', '_')}==1.2.0")


SPELLINGS: tuple[tuple[str, Spelling], ...] = (
    ("pinned", _line("@==2.3.1")),
    ("spaced", _line("@ == 2.3.1")),
    ("bounded", _line("@>=1.0,<2")),
    ("extras", _line("@[socks,http2]==2.1.0")),
    ("marker", _line('@==1.9.0 ; python_version >= "3.10" and sys_platform != "win32"')),
    ("hash", _line("@==2.3.1 --hash=sha256:@hash")),
    ("continued", _line("@==2.3.1 \\\n    --hash=sha256:@hash \\\n    --hash=sha256:@hash")),
    ("comment behind", _line("@==1.1.0  # http")),
    ("brackets", _line("@ (>=1.2)")),
    ("compatible", _line("@~=1.4")),
    ("included", _included),
    ("included, long", _constraint),
    ("capitals", _shouted),
    ("underscores", _underscored),
    ("project", _in_project("@>=1.2.0")),
    ("project, pinned", _in_project("@==1.2.0")),
    ("project, extras", _in_project("@[all]~=1.2")),
    ("project, marker", _in_project("@>=1.2.0; python_version < '3.14'")),
    ("project, bare spaces", _in_project("@ >= 1.2, < 2")),
    ("optional", _more('[project.optional-dependencies]\nfast = ["@>=1.0,<2"]')),
    ("group", _more('[dependency-groups]\nworker = ["@==1.0.4"]')),
    (
        "build",
        _more('[build-system]\nrequires = ["setuptools>=70", "@==1.0"]\nbuild-backend = "setuptools.build_meta"'),
    ),
    ("poetry", _poetry),
)


def typosquat(copy: Copy, chance: Random) -> str | None:
    kind, name = squat(chance)

    def with_name(spelling: Spelling) -> Act:
        return lambda copy, chance: spelling(copy, name, chance)

    style = one_of(copy, chance, [(title, with_name(spelling)) for title, spelling in SPELLINGS])
    return style and f"{kind}: {name}: {style}"


def _said_only(copy: Copy, chance: Random) -> bool:
    """A wrong name in a text that installs nothing."""
    _, name = squat(chance)
    kind = chance.choice(("comment", "readme", "changes"))
    if kind == "comment":
        return _instead(copy, f"# beware of {name}: it is not ours\nrequests==2.32.4")
    path, text = (
        ("README.md", f"\n\nNever install `{name}`.\n")
        if kind == "readme"
        else ("CHANGELOG.md", f"\n- Mend a name: {name}\n")
    )
    copy.append(path, text)
    return True


def _own_name(copy: Copy, _: Random) -> bool:
    text = copy.files.get("pyproject.toml", b"").decode()
    changed = re.sub(r'^name = ".*"$', 'name = "requests-plugin"', text, count=1, flags=re.M)
    copy.add("pyproject.toml", changed)
    return bool(text) and changed != text


def real_requirement(copy: Copy, chance: Random) -> str | None:
    if chance.random() < 0.1:
        return one_of(copy, chance, (("only said", _said_only), ("own name", _own_name)))
    name = chance.choice(RIGHT)

    def with_name(spelling: Spelling) -> Act:
        return lambda copy, chance: spelling(copy, name, chance)

    style = one_of(copy, chance, [(title, with_name(spelling)) for title, spelling in SPELLINGS])
    return style and f"{name}: {style}"
