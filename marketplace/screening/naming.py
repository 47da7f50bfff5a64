"""Lines that give a value to a name that speaks of secrets, in all the ways in which files are written."""

import re
from collections.abc import Iterator

_NAMED = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]*(?:api[_-]?key|apikey|secret|passw(?:or)?d|passwd|access[_-]?key|auth[_-]?token
    |token(?!iz|s?_?(?:limit|count))|(?:private|signing|encryption|session|service)[_-]?key|client[_-]?secret|credential|bearer
    |(?:smtp|e?mail|imap|ftp|db|pg|mysql|redis|user|admin|root)[_-]?pass)[\w-]{0,80}+)["']?\]?
    (?:\s{0,20}+:\s{0,20}+[\w.\[\], |]{1,100}+(?==))?
    \s{0,20}+(?:[:=]|:=|=>|,)\s{0,20}+(?:str\()?[rbfu]?(?P<quote>["'`])(?P<value>[^"'`\n]{8,300})(?P=quote)""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE = re.compile(
    r"""^\s*+(?:[#;/*]++\s*+(?:\w+:?\s+){0,4})?(?:-\s+)?(?:(?:export|ENV|ARG|set|setx)\s+)?"""
    r"""(?P<name>[\w./:-]*(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|PWD|PASS|[kK]ey|[sS]ecret|[tT]oken|[pP]assword|_auth))"""
    r"""\s{0,20}(?::=|[:= ])\s{0,20}(?P<value>(?!\$)[^\s"'{}<>]{12,200})\s*(?:\s#.*)?$"""
)
# A key behind its name in an element, behind a default that is asked for first, and a login in a line of its own.
_OTHERS = [
    re.compile(
        r"<(?P<name>[\w.-]*(?:key|secret|token|passw(?:or)?d)[\w-]{0,80}+)>(?P<value>[^<>\s]{8,300})</", re.IGNORECASE
    ),
    re.compile(
        r"""(?:getenv|environ(?:\.get)?|\.get)[(\[]["'](?P<name>[\w.-]*(?:key|secret|token|passw(?:or)?d|pass|credential)\w{0,80}+)["'][)\]]"""
        r"""\s{0,20}or\s{0,20}[rbf]?["'](?P<value>[^"'\n]{8,300})["']""",
        re.IGNORECASE,
    ),
    re.compile(
        r"""\\?["'](?P<name>_?auth(?:Token)?|d)\\?["']\s*:\s*\\?["'](?P<value>[A-Za-z0-9+/=_-]{20,300})\\?["']"""
    ),
    re.compile(
        r"""["'](?P<name>(?:x-)?[\w-]{0,30}(?:api-?key|auth-?token|access-?token|secret|token|key))\s*:\s*(?P<value>[A-Za-z0-9+/_.=~-]{16,300})["']""",
        re.IGNORECASE,
    ),
    re.compile(
        r"""^\s*\|(?:[^|\n]{0,80}\|)?\s*`?(?P<name>[A-Z][A-Z0-9_]*(?:KEY|SECRET|TOKEN|PASSWORD))`?\s*\|\s*`?(?P<value>[^\s|`]{16,300})`?\s*\|"""
    ),
    re.compile(
        r"""(?:#|//|--|<!--|/\*).{0,200}?[\s,;:(](?P<name>[A-Z][A-Z0-9_]*(?:KEY|SECRET|TOKEN|PASSWORD))\s*[:=]\s*(?P<value>[\w+/.=~-]{16,300})(?=[\s,;)]|$)"""
    ),
    re.compile(r"""^\s*(?:machine\s+\S+\s+)?login\s+\S+\s+(?P<name>password)\s+(?P<value>\S{8,})"""),
    re.compile(
        r"""(?<![\w.-])(?:(?P<name>[\w.-]*(?:api[_-]?key|secret|passw(?:or)?d|token)\w{0,80}+)(?:\\["'])?\s{0,20}+[:=]\s{0,20}+\\["'](?P<value>[^"'\\\n]{8,300})\\["']"""
        r"""|(?P<second>[\w.-]*(?:api[_-]?key|secret|passw(?:or)?d|token)\w{0,80}+)\s{0,20}+==?\s{0,20}+'(?P<other>[^'\n]{8,300})')""",
        re.IGNORECASE,
    ),
]
_SETTINGS_NAMES = r"env|(^|/)(Dockerfile|Makefile|Procfile|\.npmrc|\.pypirc|\.netrc|pip\.conf)"
_SETTINGS = (
    ".env",
    ".ini",
    ".cfg",
    ".conf",
    ".yaml",
    ".yml",
    ".toml",
    ".properties",
    ".txt",
    ".sh",
    ".bash",
    ".zsh",
    ".ps1",
    ".tfvars",
    ".env.example",
)


def named_in(path: str, line: str) -> Iterator[tuple[str, str]]:
    """What the line gives to names that speak of secrets, in all the ways in which files are written."""
    matches = [one.search(line) for one in (_NAMED, *_OTHERS)]
    is_settings = (
        path.endswith(_SETTINGS) or re.search(_SETTINGS_NAMES, path) or line.lstrip().startswith(("#", "//", ";"))
    )
    for match in (*matches, _BARE.search(line) if is_settings else None):
        if match is not None:
            groups = match.groupdict()
            yield groups["name"] or groups.get("second") or "", groups["value"] or groups.get("other") or ""
