"""Dependencies whose names are those of popular ones, nearly; and popular ones whose names are near to others'."""

import re
from random import Random

from tests.trust.copies import Copy


def _words(text: str) -> list[str]:
    return text.split()


NEARLY = _words(
    "reuqests reuests r3quests requestss httx httppx py-httpx opennai opnai op3nai numy nupmy numpy-python pandass "
    "libpandas boo3 boot3 boto3-lib pyddantic pydntic pydantik beautifulzoup4 beatuifulsoup4 bautifulsoup4 pill0w pillw "
    "urlllib3 vrllib3 cryptgoraphy cryptografy pycryptography python-langchain lanchain tiktok3n libtiktoken aiohtttp "
    "aiohtt pyymal pyyaaml pyyarnl fatsapi fastapi-py libfastapi sqlalcherny sqlaalchemy redsi rediss pssycopg2 "
    "psyc0pg2 psycogp2 pmyongo pyymongo tenaciyt tenacty client-websocket websocket-cclient google-geerativeai athropic "
    "python-anthropic tavily-pythn tavvily-python notion-cient notion-klient s1ack-sdk slack-dk slaack-sdk "
    "pyth0n-dotenv jinjaa2 libjinja2 lmxl lxrnl markd0wn markddown ppdf pypypdf op3npyxl oppenpyxl pythondocx "
    "transformerrs skikit-learn learn-scikit matpllotlib matplotl1b maplotlib duckduckgo-searc search-duckduckgo "
    "elsaticsearch elasticseach pymysq pyymysql parmiko paramkio tw1lio wtilio strip3 stirpe jsonscema jzonschema "
    "feedparesr feedparzer plywright p1aywright selenum s3lenium pycryptdome pycryptodom3 chere c0here miistralai "
    "python-mistralai qdrantclient pyqdrant-client werkzegu pywerkzeug flaks py-flask geventt g3vent dify-lpugin "
    "dify-plugiin difi-plugin azure-strage-blob google-cloud-tsorage google-kloud-storage yinance yf1nance "
    "youtube-trannscript-api"
)
REAL = _words(
    "requests-toolbelt requests-oauthlib httpcore openai-whisper numba pandas-ta botocore pydantic-settings bs4 "
    "pillow-heif langchain-core langchain-openai aiohttp-retry ruamel.yaml sqlmodel psycopg2-binary psycopg pymssql "
    "motor websockets google-genai slack-bolt slackclient lxml-html-clean markdown2 markdownify PyPDF2 pypdfium2 "
    "xlsxwriter docx2txt sentence-transformers scikit-image ddgs elasticsearch-dsl asyncpg aiomysql asyncssh "
    "jsonpath-ng feedgen pycryptodomex Flask-Cors simplejson ujson orjson httplib2 h2 h11 attrs arrow pendulum loguru "
    "python-pptx python-multipart PyJWT python-jose requests-cache httpx-sse aiofiles msgpack nltk regex chardet "
    "charset-normalizer yarl multidict weaviate-client pinecone boto3 typing_extensions python-dateutil"
)


def _in_requirements(copy: Copy, name: str, chance: Random) -> str:
    line = chance.choice(
        ("{}==1.2.3", "{}>=1.0,<3", "{}~=2.1", "{}[all]==1.0.4", "{} ; python_version >= '3.11'", "{}")
    )
    pinned = line.format(name)
    if chance.random() < 0.3:
        pinned += "  # for the client"
    copy.append("requirements.txt", f"\n{pinned}\n")
    return "requirements"


def _in_project(copy: Copy, name: str, chance: Random) -> str:
    text = copy.files.get("pyproject.toml", b"").decode()
    entry = f'    "{name}{chance.choice(("==1.2.3", ">=1.0", "~=2.1", ""))}",'
    if re.search(r"(?m)^dependencies = \[\n", text):
        copy.add("pyproject.toml", re.sub(r"(?m)^dependencies = \[\n", f"dependencies = [\n{entry}\n", text, count=1))
        return "project"
    if text:
        return _in_requirements(copy, name, chance)
    copy.add("pyproject.toml", f'[project]\nname = "plugin"\nversion = "0.1.0"\ndependencies = [\n{entry}\n]\n')
    return "project of its own"


def _in_extra(copy: Copy, name: str, chance: Random) -> str:
    text = copy.files.get("pyproject.toml", b"").decode()
    if "[project.optional-dependencies]" in text or "[project]" not in text:
        return _in_requirements(copy, name, chance)
    copy.append("pyproject.toml", f'\n[project.optional-dependencies]\nfast = ["{name}>=1.0"]\n')
    return "extra"


def _in_another_file(copy: Copy, name: str, chance: Random) -> str:
    copy.append("requirements.txt", "\n-r requirements/base.txt\n")
    copy.add("requirements/base.txt", f"{name}==0.9.1\n")
    return "another file"


def _with_digest(copy: Copy, name: str, chance: Random) -> str:
    digest = "".join(chance.choice("0123456789abcdef") for _ in range(64))
    copy.append("requirements.txt", f"\n{name}==1.2.3 \\\n    --hash=sha256:{digest}\n")
    return "with a digest"


def _in_lock(copy: Copy, name: str, chance: Random) -> str:
    if "uv.lock" not in copy.files:
        return _in_requirements(copy, name, chance)
    copy.append(
        "uv.lock",
        f'\n[[package]]\nname = "{name}"\nversion = "1.2.3"\nsource = {{ registry = "https://pypi.org/simple" }}\n',
    )
    return _in_project(copy, name, chance) + " and lock"


def _at_run_time(copy: Copy, name: str, chance: Random) -> str:
    spot = copy.a_spot(chance)
    if spot is None:
        return _in_requirements(copy, name, chance)
    copy.plant(
        spot,
        f'subprocess.run([sys.executable, "-m", "pip", "install", "{name}"], check=False)',
        "import subprocess\nimport sys",
    )
    return "installed by the code"


def _written_in_capitals(copy: Copy, name: str, chance: Random) -> str:
    copy.append("requirements.txt", f"\n{name.title()}==1.2.3\n")
    return "in capitals"


def _with_underscores(copy: Copy, name: str, chance: Random) -> str:
    copy.append("requirements.txt", f"\n{name.replace('-', '_')}>=1\n")
    return "with underscores"


WAYS = (
    _in_requirements,
    _in_requirements,
    _in_project,
    _in_project,
    _in_extra,
    _in_another_file,
    _with_digest,
    _in_lock,
)
LESS = (_at_run_time, _written_in_capitals, _with_underscores)


def near(copy: Copy, chance: Random) -> str:
    name = chance.choice(NEARLY)
    return f"{chance.choice((*WAYS, *LESS))(copy, name, chance)}: {name}"


def real(copy: Copy, chance: Random) -> str:
    name = chance.choice(REAL)
    way = chance.choice((_in_requirements, _in_project, _in_extra, _with_digest, _with_underscores))
    return f"{way(copy, name, chance)}: {name}"
