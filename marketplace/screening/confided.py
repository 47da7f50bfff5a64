"""Passwords of plain words in texts for people: beside a user's name, and near to where they let somebody in."""

import re
from collections.abc import Iterator

from .plain import is_place_in, is_somebody, is_word

_LABELS = (
    r"(?:user(?: ?name)?|login|log[- ]?in|account|e-?mail|benutzer(?:name)?|usuario|usuário|utilisateur|identifiant|utente|账号|帐号|用户名?|账户|帳號|使用者(?:名稱)?"
    r"|ユーザー?名?|ユーザID|アカウント|ログイン(?:ID)?|사용자(?:명)?|아이디|계정|логин|пользователь)"
)
_NAMES = r"(?:passw(?:or)?d|passphrase|passcode|pwd|pw|passwort|kennwort|contraseña|clave|senha|mot de passe|parola|密码|密碼|口令|パスワード|비밀번호|암호|пароль)"
_QUOTES = r"[`'\"“*(]{0,3}"
_AS = rf"\s*(?:[:=：]|\bis\b|->|→|\bas\b)?\s*{_QUOTES}"
_SAID_USER = re.compile(rf"{_LABELS}\b{_QUOTES}{_AS}(?P<value>[\w.@+-]{{2,60}})", re.IGNORECASE)
_SAID_PASSWORD = re.compile(rf"{_NAMES}{_QUOTES}{_AS}(?P<value>[^\s`'\"”*,;|<>(){{}}\[\]]{{6,64}})", re.IGNORECASE)


def confided_in(text: str) -> Iterator[tuple[int, str]]:
    """(line, value) of passwords said beside a user's name and near to a place where they let somebody in."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if len(line) > 2_000:
            continue
        for said in _SAID_PASSWORD.finditer(line):
            near = "\n".join(one for one in lines[max(0, number - 4) : number + 2] if len(one) <= 2_000)
            value = said["value"].rstrip(".:")
            if is_word(value) and _is_marked(line, said) and _names_user(near, value) and is_place_in(near):
                yield number, value


def _is_marked(line: str, said: re.Match[str]) -> bool:
    """Whether the value stands by itself: behind a colon, in quotes, or where the line ends."""
    before, after = line[said.start() : said.start("value")], line[said.end("value") :]
    return bool(re.search(r"[:=：`'\"“*>→]", before)) or not after.strip(" .)`'\"*") or after.lstrip()[:1] in "(,)"


def _names_user(near: str, password: str) -> bool:
    return any(is_somebody(one["value"]) and one["value"] != password for one in _SAID_USER.finditer(near))
