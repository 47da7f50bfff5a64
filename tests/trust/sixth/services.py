"""Credentials in the formats in which real services issue them, made up by lot; each with the name that it would have."""

import base64
import json
import string
from collections.abc import Callable
from random import Random

from tests.trust.sixth.styles import letters

HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
URLSAFE = string.ascii_letters + string.digits + "-_"
BASE64 = string.ascii_letters + string.digits + "+/"
Make = Callable[[Random], str]


def after(prefix: str, many: int, of: str = string.ascii_letters + string.digits) -> Make:
    return lambda chance: prefix + letters(chance, many, of=of)


def pieces(*parts: tuple[str, int, str]) -> Make:
    return lambda chance: "".join(lead + letters(chance, many, of=of) for lead, many, of in parts)


def uuid(chance: Random) -> str:
    return "-".join(letters(chance, many, of=HEX) for many in (8, 4, 4, 4, 12))


def web_token(chance: Random) -> str:
    def part(what: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")

    body = {"sub": letters(chance, 12), "role": "service_role", "iat": 1719000000 + chance.randrange(10**6)}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}.{letters(chance, 43, of=URLSAFE)}"


ALNUM = string.ascii_letters + string.digits
DIGITS = string.digits

# The name that the value has in code or in an environment, and the value.
FORMATS: dict[str, tuple[str, Make]] = {
    "github": ("GITHUB_TOKEN", after("ghp_", 36)),
    "github fine": ("GH_PAT", pieces(("github_pat_", 22, ALNUM), ("_", 59, ALNUM))),
    "github app": ("GH_INSTALL_TOKEN", after("ghs_", 36)),
    "gitlab": ("GITLAB_TOKEN", after("glpat-", 20, URLSAFE)),
    "slack bot": ("SLACK_BOT", pieces(("xoxb-", 12, DIGITS), ("-", 13, DIGITS), ("-", 24, ALNUM))),
    "slack app": ("SLACK_APP", pieces(("xapp-1-A0", 9, UPPER), ("-", 13, DIGITS), ("-", 64, HEX))),
    "stripe": ("STRIPE_KEY", after("sk_live_", 24)),
    "stripe restricted": ("BILLING", after("rk_live_", 99)),
    "sendgrid": ("SENDGRID_API_KEY", pieces(("SG.", 22, URLSAFE), (".", 43, URLSAFE))),
    "mailgun": ("MAILGUN", after("key-", 32, HEX)),
    "mailchimp": ("MAILCHIMP_API_KEY", lambda chance: letters(chance, 32, of=HEX) + f"-us{chance.randint(2, 21)}"),
    "openai": ("OPENAI_API_KEY", pieces(("sk-proj-", 74, URLSAFE), ("T3BlbkFJ", 74, URLSAFE))),
    "openai old": ("MODEL_KEY", pieces(("sk-", 20, ALNUM), ("T3BlbkFJ", 20, ALNUM))),
    "anthropic": ("CLAUDE", lambda chance: f"sk-ant-api03-{letters(chance, 93, of=URLSAFE)}AA"),
    "huggingface": ("HF_TOKEN", after("hf_", 34, string.ascii_letters)),
    "google": ("MAPS_KEY", after("AIzaSy", 33, URLSAFE)),
    "google oauth": ("CLIENT_SECRET", after("GOCSPX-", 28, URLSAFE)),
    "azure app": ("AZURE_CLIENT_SECRET", pieces(("", 3, ALNUM), ("8Q~", 34, URLSAFE + "~"))),
    "digitalocean": ("DO_TOKEN", after("dop_v1_", 64, HEX)),
    "heroku": ("HEROKU_API_KEY", uuid),
    "npm": ("NPM_TOKEN", after("npm_", 36)),
    "pypi": ("TWINE_PASSWORD", after("pypi-AgEIcHlwaS5vcmcCJ", 150, URLSAFE)),
    "docker": ("DOCKER_PAT", after("dckr_pat_", 27, URLSAFE)),
    "shopify": ("SHOP_TOKEN", after("shpat_", 32, HEX)),
    "square": ("SQUARE", after("EAAAl", 59, URLSAFE)),
    "telegram": ("TG_BOT", pieces(("", 10, "123456789"), (":AA", 33, URLSAFE))),
    "discord": ("DISCORD_TOKEN", pieces(("MT", 24, ALNUM), (".G", 5, ALNUM), (".", 38, URLSAFE))),
    "notion": ("NOTION_TOKEN", after("ntn_", 46)),
    "linear": ("LINEAR", after("lin_api_", 40)),
    "airtable": ("AIRTABLE_PAT", pieces(("pat", 14, ALNUM), (".", 64, HEX))),
    "databricks": ("DATABRICKS_TOKEN", after("dapi", 32, HEX)),
    "datadog": ("DD_API_KEY", after("", 32, HEX)),
    "newrelic": ("NR_KEY", after("NRAK-", 27, UPPER)),
    "grafana": ("GRAFANA_SA", pieces(("glsa_", 32, ALNUM), ("_", 8, HEX))),
    "vault": ("VAULT_TOKEN", after("hvs.CAESI", 86, URLSAFE)),
    "terraform": ("TF_TOKEN", pieces(("", 14, ALNUM), (".atlasv1.", 67, ALNUM))),
    "postman": ("POSTMAN", pieces(("PMAK-", 24, HEX), ("-", 34, HEX))),
    "atlassian": ("JIRA_TOKEN", after("ATATT3xFfGF0", 180, URLSAFE)),
    "alibaba": ("ALIYUN_SECRET", after("", 30)),
    "tencent": ("TENCENT_SECRET_KEY", after("", 32)),
    "groq": ("GROQ", after("gsk_", 52)),
    "replicate": ("REPLICATE", after("r8_", 37)),
    "xai": ("GROK_KEY", after("xai-", 80)),
    "supabase": ("SUPABASE_TOKEN", after("sbp_", 40, HEX)),
    "supabase role": ("SUPABASE_SERVICE_ROLE", web_token),
    "planetscale": ("PSCALE", after("pscale_tkn_", 43, URLSAFE)),
    "figma": ("FIGMA", after("figd_", 40, URLSAFE)),
    "cloudflare": ("CF_API_TOKEN", after("", 40, URLSAFE)),
    "langsmith": ("LANGCHAIN_API_KEY", pieces(("lsv2_pt_", 32, HEX), ("_", 10, HEX))),
    "langfuse": ("LANGFUSE_SECRET_KEY", lambda chance: f"sk-lf-{uuid(chance)}"),
    "pinecone": ("PINECONE_API_KEY", pieces(("pcsk_", 6, ALNUM), ("_", 63, ALNUM))),
    "tavily": ("SEARCH_KEY", after("tvly-", 32)),
    "firecrawl": ("CRAWL_KEY", after("fc-", 32, HEX)),
    "dify": ("DIFY_APP_KEY", after("app-", 24)),
    "resend": ("MAIL_KEY", pieces(("re_", 8, ALNUM), ("_", 24, ALNUM))),
    "elevenlabs": ("VOICE_KEY", after("sk_", 48, HEX)),
    "zhipu": ("ZHIPU_API_KEY", pieces(("", 32, HEX), (".", 16, ALNUM))),
    "feishu": ("FEISHU_APP_SECRET", after("", 32)),
    "aws": ("AWS_SECRET_ACCESS_KEY", after("", 40, BASE64)),
    "aws id": ("AWS_ACCESS_KEY_ID", after("AKIA", 16, string.ascii_uppercase + "234567")),
    "twilio": ("TWILIO_AUTH_TOKEN", after("", 32, HEX)),
    "algolia": ("ALGOLIA_ADMIN_KEY", after("", 32, HEX)),
}


def issued(chance: Random) -> tuple[str, str, str]:
    """Service, name and value."""
    service = chance.choice(sorted(FORMATS))
    name, make = FORMATS[service]
    return service, name, make(chance)
