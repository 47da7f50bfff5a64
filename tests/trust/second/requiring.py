"""Requirements whose names are nearly those of known packages, wherever requirements are written."""

from random import Random

from marketplace.screening.popular import popular
from tests.trust.copies import Copy

KNOWN = (
    *(
        "python-dateutil",
        "typing-extensions",
        "charset-normalizer",
        "google-auth",
        "azure-core",
        "scikit-learn",
        "opencv-python",
    ),
    *(
        "python-dotenv",
        "protobuf",
        "grpcio",
        "pyjwt",
        "markdown",
        "wikipedia",
        "yfinance",
        "feedparser",
        "openpyxl",
        "pymysql",
    ),
    *(
        "tiktoken",
        "transformers",
        "torch",
        "tensorflow",
        "keras",
        "nltk",
        "spacy",
        "gunicorn",
        "celery",
        "kombu",
        "websocket-client",
    ),
    *(
        "elasticsearch",
        "pymongo",
        "slack-sdk",
        "discord-py",
        "tweepy",
        "google-cloud-storage",
        "azure-identity",
        "botocore",
        "idna",
    ),
    *(
        "packaging",
        "six",
        "wheel",
        "pytest",
        "simplejson",
        "ujson",
        "orjson",
        "loguru",
        "docker",
        "kubernetes",
        "snowflake-connector-python",
    ),
    *(
        "requests",
        "dify-plugin",
        "openai",
        "anthropic",
        "cohere",
        "httpx",
        "pydantic",
        "numpy",
        "pandas",
        "tavily-python",
        "replicate",
    ),
)


def typosquat(copy: Copy, chance: Random) -> str | None:
    for _ in range(60):
        known = chance.choice(KNOWN)
        style, name = chance.choice(list(near(chance, known).items()))
        if name and name != known and name not in popular() and name.replace("-", "") != known.replace("-", ""):
            return f"{style} {name} ({require(copy, chance, name)})"
    return None


def near(chance: Random, name: str) -> dict[str, str]:
    """By style; "" where the style does not fit."""
    at = chance.randrange(1, max(2, len(name) - 1))
    parts = name.split("-")
    twin = next((i for i in range(len(name) - 1) if name[i] == name[i + 1]), -1)
    neighbours = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "y", "r": "t", "s": "d", "l": "k", "u": "i"}
    keyed = [i for i, letter in enumerate(name) if letter in neighbours]
    place = chance.choice(keyed) if keyed else 0
    return {
        "turned round": "-".join(reversed(parts)) if len(parts) > 1 else "",
        "rn for m": name.replace("m", "rn", 1) if "m" in name else "",
        "vv for w": name.replace("w", "vv", 1) if "w" in name else "",
        "one letter of a pair": name[:twin] + name[twin + 1 :] if twin > 0 else "",
        "doubled": name[: at + 1] + name[at] + name[at + 1 :],
        "next key": name[:place] + neighbours.get(name[place], "") + name[place + 1 :] if keyed else "",
        "neighbours": name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if len(name) > 3 else "",
        "left out": name[:at] + name[at + 1 :] if len(name) > 4 else "",
        "other glyph": name.replace("o", "\u043e", 1) if "o" in name else "",
        "digit": name.replace("l", "1", 1) if "l" in name else name.replace("i", "1", 1) if "i" in name else "",
        "plural": f"{name}s" if not name.endswith("s") else name[:-1],
        "py before": f"py{name}" if not name.startswith("py") else "",
        "vowel": name[:at] + {"a": "e", "e": "a", "i": "y", "o": "u", "u": "o"}.get(name[at], "") + name[at + 1 :]
        if name[at] in "aeiou"
        else "",
    }


def require(copy: Copy, chance: Random, name: str) -> str:
    """Where it was written."""
    version = f"{chance.randrange(1, 9)}.{chance.randrange(9)}.{chance.randrange(9)}"
    line = chance.choice(
        [f"{name}=={version}", f"{name}~={version}", f"{name}>={version},<{version[0]}9", f"{name}[all]=={version}"]
    )
    place = chance.choice(
        ["requirements", "extra file", "included", "pyproject", "optional", "group", "lock", "setup", "setup.cfg"]
    )
    match place:
        case "requirements":
            copy.append("requirements.txt", f"\n{line}  # needed\n")
        case "extra file":
            copy.add(chance.choice(["requirements-dev.txt", "requirements/base.txt"]), f"{line}\n")
        case "included":
            copy.append("requirements.txt", "\n-r more.txt\n")
            copy.add("more.txt", f"{line}\n")
        case "pyproject":
            copy.add("pyproject.toml", f'[project]\nname = "x"\nversion = "0.1.0"\ndependencies = ["{line}"]\n')
        case "optional":
            copy.add(
                "pyproject.toml",
                f'[project]\nname = "x"\nversion = "0.1"\n\n[project.optional-dependencies]\nfast = ["{line}"]\n',
            )
        case "group":
            copy.add(
                "pyproject.toml", f'[project]\nname = "x"\nversion = "0.1"\n\n[dependency-groups]\ndev = ["{line}"]\n'
            )
        case "lock":
            copy.append(
                "uv.lock",
                f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://pypi.org/simple" }}\n',
            )
        case "setup":
            copy.add("setup.py", f"from setuptools import setup\n\nsetup(name='x', install_requires=['{line}'])\n")
        case "setup.cfg":
            copy.add("setup.cfg", f"[options]\ninstall_requires =\n    {line}\n")
    return place
