"""Passwords that are told in words, handed to commands, or stand in cookies: no grammar gives them a name."""

import re
from collections.abc import Iterator

_TOLD = re.compile(
    r"(?:\b(?:passw(?:or)?d|passphrase|passcode|pwd|pw|pass|senha|contraseña|mot de passe|passwort|kennwort)\b|密码|密碼|口令"
    r"|パスワード|비밀번호|пароль)[`'\"*]{0,3}\s{0,20}(?:is|are|was|:|=>?|→|：|为|是|は|est|ist|es|é)?\s{0,20}[`'\"“*(]{0,3}"
    r"(?P<value>[^\s`'\"”*,;|<>(){}\[\]/]{8,64})",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:log[- ]?in|credentials?|account|basic auth|user(?:name)?|auth)\b[^\n/:]{0,30}?[:=\s(]\s{0,20}[`'\"]?[\w.@+-]{3,40}+"
    r"[`'\"]?\s{0,20}(?:/|:|,? (?:and|with)(?: password)?)\s{0,20}[`'\"]?(?P<value>[^\s`'\"”*,;|<>(){}\[\]/]{8,64})",
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"\b(?:sshpass\s+-p\s*['\"]?|curl\b[^\n|]{0,300}?\s(?:-u|--user)[ =]?\s*['\"]?[^\s:'\"]+:"
    r"|(?:mysql|mysqldump|mariadb)\b[^\n|]{0,300}?\s-p(?=\S)['\"]?"
    r"|redis-cli\b[^\n|]{0,300}?\s-a\s+['\"]?|docker\s+login\b[^\n|]{0,300}?\s-p\s+['\"]?|(?:PGPASSWORD|MYSQL_PWD|SSHPASS)=['\"]?"
    r"|--(?:password|passwd|pass|token|api-?key|secret|access-?token|auth-?token|client-?secret)(?:[ =]\s*|['\"],\s*)['\"]?)"
    r"(?P<value>[^\s'\"$<>{}|;]{6,200})"
)
_COOKIE = re.compile(
    r"\b[\w.-]{0,40}(?:sess(?:ion)?(?:_?id)?|sid|auth\w*|token|csrf\w*|remember\w*)=(?P<value>[\w%.~+/-]{20,300})",
    re.IGNORECASE,
)
_SIGN, _VERSION = re.compile(r"[!@#$%^&*?+~]"), re.compile(r"\d\.\d|^[A-Za-z_-]+\d{1,2}$|^[\w-]+\.\w+$|://")


def commanded(line: str) -> Iterator[str]:
    """What commands are given as a password."""
    yield from (one["value"] for one in _COMMANDS.finditer(line))


def told(line: str) -> Iterator[tuple[str, str]]:
    """(name, value) of what stands in words or in a command; whether the value is one is another's to judge."""
    yield from (("password", value) for value in commanded(line))
    if "ookie" in line:
        yield from (("session_token", one["value"]) for one in _COOKIE.finditer(line))


def told_in_words(line: str) -> Iterator[tuple[str, str]]:
    """The same of passwords in sentences, where far more looks like one: only what nobody would take for a word."""
    for shape in (_TOLD, _LOGIN):
        for one in shape.finditer(line):
            value = one["value"].rstrip(".:")
            quoted = line[one.start("value") - 1] in "`\"'" and line[one.end("value") : one.end("value") + 1] in "`\"'"
            if is_unlike_words(value) or (quoted and re.fullmatch(r"[\w-]*[a-z][\w-]*\d{2,}", value, re.IGNORECASE)):
                yield "password", value


def is_unlike_words(value: str) -> bool:
    """Letters and digits, and a sign among them or both cases and several digits: no word, name or version."""
    digits = sum(map(str.isdigit, value))
    mixed = any(map(str.isupper, value)) and any(map(str.islower, value)) and digits >= 2
    if len(value) < 8 or not digits or not any(map(str.isalpha, value)) or _VERSION.search(value):
        return False
    return bool(_SIGN.search(value[1:])) or mixed
