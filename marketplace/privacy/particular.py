"""Denials of one thing in particular: that keys are passed on, that use is measured, that what is entered is written down."""

import re

from . import tongues
from .evidence import Evidence, Seen

_NOT = r"(?:\b(?:not|never|no|none|nothing|neither|nor|zero|without|cannot|free of|nobody|no one)\b|n['’]t\b)"
KEYS = re.compile(
    r"\b(?:credentials?|(?:api[- ]?|access |secret )?keys?|passwords?|tokens?|secrets?|schlüssel\w*|zugangsdaten|passw[oö]rt\w*|claves?|credencial\w*|contraseñas?|chaves?"
    r"|senhas?|clés?|identifiants?|mots? de passe|chiav[ei]|credenziali)\b|密钥|密鑰|凭证|凭据|憑證|令牌|密码|密碼|キー|認証情報|パスワード|トークン|(?:인증|비밀번호|토큰|API) ?키?|ключ|парол|токен",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    rf"{_NOT}|\b(?:only|stays?|remains?|local\w*|exclusively|solely|anyone but|bleib\w*|verbleib\w*|permanec\w*|restent?)\b|{tongues.NO}",
    re.IGNORECASE,
)
_LOGGED = re.compile(r"\blog(?:s|ged|ging)?\b|protokoll|日志|ログ|registr|journal|로그", re.IGNORECASE)
_MEASURED = r"(?:analytics?|telemetry|track(?:s|ed|ing|ers?)?|usage (?:data|statistics|metrics|information|figures)|statistics|metrics|profil(?:e|es|ed|ing)|measur(?:e|es|ed|ing|ement)|monitor(?:s|ed|ing)?|instrument\w*|beacons?|pixels?|fingerprint\w*)"
_COUNTING = re.compile(
    rf"{_NOT}[^.;\n]{{0,60}}\b{_MEASURED}\b|\b{_MEASURED}\b[^.;\n]{{0,50}}(?:{_NOT}|: *no\b|\b(?:disabled|absent|avoided|off)\b)"
    r"|(?:不|未|没|沒|无|無)[^。\n]{0,16}(?:统计|統計|遥测|遙測|跟踪|追踪|追蹤|埋点|监控|監控|分析)|(?:追跡|分析|計測|解析|統計|トラッキング|テレメトリ)[^。\n]{0,14}(?:ません|ない|なし)"
    r"|(?:추적|분석|통계|텔레메트리|측정)[^.\n]{0,12}(?:않|없)"
    r"|\b(?:kein\w*|nicht|nie\w*|weder|ohne)\b[^.;\n]{0,50}\b(?:tracking|analy\w+|telemetri\w*|\w*statistik\w*|verfolgt|ausgewertet|gemessen|profil\w*)|\b\w*statistik\w*[^.;\n]{0,40}\bnicht\b"
    r"|\b(?:no|sin|ni|ning\w*n\w*|não|sem|nenhum\w*|aucun\w*|ne|pas de|sans|non|nessun\w*|senza)\b[^.;\n]{0,50}(?:seguimiento|anal[íi]tic\w*|telemetr[íi]a|estad[íi]stic\w*|rastre\w*|estat[íi]stic\w*|suivi|t[ée]l[ée]m[ée]trie|statisti\w*|tra[çc]age|tracciament\w*)"
    r"|(?:не|без|нет)\b[^.;\n]{0,40}(?:аналити|телеметри|статистик|отслежив)",
    re.IGNORECASE,
)
_OF_PERSONS = re.compile(
    r"advertis|marketing|\bacross (?:\w+ )?(?:sites|websites|apps|services|devices)|cross-site|\bcookies?\b|personali[sz]|individual|werbung|publicidad|publicitaire|广告|広告|other than|except|opt(?:ed)?[- ]out",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"{_NOT}[^.;\n]{{0,60}}\b(?:disk|disc|drive|file ?system|local files?|databases?|hard drive|stor(?:e|es|ed|age)|sav(?:e|es|ed)|writ(?:e|es|ten)|persist\w*|retain\w*|kept|keeps?"
    r"|cache[sd]?|record(?:s|ed)?|remember\w*|histor(?:y|ies))\b|\bwrites? (?:nothing|no)\b|\bstateless\b",
    re.IGNORECASE,
)
_NARROWED = re.compile(
    r"\b(?:permanent\w*|long[- ]term|beyond|longer|except|other than|unless|until|credentials?|keys?|passwords?|tokens?|our|ours|us|we operate|remote|encrypted)\b",
    re.IGNORECASE,
)


def particular(sentence: str, evidence: Evidence) -> tuple[str, Seen] | None:
    """The kind of denial and what the code does instead."""
    leak = next((one for one in evidence.undeclared if "credential" in one.carries), None)
    if leak and KEYS.search(sentence) and _SAYS_NO.search(sentence) and not _LOGGED.search(sentence):
        return "credentials", leak
    if evidence.counts and _COUNTING.search(sentence) and not _OF_PERSONS.search(sentence):
        return "counts", evidence.counts[0]
    if evidence.writes and not _NARROWED.search(sentence) and _says_it_is_not_kept(sentence):
        return "storage", evidence.writes[0]
    return None


def _says_it_is_not_kept(sentence: str) -> bool:
    return bool(_WRITTEN.search(sentence)) or any(re.search(one, sentence, re.IGNORECASE) for one in tongues.STORAGE)
