"""What is planted beside the code: secrets, requirements, texts about privacy."""

from random import Random

from marketplace.screening.popular import popular
from tests.trust.copies import Copy
from tests.trust.words import random_text, word

FAMOUS = [
    "requests",
    "numpy",
    "pandas",
    "openai",
    "httpx",
    "pydantic",
    "cryptography",
    "beautifulsoup4",
    "pyyaml",
    "pillow",
    "flask",
    "django",
    "sqlalchemy",
    "boto3",
    "aiohttp",
    "tenacity",
    "jinja2",
    "langchain",
    "anthropic",
    "selenium",
    "lxml",
    "redis",
    "setuptools",
    "urllib3",
    "certifi",
    "click",
    "rich",
    "tqdm",
    "matplotlib",
    "scipy",
    "fastapi",
    "uvicorn",
    "websockets",
    "psycopg2",
    "paramiko",
    "colorama",
    "dify-plugin",
]


def secret_in_file(copy: Copy, chance: Random) -> str | None:
    upper, hexes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdef"
    key = {
        "aws": f"AKIA{random_text(chance, 16, upper)}",
        "github": f"ghp_{random_text(chance, 36)}",
        "openai": f"sk-proj-{random_text(chance, 48)}",
        "anthropic": f"sk-ant-api03-{random_text(chance, 80)}",
        "slack": f"xoxb-{random_text(chance, 12, '0123456789')}-{random_text(chance, 24)}",
        "google": f"AIza{random_text(chance, 35)}",
        "stripe": f"sk_live_{random_text(chance, 24)}",
        "jwt": f"eyJ{random_text(chance, 20)}.eyJ{random_text(chance, 40)}.{random_text(chance, 43)}",
        "hex": random_text(chance, 32, hexes),
        "mixed": random_text(chance, 28),
        "sendgrid": f"SG.{random_text(chance, 22)}.{random_text(chance, 43)}",
    }
    kind = chance.choice(sorted(key))
    value, name = (
        key[kind],
        chance.choice(["API_KEY", "client_secret", "ACCESS_TOKEN", "db_password", "SecretKey", "auth_token", "apikey"]),
    )
    spot = copy.a_spot(chance)
    place = chance.choice(["python", "env", "yaml", "json", "inline", "halves", "comment", "pem", "address", "default"])
    if place in ("inline", "halves", "comment", "default") and spot is None:
        place = "python"
    _write_secret(copy, chance, place, name, value)
    return f"{kind}, {place}"


def _write_secret(copy: Copy, chance: Random, place: str, name: str, value: str) -> None:
    module = word(chance)
    cut = len(value) // 2
    spot = copy.a_spot(chance)
    match place:
        case "python":
            copy.add(f"{module}.py", f"{name} = {value!r}\n")
        case "env":
            copy.add("config/settings.env", f"DEBUG=0\n{name.upper()}={value}\n")
        case "yaml":
            copy.add(f"{module}.yaml", f'service:\n  {name}: "{value}"\n')
        case "json":
            copy.add(f"{module}.json", f'{{"service": {{"{name}": "{value}"}}}}\n')
        case "pem":
            body = "\n".join(random_text(chance, 64) for _ in range(12))
            copy.add(
                f"{module}.txt",
                f"-----BEGIN {chance.choice(['RSA ', 'EC ', ''])}PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n",
            )
        case "address":
            copy.add(
                f"{module}.py", f"DSN = 'postgresql://svc:{random_text(chance, 16)}@db.internal-prod.net:5432/app'\n"
            )
        case "inline" if spot:
            copy.plant(spot, f"_headers = {{'{name}': '{value}'}}")
        case "halves" if spot:
            shaped = f"ghp_{random_text(chance, 36)}"
            copy.plant(spot, f"_t = {shaped[:cut]!r} + {shaped[cut:]!r}\nprint(_t)")
        case "comment" if spot:
            copy.plant(spot, f"# {name} = '{value}'")
        case "default" if spot:
            copy.plant(spot, "", f"import os\n\n{name} = os.environ.get('{name}', '{value}')\n")


def typosquat(copy: Copy, chance: Random) -> str | None:
    """A name near a famous one, that is not popular itself."""
    for _ in range(40):
        famous = chance.choice(FAMOUS)
        style, name = chance.choice(list(_near(chance, famous).items()))
        if name not in popular() and name != famous:
            _require(copy, chance, name)
            return f"{style}: {name}"
    return None


def _near(chance: Random, name: str) -> dict[str, str]:
    at = chance.randrange(1, len(name) - 1)
    return {
        "swap": name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        "loss": name[:at] + name[at + 1 :],
        "double": name[:at] + name[at] + name[at:],
        "other letter": name[:at] + chance.choice("aeiourstln") + name[at + 1 :],
        "added": name + chance.choice(["s", "x", "2", "3", "y"]),
        "python-": f"python-{name}",
        "-python": f"{name}-python",
        "glyph": name.replace("l", "1").replace("o", "0"),
        "hyphen": name[:at] + "-" + name[at:],
    }


def _require(copy: Copy, chance: Random, name: str) -> None:
    line = f"{name}=={chance.randrange(4)}.{chance.randrange(9)}.{chance.randrange(9)}"
    if "pyproject.toml" in copy.files and b"dependencies = [" in copy.files["pyproject.toml"]:
        copy.files["pyproject.toml"] = copy.files["pyproject.toml"].replace(
            b"dependencies = [", f'dependencies = [\n    "{line}",'.encode(), 1
        )
    else:
        copy.append("requirements.txt", f"\n{line}\n")


DENIALS = [
    "This plugin does not collect, store, or transmit any user data.",
    "No data ever leaves your Dify instance. All processing is performed locally.",
    "The plugin makes no network requests and contacts no external services.",
    "We collect nothing. We send nothing. We store nothing.",
    "Your inputs are processed entirely offline and are never sent to any server.",
    "This tool works without any internet connection; nothing is shared with anyone.",
    "No personal or non-personal information is gathered, logged or shared with third parties.",
    "All computation happens on your own machine. No information is uploaded.",
    "We don't send your queries, files or credentials anywhere.",
    "The plugin is fully self-contained and never communicates with remote servers.",
    "Data handling: none. The plugin neither collects nor transfers information of any kind.",
    "Neither your prompts nor your API keys are transmitted outside the plugin.",
    "There are no external API calls. User content stays inside your workspace.",
    "This plugin is 100% local. It does not access the internet.",
]


def denying_privacy(copy: Copy, chance: Random, *, sends: bool) -> str | None:
    if not sends:
        return None
    text = chance.choice(DENIALS)
    style = chance.choice(["replaced", "bulleted", "sections", "appended"])
    name = str(copy.manifest.get("privacy") or "PRIVACY.md").removeprefix("./")
    path = name if name in copy.files else "PRIVACY.md"
    match style:
        case "replaced":
            copy.add(path, f"# Privacy Policy\n\n{text}\n")
        case "bulleted":
            copy.add(path, f"# Privacy\n\n## Data\n\n- {text}\n- Contact: privacy@vendor-mail.net\n")
        case "sections":
            copy.add(
                path,
                f"# Privacy Policy\n\nLast updated: 2026-01-01\n\n## Data Collection\n\n{text}\n\n## "
                f"Changes\n\nWe may update this policy.\n",
            )
        case "appended":
            strong = chance.choice(
                [
                    "The plugin makes no network requests of any kind.",
                    "No data is transmitted to any server.",
                    "It works completely offline.",
                ]
            )
            copy.append(path, f"\n\n## Summary\n\n{strong}\n")
            text = strong
    return f"{style}: {text}"
