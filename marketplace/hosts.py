"""Names of hosts: found in texts and addresses, and told apart by who owns them."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

# Where the label before belongs to somebody else: countries' second levels, and places where anybody can have a name.
_SHARED = frozenset(
    [
        "co.uk",
        "org.uk",
        "ac.uk",
        "gov.uk",
        "com.cn",
        "net.cn",
        "org.cn",
        "gov.cn",
        "com.au",
        "net.au",
        "co.jp",
        "ne.jp",
        "or.jp",
        "co.kr",
        "com.br",
        "com.tw",
        "com.hk",
        "com.sg",
        "co.in",
        "com.mx",
        "co.nz",
        "co.za",
        "com.tr",
        "com.ar",
        "com.my",
        "co.id",
        "com.vn",
        "com.ua",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "vercel.app",
        "netlify.app",
        "workers.dev",
        "pages.dev",
        "onrender.com",
        "fly.dev",
        "repl.co",
        "replit.app",
        "glitch.me",
        "azurewebsites.net",
        "cloudfront.net",
        "web.app",
        "firebaseapp.com",
        "firebaseio.com",
        "run.app",
        "appspot.com",
        "ngrok.io",
        "ngrok.app",
        "ngrok-free.app",
        "loca.lt",
        "trycloudflare.com",
        "duckdns.org",
        "no-ip.org",
        "ddns.net",
        "blogspot.com",
        "wordpress.com",
        "hf.space",
        "railway.app",
        "deno.dev",
        "surge.sh",
        "supabase.co",
        "s3.amazonaws.com",
        "elb.amazonaws.com",
        "execute-api.us-east-1.amazonaws.com",
        "blob.core.windows.net",
        "cloudfunctions.net",
    ]
)
_RESERVED_SUFFIXES = ("example", "test", "invalid", "localhost", "local", "internal", "lan", "home.arpa")
_RESERVED = frozenset(["example.com", "example.org", "example.net"])
# Names that a page or a document speaks of, and that nobody sends data to.
_VOCABULARY = frozenset(
    [
        "w3.org",
        "schemas.microsoft.com",
        "json-schema.org",
        "schema.org",
        "xmlsoap.org",
        "purl.org",
        "openxmlformats.org",
        "ietf.org",
    ]
)
# Where documentation and source are: naming them sends nothing.
NEUTRAL = frozenset(
    [
        "google.com",
        "github.com",
        "dify.ai",
        "huggingface.co",
        "python.org",
        "readthedocs.io",
        "stackoverflow.com",
        "wikipedia.org",
    ]
)
_OWN_ENDINGS = frozenset(["aws", "google", "azure", "microsoft", "apple", "amazon", "youtube"])
_DROPS = re.compile(
    r"(^|\.)(webhook\.site|requestbin\.(com|net)|pipedream\.net|pastebin\.com|hastebin\.com|"
    r"ngrok\.(io|app|dev)|ngrok-free\.(app|dev)|loca\.lt"
    r"|burpcollaborator\.net|oastify\.com|oast\.(pro|live|site|online|fun|me)|interact\.sh|"
    r"interactsh\.com|dnslog\.cn|ceye\.io|transfer\.sh|file\.io"
    r"|0x0\.st|termbin\.com|ix\.io|paste\.ee|ghostbin\.com|rentry\.co|trycloudflare\.com|"
    r"beeceptor\.com|mockbin\.(org|io)|hookbin\.com|hookdeck\.com"
    r"|requestcatcher\.com|postb\.in|canarytokens\.com|anonfiles\.com|gofile\.io|catbox\.moe|"
    r"serveo\.net|localtunnel\.me|dpaste\.(org|com)"
    r"|formspree\.io|getform\.io|formsubmit\.co|ntfy\.sh|temp\.sh|tmpfiles\.org|bashupload\.com|jsonblob\.com|jsonbin\.io|kvdb\.io"
    r"|pastes\.io|controlc\.com|requestinspector\.com|webhook\.cool|typedwebhook\.tools|maker\.ifttt\.com|hook\.\w+\.make\.com"
    r"|hooks\.zapier\.com|script\.google\.com/macros|docs\.google\.com/forms/\S*formresponse|api\.github\.com/gists"
    r"|discord(app)?\.com/api/webhooks|api\.telegram\.org/bot|hooks\.slack\.com/(services|workflows))"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?<![\w@.-])((?:{_LABEL}\.)+[a-z]{{2,18}})(?![\w-])", re.IGNORECASE)
_HOST = re.compile(rf"({_LABEL}\.)*{_LABEL}", re.IGNORECASE)
_URL = re.compile(
    r"\b(?:https?|wss?|ftps?|grpcs?|tcp|rtsps?|smtps?|ldaps?|mqtts?|redis|postgres(?:ql)?"
    r"|mongodb(?:\+srv)?)://(?:\[[0-9a-f:.]+\])?[^\s\"'<>`\\)\]},;|]+",
    re.IGNORECASE,
)
_NEVER = frozenset("{}<>$% \ufffc\ufffd")  # fields to fill in, and marks of what is missing
_FILES = re.compile(
    r"\.(py|md|yaml|yml|json|txt|toml|svg|png|jpe?g|gif|html?|csv|pdf|docx?|xlsx?|pptx?|js|"
    r"ts|css|xml|zip|mp[34]|wav|env|sh|lock|cfg|ini|log|difypkg|pem|key)$",
    re.IGNORECASE,
)


def urls_in(text: str) -> list[str]:
    return [match.group().rstrip(".:!?*_") for match in _URL.finditer(text)]


# What resolvers take for a dot.
_DOTS = {0x3002: ".", 0xFF0E: ".", 0xFF61: "."}


def host_of(url: str) -> str:
    """The host of an address in small letters, "" if a part of it is not known or it is none."""
    try:
        host = urlsplit((url if "://" in url else f"//{url}").translate(_DOTS)).hostname or ""
    except ValueError:
        return ""
    return "" if _NEVER.intersection(host) else host.rstrip(".")


def hosts_in(text: str) -> Iterator[str]:
    """Hosts of addresses in a text, and what looks like a domain in it."""
    for url in urls_in(text):
        if host := host_of(url):
            yield host
    for match in _DOMAIN.finditer(text):
        if not _FILES.search(match.group()):
            yield match.group(1).lower()


def is_host(text: str) -> bool:
    return bool(_HOST.fullmatch(text)) or is_number(text)


def is_number(host: str) -> bool:
    return _by_number(host) is not None


def _number(part: str) -> int:
    """As a resolver reads it: sixteens behind 0x, eights behind 0."""
    is_octal = part.startswith("0") and not set(part) & set("89")
    return int(part, 16 if part.startswith("0x") else 8 if is_octal else 10)


def _by_number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a number stands for, also one written as a whole, or in eights and sixteens."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    parts = host.lower().split(".") if len(host) < 64 else []
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"0x[0-9a-f]+|[0-9]+", part) for part in parts):
        return None
    numbers = [_number(part) for part in parts]
    whole = sum(number << 8 * (3 - index) for index, number in enumerate(numbers[:-1])) + numbers[-1]
    return ipaddress.IPv4Address(whole) if (1 << 24) <= whole < 1 << 32 else None


def is_near(host: str) -> bool:
    """Whether it is this machine, or one of the same network, where users run services of their own."""
    if host in METADATA:
        return False
    address = _by_number(host)
    if address is None:
        return host.endswith(("localhost", ".local", ".internal", ".lan", "host.docker.internal")) or "." not in host
    documented = any(address in ipaddress.ip_network(net) for net in _DOCUMENTED if address.version == 4)
    return not address.is_global and not documented


# Where a cloud's machine is told its keys; nobody runs a service of their own there.
METADATA = frozenset(
    ["169.254.169.254", "metadata.google.internal", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "169.254.0.23"]
)
_DOCUMENTED = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")


def is_reserved(host: str) -> bool:
    """Whether the name is set apart for examples, so that naming it declares nothing."""
    return host.rpartition(".")[2] in _RESERVED_SUFFIXES or registrable(host) in _RESERVED


def is_placeholder(host: str) -> bool:
    """Whether it is an example's name that asks to be replaced."""
    return bool(re.match(r"(your|my|some|the|sub|foo|bar|xxx)\b", host)) and is_reserved(host)


def is_vocabulary(host: str) -> bool:
    return registrable(host) in _VOCABULARY or host in _VOCABULARY


def is_drop_point(url: str) -> bool:
    return bool(_DROPS.search(url.partition("://")[2].lower() or url.lower()))


def registrable(host: str) -> str:
    """What one owner has registered: `example.co.uk` of `api.example.co.uk`."""
    labels = host.split(".")
    for length in (4, 3, 2):
        if ".".join(labels[-length:]) in _SHARED:
            return ".".join(labels[-length - 1 :])
    return ".".join(labels[-2:])


def owner_label(host: str) -> str:
    """The label that names the owner: `example` of `api.example.co.uk`; some owners have an ending of their own."""
    if (last := host.rpartition(".")[2]) in _OWN_ENDINGS:
        return last
    return registrable(host).partition(".")[0]
