"""Names that are nearly those of well-known packages, by the kind of mistake that they count on."""

from collections.abc import Callable, Iterator
from random import Random

POPULAR = [
    "requests",
    "numpy",
    "pandas",
    "httpx",
    "pydantic",
    "beautifulsoup4",
    "python-dateutil",
    "cryptography",
    "boto3",
    "openai",
    "urllib3",
    "pyyaml",
    "setuptools",
    "pillow",
    "scikit-learn",
    "matplotlib",
    "tensorflow",
    "transformers",
    "fastapi",
    "aiohttp",
    "selenium",
    "sqlalchemy",
    "psycopg2-binary",
    "pymongo",
    "paramiko",
    "websockets",
    "google-cloud-storage",
    "langchain",
    "tiktoken",
    "anthropic",
    "opencv-python",
    "dify-plugin",
    "python-dotenv",
    "charset-normalizer",
    "certifi",
    "tenacity",
    "markdown",
    "openpyxl",
    "python-multipart",
    "google-auth",
    "huggingface-hub",
    "azure-identity",
    "azure-storage-blob",
    "slack-sdk",
    "python-docx",
    "jsonschema",
    "pycryptodome",
    "simplejson",
    "werkzeug",
    "feedparser",
    "pymysql",
    "tabulate",
    "typing-extensions",
    "colorama",
    "python-magic",
    "google-api-python-client",
    "notion-client",
    "elasticsearch",
    "prompt-toolkit",
    "sentence-transformers",
    "streamlit",
    "playwright",
    "pypdf",
    "pytest-asyncio",
    "gunicorn",
    "uvicorn",
    "celery",
]
# Near to one of these and at home in the index.
REAL = frozenset(
    [
        "unicorn",
        "grequests",
        "pyml",
        "willow",
        "pypd",
        "pypdf2",
        "hypercorn",
        "httpr",
        "pandas2",
        "panda",
        "boto",
        "boto4",
        "dydantic",
        "fastai",
        "request",
        "pyaml",
        "psycopg-binary",
        "pycryptodomex",
        "websocket",
        "scrapy",
        "selenium2",
        "jsonschema2",
        "markdown2",
        "markdown3",
        "simple-json",
        "elastic-search",
        "python3-dateutil",
        "pyyml",
        "docx",
        "python-slack-sdk",
        "pyhttpx",
        "gunicorn3",
        "httpx2",
        "numpy2",
        "elasticsearch6",
        "elasticsearch7",
        "elasticsearch8",
        "pypdf3",
        "pypdf4",
        "google-cloud",
        "azure-storage",
    ]
)
NEAR = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        [
            "w",
            "e",
            "r",
            "t",
            "y",
            "u",
            "i",
            "o",
            "p",
            "o",
            "s",
            "d",
            "f",
            "g",
            "h",
            "j",
            "k",
            "l",
            "k",
            "x",
            "c",
            "v",
            "b",
            "n",
            "m",
            "n",
        ],
        strict=True,
    )
)
LOOKS = {
    "l": "1",
    "o": "0",
    "i": "l",
    "rn": "m",
    "m": "rn",
    "w": "vv",
    "e": "3",
    "s": "5",
    "q": "g",
    "cl": "d",
    "t": "f",
}
SOUNDS = {
    "qu": "kw",
    "y": "i",
    "i": "y",
    "c": "k",
    "k": "c",
    "ph": "f",
    "s": "z",
    "x": "ks",
    "th": "t",
    "oo": "u",
    "ea": "e",
    "z": "s",
    "ai": "ay",
}
STRANGE = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "i": "і", "s": "ѕ", "y": "у", "x": "х"}
VOWELS = "aeiou"


def _dropped(name: str) -> Iterator[str]:
    yield from (name[:at] + name[at + 1 :] for at in range(1, len(name)) if name[at].isalpha())


def _doubled(name: str) -> Iterator[str]:
    yield from (name[: at + 1] + name[at:] for at in range(len(name)) if name[at].isalpha())


def _swapped(name: str) -> Iterator[str]:
    for at in range(len(name) - 1):
        if name[at] != name[at + 1] and (name[at] + name[at + 1]).isalpha():
            yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _beside(name: str) -> Iterator[str]:
    yield from (name[:at] + NEAR[name[at]] + name[at + 1 :] for at in range(1, len(name)) if name[at] in NEAR)


def _vowel(name: str) -> Iterator[str]:
    for at, letter in enumerate(name):
        if letter in VOWELS:
            yield from (name[:at] + other + name[at + 1 :] for other in VOWELS if other != letter)


def _added(name: str) -> Iterator[str]:
    yield from (name[:at] + letter + name[at:] for at in range(1, len(name)) for letter in "aeilnrst")


def _by(table: dict[str, str]) -> Callable[[str], Iterator[str]]:
    def change(name: str) -> Iterator[str]:
        for old, new in table.items():
            at = name.find(old)
            while at >= 0:
                yield name[:at] + new + name[at + len(old) :]
                at = name.find(old, at + 1)

    return change


def _number(name: str) -> Iterator[str]:
    if name[-1].isdigit():
        yield from (name[:-1] + other for other in "2579" if other != name[-1])
        yield name + name[-1]
    else:
        yield from (name + other for other in ("3", "4", "33", "py3"))


def _plural(name: str) -> Iterator[str]:
    yield from ((name[:-1],) if name.endswith("s") else (name + "s", name + "es"))


def _separated(name: str) -> Iterator[str]:
    if "-" in name:
        yield name.replace("-", "")
    else:
        yield from (name[:at] + "-" + name[at:] for at in range(2, len(name) - 2))


def _turned(name: str) -> Iterator[str]:
    parts = name.split("-")
    if len(parts) > 1:
        yield "-".join(parts[::-1])
        yield "-".join((*parts[1:], parts[0]))


def _ending(name: str) -> Iterator[str]:
    yield from (
        f"{name}-{end}"
        for end in ("python", "lib", "official", "secure", "fix", "latest", "py3", "pro", "package", "module", "dev")
    )


def _beginning(name: str) -> Iterator[str]:
    start = ("python3-", "py-", "pip-", "real-", "the-", "safe-", "py3-", "new-", "lib", "pip-install-")
    yield from (first + name for first in (*start, *(() if name.startswith("python") else ("python-",))))


def _without(name: str) -> Iterator[str]:
    parts = name.split("-")
    if len(parts) > 2:
        yield from ("-".join(parts[:at] + parts[at + 1 :]) for at in range(1, len(parts)))


def _twice(name: str) -> Iterator[str]:
    """Two mistakes, in different places."""
    if len(name) < 8:
        return
    half = len(name) // 2
    for first in (*_swapped(name[:half]), *_dropped(name[:half]), *_vowel(name[:half])):
        for second in (*_swapped(name[half:]), *_doubled(name[half:]), *_by(LOOKS)(name[half:])):
            yield first + second


MISTAKES: dict[str, Callable[[str], Iterator[str]]] = {
    "a letter less": _dropped,
    "a letter doubled": _doubled,
    "two letters swapped": _swapped,
    "the key beside": _beside,
    "another vowel": _vowel,
    "a letter more": _added,
    "looks alike": _by(LOOKS),
    "sounds alike": _by(SOUNDS),
    "another alphabet": _by(STRANGE),
    "a number": _number,
    "one or many": _plural,
    "separators": _separated,
    "words turned": _turned,
    "an ending": _ending,
    "a beginning": _beginning,
    "a word less": _without,
    "two mistakes": _twice,
}


def squat(chance: Random) -> tuple[str, str]:
    """The kind of mistake and a name that has it."""
    kind = chance.choice(sorted(MISTAKES))
    for popular in chance.sample(POPULAR, len(POPULAR)):
        found = [name for name in MISTAKES[kind](popular) if name not in REAL and name not in POPULAR]
        if found:
            return kind, chance.choice(found)
    raise AssertionError(kind)
