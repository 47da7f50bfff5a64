"""Where a program reaches out to: each call that contacts a host, with what it may carry there."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from marketplace.hosts import host_of, is_host, is_number, urls_in

from .code import HOLE, CallSite, Program, Value
from .code.contacts import ADDRESS_NAMES, Contact, contact_of
from .code.invoking import everything_in
from .code.lookups import element_of
from .code.paths import HOST

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{1,10}://", re.IGNORECASE)
_CONNECTS = re.compile(
    r"(^|\.)(\w*[cC]onnect\w*|\w*Handler|\w*Client|open_connection|\w*Connection|dial|resolve|ping)$"
)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,12}(?::\d{1,5})?", re.IGNORECASE)
_STARTS = re.compile(
    r"^(os\.(system|popen|spawn\w*|exec[lv]\w*|posix_spawnp?)|subprocess\.\w+|pty\.spawn|"
    r"asyncio\.(create_)?subprocess_\w+|asyncio\.create_subprocess_\w+|pexpect\.\w+|sh\.\w+)$"
)
_HOST_NAMES = frozenset(
    ["host", "hostname", "server", "address", "api_host", "domain", "broker", "brokers", "bootstrap_servers", "netloc"]
) | frozenset(["hosts", "servers", "nodes", "contact_points", "addr", "remote_address", "server_hostname"])
_SETTING = re.compile(r"\bhost(?:name|addr)?\s*=\s*([\w-]+(?:\.[\w-]+)+)")
# Libraries that send to a service of their own without being told where.
_SERVICES = {
    "analytics": "api.segment.io",
    "segment.analytics": "api.segment.io",
    "mixpanel": "api.mixpanel.com",
    "amplitude": "api2.amplitude.com",
    "rollbar": "api.rollbar.com",
    "bugsnag": "notify.bugsnag.com",
    "honeybadger": "api.honeybadger.io",
    "keen": "api.keen.io",
    "logtail": "in.logs.betterstack.com",
    "slack_sdk": "slack.com",
    "gspread": "sheets.googleapis.com",
    "github": "api.github.com",
    "dropbox": "api.dropboxapi.com",
    "tweepy": "api.twitter.com",
    "notion_client": "api.notion.com",
    "telegram": "api.telegram.org",
    "telebot": "api.telegram.org",
    "pushbullet": "api.pushbullet.com",
    "pastebin": "pastebin.com",
    "pyngrok.ngrok": "ngrok.io",
}
_SENDS = re.compile(
    r"(^|\.)(track|capture|identify|send\w*|notify|report\w*|init|Mixpanel|Bot|TeleBot|connect|post\w*|emit|put_\w+|append\w*"
    r"|create\w*|insert\w*|upload\w*|update\w*|publish|chat_\w+|files_\w+)$"
)
_DEVICES = re.compile(r"/dev/(?:tcp|udp)/([\w.-]+)/")
_SPEAKS = re.compile(
    r"\b(curl|wget|nc|ncat|netcat|nslookup|dig|host|ping|ssh|scp|sftp|ftp|telnet|rsync|socat|openssl|git)\b"
)
_QUIET = re.compile(
    r"(^|\.)(print|debug|info|warning|error|exception|log|format|urlparse|urlsplit|urljoin|"
    r"quote|sub|match|search|compile|startswith|endswith"
    r"|replace|split|join|Field|field|URL|append|dumps|loads|get|setdefault|create_text_message|"
    r"create_link_message|create_image_message|isinstance)$"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`urls` are addresses that may be contacted, with holes; `carries` the labels of all that is handed over."""

    site: CallSite
    urls: frozenset[str]
    carries: frozenset[str]
    address: Value
    direct: bool  # a call that is known to reach out, not a client that is given an address
    where: frozenset[str] = field(default=frozenset())

    def hosts(self) -> list[tuple[str, str]]:
        """(host, address) for all that are known, also where only the end of the host is."""
        pairs = [(host_of(url) or known_end(url), url) for url in sorted(self.urls)]
        return [(host, url) for host, url in pairs if host]

    @property
    def unknown(self) -> bool:
        return not self.hosts()


def known_end(url: str) -> str:
    """The end of a host whose beginning is only known at run time: `example.com` of `https://….example.com/`."""
    try:
        netloc = urlsplit(url).netloc.rpartition("@")[2].partition(":")[0]
    except ValueError:
        return ""
    end = netloc.rpartition(HOLE)[2]
    return end.lstrip(".").lower() if end.startswith(".") and "." in end.lstrip(".") else ""


def outgoing(program: Program) -> list[Outgoing]:
    found = [one for site in program.calls for one in _of_site(program, site)]
    return sorted(found, key=lambda one: (one.site.path, one.site.line))


def _of_site(program: Program, site: CallSite) -> list[Outgoing]:
    contacts = [contact for name in site.names if (contact := contact_of(name)) is not None]
    if any(_STARTS.match(name) for name in site.names):
        return [one for one in [_command(program, site)] if one is not None]
    if contacts:
        return [_contact(program, site, contact) for contact in contacts[:1] if contact.kind != "path"]
    return [one for one in [_client(program, site)] if one is not None]


def _command(program: Program, site: CallSite) -> Outgoing | None:
    """Another program that is started: addresses in its command, and names of hosts for programs that take such."""
    parts = [text for value in site.values() for text in (value | element_of(program, value)).texts()]
    parts += [
        str(part) for value in site.values() for const in value.consts if isinstance(const, tuple) for part in const
    ]
    line = " ".join(part.replace(HOST, "") for part in parts if len(part) < 4000)
    urls = [url for part in parts for url in urls_in(part)] + [f"tcp://{host}" for host in _DEVICES.findall(line)]
    urls += [f"tcp://{host}" for part in parts for host in _BEHIND_A_USER.findall(part)]
    if _SPEAKS.search(line):
        urls += [
            f"tcp://{word}"
            for part in parts
            for word in part.split()
            if _is_named(word.replace(HOLE, "x").strip("'\""))
        ]
    carried = everything_in(program, site)
    if not urls and not ("credential" in carried and _SPEAKS.search(line)):
        return None
    return Outgoing(site, frozenset(urls), carried, Value(), direct=not urls)


_BEHIND_A_USER = re.compile(r"(?:^|\s)[\w.-]+@([\w-]+(?:\.[\w-]+)+):")


def _contact(program: Program, site: CallSite, contact: Contact) -> Outgoing:
    address = site.argument(contact.address, *contact.names) if contact.address >= 0 else (site.args or (Value(),))[-1]
    inner = element_of(program, address) if address.refs else Value()
    texts = [
        *address.texts(),
        *inner.texts(),
        *(str(const[0]) for const in address.consts if isinstance(const, tuple) and const),
    ]
    for one in address.refs:
        texts += program.bound.get((one, "0"), Value()).texts()
    carried = everything_in(program, site)
    found = [*_addresses(texts, contact), *_proxies(program, site)]
    return Outgoing(site, frozenset(found), carried, address | inner, direct=True)


def _proxies(program: Program, site: CallSite) -> list[str]:
    """Whoever stands between sees all of it."""
    values = [site.keywords[name] for name in ("proxies", "proxy", "mounts") if name in site.keywords]
    texts = [text for value in values for text in (*value.texts(), *element_of(program, value).texts())]
    return [text for text in texts if _SCHEME.match(text)]


def _addresses(texts: list[str], contact: Contact) -> list[str]:
    found = []
    for text in texts:
        text = text.strip()
        if _SCHEME.match(text):
            found.append(text)
        elif contact.kind == "host" and ":" in text and is_number(text):
            found.append(f"tcp://[{text}]")
        elif contact.kind == "host" and (is_host(text.partition(":")[0]) or HOLE in text):
            found.append(f"tcp://{text}")
    return found


def _held_addresses(program: Program, value: Value) -> list[str]:
    """Addresses in a container that is handed over, under a key that says so."""
    held = [
        program.bound[one, key] for one in value.refs if one.startswith("D:") for key in _address_keys(program, one)
    ]
    return [text for one in held for text in one.texts() if _SCHEME.match(text)]


# Endings that hosts have and that names in a program seldom have.
BARE = (
    r"(?:[a-z0-9-]{1,63}\.)+(?:com|net|org|io|dev|app|cloud|xyz|co|site|online|ru|cn|info|biz|ai|sh|tk|top|club|pw|cc|su|onion"
    r"|example|invalid|test)(?::\d{2,5})?"
)
_BARE = re.compile(BARE)


def _bare(site: CallSite) -> list[str]:
    """Names of hosts alone, handed to a library."""
    texts = [text for value in site.values() for text in value.texts() if len(text) < 250]
    return [f"tcp://{text}" for text in texts if _BARE.fullmatch(text)]


def _of_services(names: list[str]) -> list[str]:
    homes = [
        home for name in names for top, home in _SERVICES.items() if name.startswith(f"{top}.") and _SENDS.search(name)
    ]
    return [f"https://{home}/" for home in homes]


def _is_named(word: str) -> bool:
    """A host's name in a command line, alone or with a path behind it; names of files are left out."""
    found = _DOMAIN.match(word)
    return found is not None and (found.end() == len(word) or word[found.end()] in "/?")


def _address_keys(program: Program, one: str) -> list[str]:
    return sorted(program.keys.get(one, set()) & ADDRESS_NAMES)


def _client(program: Program, site: CallSite) -> Outgoing | None:
    """A library's thing that is given an address, by a keyword or as any argument with a scheme."""
    names = [
        one
        for one in site.names
        if one[1:2] != ":" and not one.startswith(("builtins.", "dify.", "dify_plugin.", "re.", "logging.getLogger"))
    ]
    if not names or all(_QUIET.search(name) for name in names):
        return None
    urls = [text for value in site.values() for text in value.texts() if _SCHEME.match(text) and len(text) < 2000]
    if any(_CONNECTS.search(name) for name in names):
        firsts = [
            str(const[0]) for value in site.args[:2] for const in value.consts if isinstance(const, tuple) and const
        ]
        texts = [text for value in site.args[:2] for text in value.texts()]
        urls += [f"tcp://{text}" for text in (*texts, *firsts) if _DOMAIN.fullmatch(text)]
        urls += [f"tcp://{host}" for text in texts for host in _SETTING.findall(text)]
    for key, value in site.keywords.items():
        if key in _HOST_NAMES:
            value |= element_of(program, value)
            texts = [*value.texts(), *(str(const[0]) for const in value.consts if isinstance(const, tuple) and const)]
            urls += [f"tcp://{text}" for text in texts if "." in text and is_host(text.partition(":")[0])]
    urls += _proxies(program, site) + _of_services(names) + _bare(site)
    urls += [text for value in site.values() for text in _held_addresses(program, value)]
    if not urls:
        return None
    address = next((value for key, value in site.keywords.items() if key in ADDRESS_NAMES), Value())
    return Outgoing(site, frozenset(urls), everything_in(program, site), address, direct=False)
