"""Requirements whose names sit near a famous one, in the files where requirements are written."""

from collections.abc import Callable
from random import Random

from marketplace.screening.popular import popular
from tests.trust.copies import Copy

FAMOUS = (
    *("requests", "urllib3", "numpy", "pandas", "pillow", "openai", "anthropic", "httpx", "aiohttp", "pydantic"),
    *("cryptography", "beautifulsoup4", "pyyaml", "boto3", "botocore", "google-cloud-storage", "azure-identity"),
    *("python-dateutil", "python-dotenv", "scikit-learn", "opencv-python", "tiktoken", "transformers", "langchain"),
    *(
        "langchain-core",
        "sqlalchemy",
        "psycopg2-binary",
        "pymongo",
        "pymysql",
        "redis",
        "elasticsearch",
        "lxml",
        "selenium",
    ),
    *("playwright", "markdown", "jinja2", "websocket-client", "websockets", "paramiko", "pyjwt", "certifi", "tenacity"),
    *(
        "dify-plugin",
        "qdrant-client",
        "slack-sdk",
        "pypdf",
        "python-docx",
        "openpyxl",
        "tqdm",
        "click",
        "loguru",
        "werkzeug",
    ),
)
NEAR_KEYS = {
    "a": "s",
    "e": "r",
    "i": "o",
    "o": "p",
    "t": "y",
    "n": "m",
    "s": "d",
    "r": "t",
    "l": "k",
    "c": "v",
    "d": "f",
}
GLYPHS = {"l": "1", "i": "l", "o": "0", "m": "rn", "d": "cl", "w": "vv", "g": "q"}
CYRILLIC = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "y": "у"}


def _swap(chance: Random, name: str) -> str:
    at = chance.randrange(0, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _replace(chance: Random, name: str, table: dict[str, str]) -> str:
    places = [at for at, letter in enumerate(name) if letter in table]
    if not places:
        return name
    at = chance.choice(places)
    return name[:at] + table[name[at]] + name[at + 1 :]


def _double(chance: Random, name: str) -> str:
    at = chance.randrange(len(name))
    return name[:at] + name[at] + name[at:]


def _drop(chance: Random, name: str) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _turned(chance: Random, name: str) -> str:
    return "-".join(reversed(name.split("-"))) if "-" in name else f"{name}-{name}"


NEAR: dict[str, Callable[[Random, str], str]] = {
    "swapped": _swap,
    "dropped": _drop,
    "doubled": _double,
    "near key": lambda c, n: _replace(c, n, NEAR_KEYS),
    "like a letter": lambda c, n: _replace(c, n, GLYPHS),
    "cyrillic": lambda c, n: _replace(c, n, CYRILLIC),
    "plural": lambda c, n: n[:-1] if n.endswith("s") else f"{n}s",
    "no hyphen": lambda c, n: n.replace("-", ""),
    "python before": lambda c, n: f"python-{n}",
    "python after": lambda c, n: f"{n}-python",
    "py before": lambda c, n: n.removeprefix("python-").removeprefix("py") if n.startswith("py") else f"py{n}",
    "python and number": lambda c, n: f"python-{n}{c.choice('23')}",
    "number after": lambda c, n: f"{n.rstrip('0123456789')}{c.choice('2345')}",
    "tail": lambda c, n: n + c.choice(["-lib", "-sdk", "-official", "-latest", "-fix", "-secure", "-pro", "-fork"]),
    "turned": _turned,
    "vowel": lambda c, n: _replace(c, n, {"a": "e", "e": "a", "i": "y", "o": "u", "u": "o"}),
    "hyphen in it": lambda c, n: n[: len(n) // 2] + "-" + n[len(n) // 2 :],
    "letter in front": lambda c, n: c.choice("aex") + n,
    "two faults": lambda c, n: _double(c, _drop(c, n)) if len(n) > 7 else _swap(c, n),
}


def typosquat(copy: Copy, chance: Random) -> str | None:
    for _ in range(60):
        famous, style = chance.choice(FAMOUS), chance.choice(sorted(NEAR))
        name = NEAR[style](chance, famous)
        if name != famous and "--" not in name and name.strip("-") == name and name not in popular():
            return f"{style}: {name} ({require(copy, chance, name)})"
    return None


def require(copy: Copy, chance: Random, name: str) -> str:
    version = f"{chance.randrange(1, 4)}.{chance.randrange(12)}.{chance.randrange(9)}"
    styles = sorted(WRITINGS)
    if b"\n[project]" not in b"\n" + copy.files.get("pyproject.toml", b""):
        styles = [one for one in styles if not one.startswith("project")]
    style = chance.choice(styles)
    path, text = WRITINGS[style]
    text = text.replace("@name", name).replace("@version", version)
    if style == "project group" and b"[dependency-groups]" in copy.files["pyproject.toml"]:
        line = f'[dependency-groups]\nrun-{version[0]} = ["{name}=={version}"]'.encode()
        copy.files["pyproject.toml"] = copy.files["pyproject.toml"].replace(b"[dependency-groups]", line, 1)
    elif style == "project":
        _into_project(copy, f"{name}=={version}")
    else:
        copy.append(path, text)
    return style


def _into_project(copy: Copy, line: str) -> None:
    text = copy.files["pyproject.toml"].decode()
    if "dependencies = [" in text:
        text = text.replace("dependencies = [", f'dependencies = [\n    "{line}",', 1)
    else:
        text = text.replace("[project]", f'[project]\ndependencies = ["{line}"]', 1)
    copy.files["pyproject.toml"] = text.encode()


WRITINGS = {
    "pinned": ("requirements.txt", "\n@name==@version\n"),
    "bounded": ("requirements.txt", "\n@name>=@version,<9\n"),
    "extras": ("requirements.txt", "\n@name[all]~=@version\n"),
    "marker": ("requirements.txt", '\n@name==@version ; python_version >= "3.11"\n'),
    "commented": ("requirements.txt", "\n@name==@version  # needed by the client\n"),
    "hashed": ("requirements.txt", "\n@name==@version \\\n    --hash=sha256:" + "ab12" * 16 + "\n"),
    "project": ("pyproject.toml", ""),
    "project group": ("pyproject.toml", '\n[dependency-groups]\nrun = ["@name==@version"]\n'),
    "uv lock": (
        "uv.lock",
        '\n[[package]]\nname = "@name"\nversion = "@version"\nsource = { registry = "https://pypi.org/simple" }\n',
    ),
    "second file": ("requirements/base.txt", "@name==@version\n"),
    "poetry lock": (
        "poetry.lock",
        '\n[[package]]\nname = "@name"\nversion = "@version"\noptional = false\nfiles = []\n',
    ),
    "pipfile": ("Pipfile", '[packages]\n"@name" = "==@version"\n'),
    "setup": ("setup.py", "from setuptools import setup\n\nsetup(name='x', install_requires=['@name==@version'])\n"),
    "setup config": ("setup.cfg", "[options]\ninstall_requires =\n    @name==@version\n"),
}
