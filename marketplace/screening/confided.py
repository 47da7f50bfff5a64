"""Passwords of plain words in texts for people: beside a user's name, and near to where they let somebody in."""

import re
from collections.abc import Iterator

from .plain import is_place_in, is_somebody, is_word

_LABELS = (
    r"(?:user(?: ?name)?|login|log[- ]?in|account|e-?mail|benutzer(?:name)?|usuario|usuário|utilisateur|identifiant|utente|账号|帐号|用户名?|账户|帳號|使用者(?:名稱)?"
    r"|ユーザー?名?|ユーザID|アカウント|ログイン(?:ID)?|사용자(?:명)?|아이디|계정|логин|пользователь)"
)
_NAMES = r"(?:passw(?:or)?d|passphrase|passcode|pwd|pw|passwort|kennwort|contraseña|clave|senha|mot de passe|parola|密码|密碼|口令|パスワード|비밀번호|암호|пароль)"
_LONGEST = 2_000  # letters of a line that is read
_QUOTES = r"[`'\"“*(]{0,3}"
_AS = rf"\s*(?:[:=：]|\bis\b|->|→|\bas\b)?\s*{_QUOTES}"
_SAID_USER = re.compile(rf"{_LABELS}\b{_QUOTES}{_AS}(?P<value>[\w.@+-]{{2,60}})", re.IGNORECASE)
_SAID_PASSWORD = re.compile(
    rf"{_NAMES}{_QUOTES}{_AS}(?P<value>[^\s`'\"”*,;|<>(){{}}\[\]，。；、]{{6,64}})", re.IGNORECASE
)


def confided_in(text: str) -> Iterator[tuple[int, str]]:
    """(line, value) of passwords said beside a user's name and near to a place where they let somebody in."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        said = _SAID_PASSWORD.finditer(line) if len(line) <= _LONGEST else ()
        values = [one["value"].rstrip(".:") for one in said if _is_marked(line, one)]
        words = [value for value in values if is_word(value)]
        if words:
            near = "\n".join(one for one in lines[max(0, number - 4) : number + 2] if len(one) <= _LONGEST)
            users = {one["value"] for one in _SAID_USER.finditer(near) if is_somebody(one["value"])}
            value = next((value for value in words if users - {value}), "")
            if value and is_place_in(near):
                yield number, value


def _is_marked(line: str, said: re.Match[str]) -> bool:
    """Whether the value stands by itself: in quotes, or where a line or a part of it ends."""
    before, after = line[: said.start("value")], line[said.end("value") :]
    quoted = before[-1:] in "`'\"“*" and after[:1] in "`'\"”*"
    return quoted or not after.strip(" .)*") or after.lstrip()[:1] in ",;(|，。；、"
