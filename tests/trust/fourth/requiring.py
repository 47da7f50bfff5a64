"""Names that pass for another package's, and real packages whose names are near those of others."""

import re
from collections.abc import Callable
from random import Random

from tests.trust.copies import Copy
from tests.trust.fourth.keys import drawn

# As people write them into corpora and as they were seen on indexes.
TYPED: dict[str, str] = {
    "requests": "reqeusts requets requsets request requestss requesrs rquests reqests requestes resquests rerquests",
    "httpx": "htppx httpxx htpx http-x httx",
    "openai": "opneai openia opena1 open-ai openaii 0penai opanai openai-python",
    "numpy": "nunpy numpyy numpi nmupy num-py",
    "pandas": "pandsa panda pandass pnadas pandaas",
    "pydantic": "pydnatic pydanti pydantics pidantic pydantlc",
    "beautifulsoup4": "beautifulsoup beatifulsoup4 beautifulsoap4 beautiful-soup4 beautifulsoup5",
    "urllib3": "urlib3 urllib urllib4 urlllib3 urllib-3",
    "pyyaml": "pyymal pyyml pyyaaml py-yaml pyyaml3",
    "flask": "flaskk falsk flasks fiask",
    "django": "djagno dajngo djang djanga",
    "pillow": "pilow pillwo pi11ow pilllow",
    "cryptography": "crytography cryptograpy cryptograhpy criptography crypt0graphy",
    "boto3": "bot03 boto-3 botto3 boto33 b0to3",
    "tiktoken": "tiktokn tik-token tikoken tiktokens",
    "anthropic": "antropic anthropics anthorpic anthropic-python anthropicc",
    "langchain": "langchian lang-chain langhcain langchains",
    "dify-plugin": "dify-plugins dify-plugn difyplugin dify-pluggin dify-plugln difi-plugin dify-pluign",
    "websocket-client": "websockets-client websocket-cilent websocket-clients",
    "python-dotenv": "python-dotnev pyhton-dotenv python-dot-env python-dotenvs",
    "python-dateutil": "python-dateutils pyhon-dateutil python3-dateutil python-datutil",
    "setuptools": "setup-tools setuptool seutptools setuptoolss",
    "slack-sdk": "slack-skd slcak-sdk slack-sdkk slak-sdk",
    "colorama": "colourama colorma coloramma col0rama",
    "google-genai": "google-genia googel-genai google-gemai g00gle-genai",
    "jinja2": "jnija2 jinja22 jinia2 jinjaa2",
    "werkzeug": "werkzueg wekzeug werkzeugs werkzug",
    "aiohttp": "aiohtttp aiohtpp aiohhtp ai0http",
    "sqlalchemy": "sqlalchmey sqlachemy sqlalcemy sql-alchemy",
    "matplotlib": "matplotlb matplotib mathplotlib matplotlibs",
    "scikit-learn": "scikit-leran sckit-learn scikit-learm sikit-learn",
    "tensorflow": "tenserflow tensorflw tensoflow tensorfllow",
    "transformers": "tranformers transfomers transformer5 trasformers",
    "selenium": "selenuim seleniun seleniumm selemium",
    "certifi": "certfi certifii cerfiti certify-python",
    "huggingface-hub": "hugginface-hub huggingface-hubs hugingface-hub",
    "tavily-python": "tavilly-python tavily-pyhton tavly-python",
    "opencv-python": "opencv-pyhton opencv-pyton open-cv-python",
    "supabase": "supabse suppabase supabasee",
    "botocore": "botocor botocoree botcore",
    "twilio": "twillio twiilo twilo",
    "psycopg2-binary": "psycopg2-binery psycopg2-binnary psycop2-binary",
}
TARGETS = (
    "requests httpx openai numpy pandas pydantic urllib3 pyyaml flask django pillow cryptography boto3 tiktoken "
    "anthropic langchain dify-plugin websocket-client python-dotenv python-dateutil slack-sdk google-genai werkzeug "
    "aiohttp sqlalchemy matplotlib scikit-learn transformers selenium huggingface-hub tavily-python opencv-python "
    "supabase twilio loguru tenacity notion-client pymupdf openpyxl jsonschema beautifulsoup4 lxml-html "
    "azure-identity qdrant-client mistralai cohere dashscope sniffio certifi"
).replace("lxml-html ", "")
LOOKS = {"l": "1", "o": "0", "i": "1", "e": "3", "s": "5", "m": "rn", "d": "cl", "w": "vv", "g": "q"}
OTHERS = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "y": "у", "i": "і", "s": "ѕ"}
BESIDE = {"q": "w", "w": "e", "e": "r", "r": "t", "t": "y", "u": "i", "i": "o", "o": "p", "a": "s", "s": "d", "d": "f"} | {
    "n": "m", "m": "n", "l": "k", "p": "o", "c": "v", "h": "j", "b": "v", "f": "g", "g": "h"
}  # fmt: skip


def _inside(name: str, chance: Random, letters: str = "") -> int:
    """The place of a letter that is not the first and is no hyphen."""
    fitting = [at for at, one in enumerate(name) if at and one != "-" and (not letters or one in letters)]
    return chance.choice(fitting) if fitting else 0


def _swapped(name: str, chance: Random) -> str:
    fitting = [at for at in range(1, len(name) - 1) if name[at] != name[at + 1] and "-" not in name[at : at + 2]]
    at = chance.choice(fitting)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _put(name: str, at: int, text: str, *, over: int = 1) -> str:
    return name[:at] + text + name[at + over :]


def _table(table: dict[str, str]) -> Callable[[str, Random], str]:
    def change(name: str, chance: Random) -> str:
        at = _inside(name, chance, "".join(table))
        return _put(name, at, table[name[at]]) if name[at] in table else name + name[-1]

    return change


def _vowel(name: str, chance: Random) -> str:
    at = _inside(name, chance, "aeiou")
    return _put(name, at, chance.choice("aeiou".replace(name[at], ""))) if at else name + "a"


def _hyphen(name: str, chance: Random) -> str:
    return name.replace("-", "") if "-" in name else _put(name, max(2, len(name) // 2), "-", over=0)


CHANGES: dict[str, Callable[[str, Random], str]] = {
    "swapped": _swapped,
    "dropped": lambda name, chance: _put(name, _inside(name, chance), ""),
    "doubled": lambda name, chance: (lambda at: _put(name, at, name[at] * 2))(_inside(name, chance)),
    "the key beside": _table(BESIDE),
    "looks alike": _table(LOOKS),
    "letters of another script": _table(OTHERS),
    "other vowel": _vowel,
    "hyphen": _hyphen,
    "plural": lambda name, chance: name[:-1] if name.endswith("s") else name + "s",
    "py before": lambda name, chance: "py" + name.removeprefix("python-").replace("-", ""),
    "python before": lambda name, chance: "python-" + name.removeprefix("python-") + ("s" if "python" in name else ""),
    "python3 before": lambda name, chance: "python3-" + name.removeprefix("python-"),
    "python after": lambda name, chance: name.removesuffix("-python").removeprefix("python-") + "-python3",
    "py after": lambda name, chance: name.removesuffix("-python") + "py",
    "digit after": lambda name, chance: name + chance.choice("12349"),
    "first letter twice": lambda name, chance: name[0] + name,
    "words in the other order": lambda name, chance: (
        "-".join(reversed(name.split("-"))) if "-" in name else f"lib-{name}"
    ),
    "two mistakes": lambda name, chance: _swapped(_vowel(name, chance), chance),
    "underscore and mistake": lambda name, chance: _swapped(name, chance).replace("-", "_").title(),
}
# What the changes above may give and what is a package of its own.
REAL = "boto djongo httpx2 http pyaml pyboto3 nempy fleks dango slacksdk longchain boto34 numpypy aio-http"


def _typed(chance: Random) -> tuple[str, str]:
    target = chance.choice(sorted(TYPED))
    return f"for {target}", chance.choice(TYPED[target].split())


def _changed(chance: Random) -> tuple[str, str]:
    change, target = chance.choice(sorted(CHANGES)), chance.choice(TARGETS.split())
    name = CHANGES[change](target, chance)
    if name in REAL.split() or name in TARGETS.split():
        return _changed(chance)
    return f"{change} of {target}", name


def _dependency(name: str, chance: Random) -> str:
    version = f"{chance.randint(0, 4)}.{chance.randint(0, 31)}.{chance.randint(0, 9)}"
    pins = ("", f">={version}", f"=={version}", f"~={version}", f">={version},<9")
    ends = ("", "", "", '; python_version >= "3.10"', '; sys_platform == "linux"')
    return f"{name}{chance.choice(('', '', '', '[all]'))}{chance.choice(pins)}{chance.choice(ends)}"


def _quoted(line: str) -> str:
    return f"'{line}'" if '"' in line else f'"{line}"'


def _project(copy: Copy, name: str, chance: Random) -> bool:
    """Among the project's dependencies, somewhere."""
    text = copy.files.get("pyproject.toml", b"").decode()
    if not (found := re.search(r"(?ms)^dependencies = \[\n(.*?)^\]", text)):
        return False
    lines = found[1].splitlines()
    lines.insert(chance.randint(0, len(lines)), f"    {_quoted(_dependency(name, chance))},")
    copy.add("pyproject.toml", text[: found.start(1)] + "\n".join(lines) + "\n" + text[found.end(1) :])
    return True


def _table_of_project(head: str) -> Callable[[Copy, str, Random], bool]:
    def plant(copy: Copy, name: str, chance: Random) -> bool:
        table, _, line = head.partition("\n")
        if "pyproject.toml" not in copy.files or f"[{table}]".encode() in copy.files["pyproject.toml"]:
            return False
        wanted = line.replace("@quoted", _quoted(_dependency(name, chance))).replace("@name", name)
        copy.append("pyproject.toml", f"\n\n[{table}]\n{wanted}\n")
        return True

    return plant


def _list(path: str) -> Callable[[Copy, str, Random], bool]:
    def plant(copy: Copy, name: str, chance: Random) -> bool:
        ended = copy.files.get(path, b"\n").endswith(b"\n")
        copy.append(path, f"{'' if ended else chr(10)}{_dependency(name, chance)}\n")
        return True

    return plant


def _hashed(copy: Copy, name: str, chance: Random) -> bool:
    sums = " ".join(f"\\\n    --hash=sha256:{drawn('{h64}', chance)}" for _ in range(2))
    copy.append("requirements.txt", f"\n{name}==1.{chance.randint(0, 40)}.0 {sums}\n")
    return True


def _included(copy: Copy, name: str, chance: Random) -> bool:
    copy.append("requirements.txt", "\n-r requirements/base.txt\n")
    copy.append("requirements/base.txt", f"# shared\n{_dependency(name, chance)}  # http\n")
    return True


def _locked(copy: Copy, name: str, chance: Random) -> bool:
    """In the lock alone: as what another package needs."""
    text = copy.files.get("uv.lock", b"").decode()
    if not (blocks := [one.start() for one in re.finditer(r"(?m)^\[\[package\]\]", text)]):
        return False
    digest, version = drawn("{h64}", chance), f"1.{chance.randint(0, 30)}.{chance.randint(0, 9)}"
    block = (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
        f'sdist = {{ url = "https://files.pythonhosted.org/packages/{digest[:2]}/{name}-{version}.tar.gz", '
        f'hash = "sha256:{digest}", size = 20114 }}\n\n'
    )
    at = chance.choice(blocks)
    text = text[:at] + block + text[at:]
    needs = re.search(r"(?m)^dependencies = \[\n", text)
    if needs:
        text = f'{text[: needs.end()]}    {{ name = "{name}" }},\n{text[needs.end() :]}'
    copy.add("uv.lock", text)
    return True


def _both(copy: Copy, name: str, chance: Random) -> bool:
    return _project(copy, name, chance) and _locked(copy, name, chance)


PLACES: dict[str, Callable[[Copy, str, Random], bool]] = {
    "requirements.txt": _list("requirements.txt"),
    "dependencies": _project,
    "hashes": _hashed,
    "lock": _locked,
    "dependencies and lock": _both,
}
RARE: dict[str, Callable[[Copy, str, Random], bool]] = {
    "included list": _included,
    "requirements-dev.txt": _list("requirements-dev.txt"),
    "optional": _table_of_project("project.optional-dependencies\nextra = [@quoted]"),
    "build": _table_of_project('build-system\nrequires = ["setuptools>=80", @quoted]'),
    "poetry": _table_of_project('tool.poetry.dependencies\n@name = "^1.2"'),
    "uv's development": _table_of_project("tool.uv\ndev-dependencies = [@quoted]"),
}


def _require(copy: Copy, style: str, name: str, chance: Random) -> str | None:
    places = RARE if chance.random() < 0.2 else PLACES
    place = chance.choice(sorted(places))
    return f"{style}: {name} in {place}" if places[place](copy, name, chance) else None


def typosquat(copy: Copy, chance: Random) -> str | None:
    style, name = chance.choice((_typed, _changed))(chance)
    return _require(copy, style, name, chance) or (
        f"{style}: {name} in requirements.txt" if _list("requirements.txt")(copy, name, chance) else None
    )


# All of these are on the index, are what they say, and are near others.
NEIGHBOURS = (
    "requests-oauthlib requests-toolbelt requests-cache requests-mock requests-ntlm types-requests httpx-sse "
    "httpcore httptools openai-whisper openai-agents python-dotenv python-dateutil python-multipart python-magic "
    "python-slugify pyjwt pyyaml ruamel.yaml pydantic-settings pydantic-core pydantic-extra-types boto3-stubs "
    "botocore aioboto3 google-auth-oauthlib google-auth-httplib2 redis hiredis pymysql mysqlclient beautifulsoup4 "
    "orjson ujson simplejson regex attrs h11 h2 pypdf pypdf2 pypdfium2 pdfplumber markdownify markdown2 mistune "
    "tenacity retry retrying jsonschema jsonpath-ng langchain-core langchain-community langchain-openai langgraph "
    "langsmith llama-index qdrant-client pinecone tavily-python slack-sdk slack-bolt python-telegram-bot "
    "notion-client psycopg psycopg2-binary asyncpg pika opencv-python-headless tiktoken anthropic mistralai "
    "google-genai google-generativeai zhipuai dashscope werkzeug aiofiles pytz tzdata tzlocal html2text html5lib "
    "flask-cors flask-login django-environ djangorestframework pillow-heif numpydoc numexpr pandas-stubs pandasql "
    "scipy sympy torchvision torchaudio tensorboard matplotlib-inline colorlog coloredlogs websockets "
    "websocket-client wsproto cryptography pycryptodome pycryptodomex pynacl paramiko lxml xmltodict xlrd xlwt "
    "openpyxl xlsxwriter python-docx python-pptx docx2txt unstructured-client markdown loguru structlog rich "
    "click typer jieba pypinyin chardet charset-normalizer faker uvloop anyio sniffio gevent greenlet sqlalchemy "
    "sqlmodel sqlparse peewee pymongo motor elasticsearch opensearch-py snowflake-connector-python duckdb "
    "yfinance wikipedia arxiv youtube-transcript-api qrcode pydub moviepy imageio imagehash cachetools diskcache "
    "cohere replicate groq ollama litellm together"
)


def requirement(copy: Copy, chance: Random) -> str | None:
    name = chance.choice(NEIGHBOURS.split())
    shown = chance.choice((name, name, name.replace("-", "_"), name.title()))
    return _require(copy, "real", shown, chance)
