"""Passwords that are plain words: taken for one only where a login, a command or a setting of a service stands with them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.hosts import hosts_in, is_reserved

from .pairs import pairs_in
from .worded import commanded

# Words of which names of fields, labels and examples are made; a password that has one opens nothing.
_VOCABULARY = frozenset(
    (
        "password passwd passwords pass pwd passwort kennwort contraseña senha passphrase passcode secret secrets token tokens key keys apikey credential credentials"
        " user username users login account email mail name names id ids your my our change changeme example examples sample samples test tests testing demo dummy fake"
        " mock foo bar baz qux placeholder enter insert here value values string str text input field fields type types required optional none null nil true false"
        " undefined default defaults admin administrator root postgres postgresql mysql redis mongo mongodb guest public private hidden masked redacted encrypted hash"
        " hashed basic bearer oauth auth access grant client server localhost abc abcd xyz xxx todo tbd some any the wrong invalid bad correct incorrect right valid new old"
        " current confirm confirmation reset forgot forgotten empty blank strong weak short long please must should with from into for not and app application service"
        " api url uri path file env environ getenv config settings params form label header schema format pattern regex int bool object array list dict description"
        " difyai difyai123456 ansible vault lookup get set plain cleartext literal read write scope scopes code refresh session cookie state nonce implicit"
    ).split()
)
_SAYS_SO = re.compile(
    r"passw|secret|changeme|example|placeholder|your|xxx|dummy|fake|mock|sample|redact|letmein|hunter2|qwert|abc123|\*\*|\.\.\.|token|credential|insert|replace|n/a|todo",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Z]?[a-zà-ÿ0-9]+|[A-Z0-9]+(?![a-z])|[^\x00-\x7f]+")
PASSWORD = re.compile(r"(?:^|[_.:/-]|(?-i:[a-z](?=P)))(?:pass|passw(?:or)?d|passwd|passphrase|pwd|pw)$", re.IGNORECASE)
_QUALIFIED = re.compile(
    r"\w[_.:/-](?:pass|passw(?:or)?d|passwd|pwd)$|(?-i:[a-z]P(?:ass|assword|wd)$|^[A-Z]+PASSWORD$)", re.IGNORECASE
)
_USER = re.compile(
    r"(?:^|[_. -]|(?-i:[a-z](?=[A-Z])))(?:user|usr|username|user[_ -]?name|login|account|uid|user[_ -]?id|e?mail|bind[_-]?dn|principal)$",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:^|[_.-])(?:host|hostname|server|url|uri|endpoint|address|base_?url|addr|dsn|site)s?$", re.IGNORECASE
)
_ALIVE = re.compile(r"\b(?:staging|stage|prod|production|live|preprod|uat|integration)\b", re.IGNORECASE)
_SETTINGS = re.compile(
    r"(^|/)(?:\.env[\w.-]*|[\w.-]+\.env|Dockerfile[\w.]*|Procfile|\.my\.cnf)$|\.(?:env|ini|cfg|conf|cnf|properties|tfvars|sh|bash|zsh|ps1|service)$"
)
EXAMPLES = re.compile(r"example|sample|template|dist$|skeleton|(^|/)default", re.IGNORECASE)
_STATEMENTS = re.compile(
    r"(?:\bPASSWORD\s*=?\s*|\bIDENTIFIED\s+(?:WITH\s+\w+\s+)?BY\s+)'(?P<value>[^'\n]{5,64})'", re.IGNORECASE
)
_PGPASS = re.compile(
    r"^[^:#\s]{1,200}:(?:\d{2,5}|\*):[^:\s]{1,100}:[^:\s]{1,100}:(?P<value>\S{5,64})\s*$", re.MULTILINE
)
_VALUED = re.compile(
    r"""<(?:property|entry|add|param|setting|string|value)\b[^<>\n]{0,80}\b(?:name|key)=["'](?P<name>[^"'\n]{2,80})["'][^<>\n]{0,40}>(?P<value>[^<>\n]{5,80})</"""
)

type Found = Iterator[tuple[str, str]]


def is_word(value: str) -> bool:
    """Whether it can be a password of words: one word, or several that are no words of fields and examples."""
    if not 6 <= len(value) <= 64 or not re.fullmatch(r"[!-~]+", value) or value.isdigit() or _SAYS_SO.search(value):
        return False
    if re.search(r"[<>{}()\[\]$%\\\"'`;,]|^[/.~-]|://|^[A-Z][A-Z0-9_]*_[A-Z0-9_]*$|^[a-z_]\w*\.\w|=$|[*x]{4,}", value):
        return False
    parts = [one.lower().rstrip("0123456789") for one in _WORDS.findall(value)]
    known = sum(one in _VOCABULARY for one in parts)
    return any(parts) and known < (2 if len(parts) > 2 else 1) and len(set(value)) >= 4


def is_somebody(value: object) -> bool:
    """Whether a user's name is one that somebody has: no label, no example, nothing to be filled in."""
    text = value.strip() if isinstance(value, str) else ""
    if not 2 <= len(text) <= 80 or re.search(r"[<>{}$\s]", text) or _SAYS_SO.search(text):
        return False
    return text.lower() not in _VOCABULARY - {"admin", "root", "administrator"}


def is_place(value: object) -> bool:
    return isinstance(value, str) and len(value) < 300 and any(not is_reserved(one) for one in hosts_in(value))


def in_mapping(held: Mapping[Any, Any]) -> Found:
    """The password of a mapping that also has the user whose it is or the place where it is for, or says so by its name."""
    texts = {str(key): value for key, value in held.items() if isinstance(value, str)}
    with_user = any(_USER.search(key) and is_somebody(value) for key, value in texts.items())
    with_place = any(_HOST.search(key) and is_place(value) for key, value in texts.items())
    for key, value in texts.items():
        if PASSWORD.search(key) and (with_user or with_place or _QUALIFIED.search(key)) and is_word(value.strip()):
            yield key, value.strip()


def in_documents(documents: list[Any]) -> Found:
    """The same of every mapping in what a file holds."""
    waiting, seen = list(documents), set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list) and id(one) not in seen:
            seen.add(id(one))
            if isinstance(one, dict):
                yield from in_mapping(one)
            waiting += one.values() if isinstance(one, dict) else one
            yield from _listed(one)


_SET = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|PWD|PASS))=(?P<value>\S+)")


def _listed(value: dict[Any, Any] | list[Any]) -> Found:
    """`- DB_PASSWORD=word`, as lists of an environment are written."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str) and (match := _SET.fullmatch(one.strip())) and is_word(match["value"]):
            yield match["name"], match["value"]


def in_settings(path: str, pairs: Found) -> Found:
    """Of files in which what stands behind a name is what the program gets."""
    if _SETTINGS.search(path) and not EXAMPLES.search(path):
        yield from ((name, value) for name, value in pairs if PASSWORD.search(name) and is_word(value))


def in_statements(path: str, text: str) -> Found:
    """Of SQL, of lists of passwords, and of elements that have a name."""
    if path.endswith(".sql"):
        yield from (("password", one["value"]) for one in _STATEMENTS.finditer(text) if is_word(one["value"]))
    if path.endswith(("pgpass", "pgpass.conf")):
        yield from (("password", one["value"]) for one in _PGPASS.finditer(text) if is_word(one["value"]))
    if path.endswith((".xml", ".config", ".plist")):
        for one in _VALUED.finditer(text):
            if PASSWORD.search(one["name"]) and is_word(one["value"]):
                yield one["name"], one["value"]


_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}://(?P<user>[^\s:/@\"'{}<>$]{2,60}):(?P<value>[^\s:/@\"'{}<>$*]{6,64})@(?P<host>[\w.-]+\.[a-z]{2,})\b",
    re.IGNORECASE,
)
_STRING = re.compile(
    r"\b(?:uid|user(?: ?id)?|username)\s*=\s*(?P<user>[^;'\"\s]{2,60}).{0,200}?\b(?:pwd|password)\s*=\s*(?P<value>[^;'\"\s]{6,64})",
    re.IGNORECASE,
)


def in_line(line: str) -> Iterator[str]:
    """Of commands, of addresses and of connection strings that also name the user."""
    yield from (value for value in commanded(line) if is_word(value))
    for shape in (_ADDRESS, _STRING):
        for one in shape.finditer(line):
            where = one.groupdict().get("host")
            if is_word(one["value"]) and is_somebody(one["user"]) and (where is None or not is_reserved(where)):
                yield one["value"]


def words_in(path: str, text: str, documents: list[Any]) -> Iterator[str]:
    """All of a file's, but those that are said to people; in Python whatever has a password's name."""
    pairs = list(pairs_in(path, text, documents)) if path.endswith(".py") or _SETTINGS.search(path) else []
    if path.endswith((".py", ".ipynb")):
        more = pairs or pairs_in(path, text, documents)
        yield from (value for name, value in more if PASSWORD.search(name) and is_word(value))
    else:
        for _, value in (*in_documents(documents), *in_settings(path, iter(pairs)), *in_statements(path, text)):
            yield value
    for line in text.splitlines():
        if 12 <= len(line) <= 4_000:
            yield from in_line(line)


def is_alive(text: str) -> bool:
    """Whether a test's file speaks of a service that runs somewhere."""
    return bool(_ALIVE.search(text)) and is_place_in(text)


def is_place_in(text: str) -> bool:
    return any(not is_reserved(one) for one in hosts_in(text[:20_000]))
