"""Secrets as services issue them: made up, by lot."""

import base64
import json
from random import Random

LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
HEX = "0123456789abcdef"
ALNUM = LOWER + LOWER.upper() + DIGITS


def drawn(chance: Random, letters: str, many: int) -> str:
    return "".join(chance.choice(letters) for _ in range(many))


def a_key(chance: Random) -> tuple[str, str]:
    """What it is, and the key."""
    name, front, letters, many = chance.choice(FORMS)
    if name == "aws":
        return name, front + drawn(chance, LOWER.upper() + "234567", many)
    if name == "sendgrid":
        return name, f"{front}{drawn(chance, ALNUM + '-_', 22)}.{drawn(chance, ALNUM + '-_', 43)}"
    if name == "slack":
        return name, f"{front}{drawn(chance, DIGITS, 12)}-{drawn(chance, DIGITS, 13)}-{drawn(chance, ALNUM, 24)}"
    if name == "telegram":
        return name, f"{drawn(chance, '123456789', 10)}:AA{drawn(chance, ALNUM + '-_', 33)}"
    if name == "airtable":
        return name, f"{front}{drawn(chance, ALNUM, 14)}.{drawn(chance, HEX, 64)}"
    return name, front + drawn(chance, letters, many)


# Name, beginning, letters, how many.
FORMS = (
    ("github", "gh" + "p_", ALNUM, 36),
    ("github, fine", "github" + "_pat_11", ALNUM + "_", 80),
    ("gitlab", "gl" + "pat-", ALNUM + "_-", 20),
    ("aws", "AK" + "IA", "", 16),
    ("openai", "sk-" + "proj-", ALNUM, 74),
    ("anthropic", "sk-" + "ant-api03-", ALNUM + "_-", 95),
    ("google", "AI" + "za", ALNUM + "_-", 35),
    ("stripe", "sk_" + "live_", ALNUM, 24),
    ("slack", "xo" + "xb-", "", 0),
    ("sendgrid", "S" + "G.", "", 0),
    ("twilio", "S" + "K", HEX, 32),
    ("mailgun", "ke" + "y-", HEX, 32),
    ("npm", "np" + "m_", ALNUM, 36),
    ("pypi", "pypi" + "-AgEIcHlwaS5vcmc", ALNUM + "_-", 110),
    ("hugging face", "h" + "f_", LOWER + LOWER.upper(), 34),
    ("telegram", "", "", 0),
    ("airtable", "pa" + "t", "", 0),
    ("databricks", "da" + "pi", HEX, 32),
    ("digitalocean", "dop" + "_v1_", HEX, 64),
    ("shopify", "shp" + "at_", HEX, 32),
    ("alibaba", "LT" + "AI5t", ALNUM, 20),
    ("deepseek", "sk" + "-", HEX, 32),
    ("linear", "lin" + "_api_", ALNUM, 40),
    ("groq", "gs" + "k_", ALNUM, 52),
    ("replicate", "r8" + "_", ALNUM, 37),
    ("grafana", "gl" + "sa_", ALNUM, 41),
    ("notion", "nt" + "n_", ALNUM, 46),
    ("vault", "hv" + "s.", ALNUM + "_-", 95),
    ("perplexity", "pp" + "lx-", ALNUM, 48),
    ("tavily", "tv" + "ly-", ALNUM, 32),
)


def a_password(chance: Random) -> str:
    return drawn(chance, ALNUM, 6) + chance.choice("!#%&*") + drawn(chance, ALNUM, 8)


def a_private_key(chance: Random) -> str:
    kind = chance.choice(("RSA ", "", "EC ", "OPENSSH "))
    lines = "\n".join(drawn(chance, ALNUM + "+/", 64) for _ in range(12))
    return f"-----BEGIN {kind}PRIVATE KEY-----\nMII{lines}\n-----END {kind}PRIVATE KEY-----\n"


def a_service_account(chance: Random) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "plugin-prod-" + drawn(chance, DIGITS, 6),
            "private_key_id": drawn(chance, HEX, 40),
            "private_key": a_private_key(chance),
            "client_email": "runner@plugin-prod.iam.gserviceaccount.com",
        },
        indent=2,
    )


def a_token_of_claims(chance: Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": drawn(chance, DIGITS, 10), "role": "service_role", "iat": 1712000000, "exp": 2027000000}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{drawn(chance, ALNUM + '-_', 43)}"
