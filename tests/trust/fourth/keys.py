"""Keys and passwords as providers hand them out, drawn by lot so that none lies in the repository."""

import base64
import json
import re
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

LETTERS = {
    "a": ascii_letters + digits,
    "b": ascii_letters + digits + "+/",
    "d": digits,
    "h": "0123456789abcdef",
    "l": ascii_lowercase + digits,
    "u": ascii_uppercase + digits,
    "w": ascii_letters + digits + "-_",
    "2": ascii_uppercase + "234567",
}
# `{a20}` stands for twenty letters of the alphabet a.
KEYS: dict[str, tuple[str, ...]] = {
    "OPENAI_API_KEY": ("sk-proj-{w74}T3BlbkFJ{w74}", "sk-{a20}T3BlbkFJ{a20}", "sk-svcacct-{w40}T3BlbkFJ{w40}"),
    "ANTHROPIC_API_KEY": ("sk-ant-api03-{w93}AA", "sk-ant-admin01-{w93}AA"),
    "GITHUB_TOKEN": ("ghp_{a36}", "github_pat_11{u20}_{a59}", "gho_{a36}", "ghs_{a36}"),
    "GITLAB_TOKEN": ("glpat-{w20}", "gldt-{w20}"),
    "SLACK_BOT_TOKEN": ("xoxb-{d12}-{d13}-{a24}", "xoxp-{d12}-{d12}-{d13}-{h32}", "xapp-1-A{u10}-{d13}-{h64}"),
    "STRIPE_SECRET_KEY": ("sk_live_{a24}", "rk_live_{a24}", "sk_live_51{a97}"),
    "GOOGLE_API_KEY": ("AIza{w35}",),
    "SENDGRID_API_KEY": ("SG.{w22}.{w43}",),
    "HF_TOKEN": ("hf_{a34}",),
    "NPM_TOKEN": ("npm_{a36}",),
    "PYPI_TOKEN": ("pypi-AgEIcHlwaS5vcmcC{w150}",),
    "TELEGRAM_BOT_TOKEN": ("{d10}:AA{w33}",),
    "DISCORD_TOKEN": ("MT{a24}.G{w5}.{w38}",),
    "GROQ_API_KEY": ("gsk_{a52}",),
    "XAI_API_KEY": ("xai-{a80}",),
    "REPLICATE_API_TOKEN": ("r8_{a37}",),
    "PPLX_API_KEY": ("pplx-{a48}",),
    "DEEPSEEK_API_KEY": ("sk-{h32}",),
    "DASHSCOPE_API_KEY": ("sk-{h32}",),
    "TAVILY_API_KEY": ("tvly-dev-{a32}", "tvly-{a32}"),
    "ZHIPUAI_API_KEY": ("{h32}.{a16}",),
    "ALIYUN_ACCESS_KEY_ID": ("LTAI5t{a18}",),
    "NOTION_TOKEN": ("ntn_{a46}", "secret_{a43}"),
    "LINEAR_API_KEY": ("lin_api_{a40}",),
    "DIGITALOCEAN_TOKEN": ("dop_v1_{h64}",),
    "SHOPIFY_TOKEN": ("shpat_{h32}",),
    "DATABRICKS_TOKEN": ("dapi{h32}",),
    "AIRTABLE_TOKEN": ("pat{a14}.{h64}",),
    "PINECONE_API_KEY": ("pcsk_{a5}_{a63}",),
    "LANGSMITH_API_KEY": ("lsv2_pt_{h32}_{h10}",),
    "FIRECRAWL_API_KEY": ("fc-{h32}",),
    "DIFY_API_KEY": ("app-{a24}", "dataset-{a24}"),
    "ATLASSIAN_API_TOKEN": ("ATATT3xFfGF0{w160}={u8}",),
    "VAULT_TOKEN": ("hvs.{w94}",),
    "MAILGUN_API_KEY": ("key-{h32}", "{h32}-{h8}-{h8}"),
    # No prefix: only the name tells.
    "AZURE_OPENAI_API_KEY": ("{h32}", "{a84}"),
    "COHERE_API_KEY": ("{a40}",),
    "MISTRAL_API_KEY": ("{a32}",),
    "TWILIO_AUTH_TOKEN": ("{h32}",),
    "DATADOG_API_KEY": ("{h32}",),
    "ELEVENLABS_API_KEY": ("{h32}", "sk_{h48}"),
    "CLOUDFLARE_API_TOKEN": ("{w40}",),
    "SERPER_API_KEY": ("{h40}",),
    "FEISHU_APP_SECRET": ("{a32}",),
    "WECHAT_SECRET": ("{h32}",),
    "BAIDU_SECRET_KEY": ("{a32}",),
}
WORDS = "harbour meadow falcon copper winter thunder saffron lantern orchid granite velvet timber compass anchor"
COMPANIES = "northwind brightleaf kestrel-labs lumora tidepool quantive fernhill oakbridge stellarops mapleforge"


def drawn(template: str, chance: Random) -> str:
    return re.sub(
        r"\{([abdhluw2])(\d+)\}",
        lambda match: "".join(chance.choices(LETTERS[match[1]], k=int(match[2]))),
        template,
    )


def a_key(chance: Random) -> tuple[str, str]:
    """The name under which programs keep a key, and the key."""
    name = chance.choice(sorted(KEYS))
    return name, drawn(chance.choice(KEYS[name]), chance)


def a_known_key(chance: Random) -> tuple[str, str]:
    """A key that a reader knows by its beginning."""
    while (template := chance.choice(KEYS[name := chance.choice(sorted(KEYS))]))[0] == "{":
        pass
    return name, drawn(template, chance)


def a_password(chance: Random) -> str:
    word = chance.choice(WORDS.split())
    return chance.choice(
        (
            f"{word.capitalize()}{chance.randint(1000, 9999)}!",
            f"{word}-{chance.choice(WORDS.split())}-{chance.randint(10, 99)}",
            drawn("{a16}", chance),
            drawn("{a9}#{a4}$7", chance),
            f"{word.replace('e', '3').replace('o', '0')}@{chance.randint(1980, 2025)}",
        )
    )


def aws(chance: Random) -> tuple[str, str]:
    return drawn("AKIA{216}", chance), drawn("{b40}", chance)


def host(chance: Random) -> str:
    first, last = chance.choice(("db", "api", "vault", "mq", "prod")), chance.choice(("com", "io", "net"))
    return f"{first}.{chance.choice(COMPANIES.split())}.{last}"


def pem(chance: Random, kind: str = "") -> str:
    kind = kind or chance.choice(("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"))
    start = {
        "RSA PRIVATE KEY": "MIIEpAIBAAKCAQEA",
        "PRIVATE KEY": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC",
        "EC PRIVATE KEY": "MHcCAQEEI",
        "OPENSSH PRIVATE KEY": "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB",
    }[kind]
    body = start + drawn("{b150}" if kind.startswith("EC") else "{b1540}", chance) + "=="
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(chance: Random, role: str = "service_role") -> str:
    claims = {"iss": "supabase", "ref": drawn("{l20}", chance), "role": role, "iat": 1712000000, "exp": 2027576000}
    return ".".join((_part({"alg": "HS256", "typ": "JWT"}), _part(claims), drawn("{w43}", chance)))


def jwk(chance: Random) -> dict[str, str]:
    if chance.random() < 0.5:
        return {"kty": "EC", "crv": "P-256"} | {part: drawn("{w43}", chance) for part in ("x", "y", "d")}
    return {"kty": "RSA", "e": "AQAB", "n": drawn("{w342}", chance), "d": drawn("{w342}", chance)} | {
        part: drawn("{w171}", chance) for part in ("p", "q", "dp", "dq", "qi")
    }


def service_account(chance: Random) -> dict[str, str]:
    project = f"{chance.choice(COMPANIES.split())}-{chance.randint(100000, 999999)}"
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": drawn("{h40}", chance),
        "private_key": pem(chance, "PRIVATE KEY"),
        "client_email": f"plugin@{project}.iam.gserviceaccount.com",
        "client_id": drawn("1{d20}", chance),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
