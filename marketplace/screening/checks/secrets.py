"""Keys and passwords in files. What is found is shown masked."""

import ast
import math
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Set
from typing import Any

from marketplace.screening import shapes
from marketplace.screening.confided import confided_in
from marketplace.screening.der import encoded_keys_in, key_in
from marketplace.screening.findings import Finding
from marketplace.screening.folded import folded_in
from marketplace.screening.naming import named_in
from marketplace.screening.pairs import documents_in, pairs_in, pairs_of_line
from marketplace.screening.plain import is_alive, words_in
from marketplace.screening.subject import Subject
from marketplace.screening.uncovered import packed_in, uncovered
from marketplace.screening.worded import is_unlike_words, told, told_in_words

from .base import Check

_PRIVATE = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s|\"|'|,)*[A-Za-z0-9+/=:, "
    r"-]{20,}|PuTTY-User-Key-File-\d"
)
_URL = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}://(?P<user>[^\s:/@\"'{}<>$]{0,60}):(?P<value>[^\s:/@\"'{}<>$*]{4,100})@(?:[\w.-]+|\{)",
    re.IGNORECASE,
)
# What stands for a secret that somebody is to fill in, and what is a name, an address or a sentence.
_PLACEHOLDER = re.compile(
    r"your|my[-_]|xxx|\*\*\*|\.\.\.|<|>|\{|\}|\$[{(]|^\$[a-z_]\w*$|placeholder|change|replace|insert|dummy|"
    r"sample|fake|mock|redacted|todo|none|null"
    r"|undefined|enter|please|here|default|foobar|\s|^https?:|://|^/|key$|^key|token$|_token|"
    r"_key|api_|^[a-z]+([._-][a-z]+)*$|^[\w.-]+\.(py|json|yaml|txt|md|com|io|net|org)$",
    re.IGNORECASE,
)
_SHORT_PLACEHOLDER = re.compile(
    r"your|x{4,}|(?:^|[-_ ])xxx|\*\*\*|\.\.\.|<|\{|\$[{(]|^\$[a-z_]\w*$|placeholder|change|replace|dummy|redacted|enter"
    r"|please|here",
    re.IGNORECASE,
)
_FILLED_UP = re.compile(r"(.)\1{15}|EXAMPLE(KEY)?$")  # the shape of a key with nothing in it
_BEARER = re.compile(r"\b(?:Bearer|Basic|Token)\s+(?P<value>[A-Za-z0-9+/_.=~-]{20,300})")
_LISTS = ("uv.lock", "poetry.lock", "package-lock.json", ".svg", ".lock")
_TESTS = re.compile(r"(^|/)(tests?|fixtures?|examples?)/|(^|/)(test_|conftest)")
_LONGEST = 20_000  # characters of a line that is read
_TRANSLATED = re.compile(r"(^|[/._-])(locales?|i18n|l10n|lang|languages?|translations?|messages)[/._-]", re.IGNORECASE)
_RANDOM = 3.2  # bits a character: words stay below, keys do not


class Secrets(Check):
    name = "secrets"
    title = "Secrets"
    clean = "There is no key and no password in the files."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        texts = dict(subject.texts())
        for path, text in texts.items():
            yield from _in_list(path, text) if path.endswith(_LISTS) else _in_text(path, text)
        for path in sorted(subject.files.keys() - texts.keys()):
            if kind := key_in(subject.files[path]):
                yield Finding("secrets.private-key", f"The file is {kind}; whoever has the package has it", path)
        yield from _packed(subject, subject.files.keys() - texts.keys())
        yield from _assembled(subject, texts)
        unread = sorted(set(subject.files) - set(texts))
        yield from (Finding("secrets.not-read", _NOT_READ, path) for path in unread if _IS_TEXT.search(path))
        evidence |= {"files": len(texts), "not_scanned": unread}


_NOT_READ = "The file is too large, or holds what no text does: nobody has looked into it for keys and passwords"
_IS_TEXT = re.compile(
    r"\.(py|md|rst|txt|ya?ml|json|toml|ini|cfg|conf|env|sh|js|ts|html?|css|csv|sql|xml|ipynb|properties)$|(^|/)\.env"
)
_PACKED = 16_777_216  # characters of all that lies in archives


def _packed(subject: Subject, paths: Set[str]) -> Iterator[Finding]:
    """In archives, up to a bound: a small one can hold more than anybody could read."""
    left = _PACKED
    for path in sorted(paths):
        for inner, text in packed_in(path, subject.files[path]):
            left -= len(text)
            if left < 0:
                yield Finding("secrets.not-read", "The archives hold more than is looked into for keys", path)
                return
            yield from _in_text(inner, text)


def mask(secret: str) -> str:
    return f"{secret[:4]}…({len(secret)} characters)"


def _in_list(path: str, text: str) -> Iterator[Finding]:
    """Locks and drawings are full of sums and points: only what nobody could take for one counts."""
    for number, line in enumerate(text.splitlines(), start=1):
        if (match := _URL.search(line)) and _is_password_of(match):
            yield Finding("secrets.url-password", "An address carries a password", path, number, mask(match["value"]))
        if path.endswith(".svg") and (found := shape_of(_DATA.sub("", line))):
            yield Finding("secrets.provider-key", f"{found[0]} stands in the file", path, number, mask(found[1]))


def _in_text(path: str, text: str) -> Iterator[Finding]:
    for match in _PRIVATE.finditer(text):
        yield Finding(
            "secrets.private-key",
            "A private key; whoever has the package has it",
            path,
            _line(text, match.start()),
            match.group()[:27],
        )
    for position, kind in encoded_keys_in(text):
        message = f"What is encoded here is {kind}"
        yield Finding("secrets.private-key", message, path, _line(text, position), mask(text[position:][:40]))
        break
    tested = bool(_TESTS.search(path))
    prose = _docstrings(text) if path.endswith(".py") else frozenset()
    found = False
    for number, line in enumerate(text.splitlines(), start=1):
        if 8 <= len(line) <= _LONGEST and _MAYBE.search(line):
            in_words = number in prose
            for one in _in_line(path, number, line, tested=tested or in_words):
                found = True
                if not (in_words and one.rule == "secrets.assignment"):
                    yield one
        if len(line) <= _LONGEST and (number in prose or _IN_WORDS.search(path) or _COMMENT.match(line)):
            for _, value in told_in_words(line):
                if not _SHORT_PLACEHOLDER.search(value) and not (tested and _PLACEHOLDER_IN_TESTS.search(value)):
                    found = True
                    yield Finding("secrets.assignment", "A password is told in words", path, number, mask(value))
    if not found:
        documents = documents_in(path, text)
        given = list(_in_grammar(path, text, documents, tested=tested))
        yield from given or _in_plain_words(path, text, documents, tested=tested)
    for number, made in folded_in(text) if path.endswith(".py") else ():
        if (known := shape_of(made)) and known[1] not in text:
            message = f"{known[0][0].upper()}{known[0][1:]} is put together here"
            yield Finding("secrets.provider-key", message, path, number, mask(known[1]))
    yield from _covered(path, text)


def _in_plain_words(path: str, text: str, documents: list[Any], *, tested: bool) -> Iterator[Finding]:
    """In tests only beside a service that runs somewhere: they are full of words that let nobody in."""
    if (tested and not is_alive(text)) or _TRANSLATED.search(path):
        return
    message = "A password stands here, in plain words"
    for value in words_in(path, text, documents):
        yield Finding("secrets.assignment", message, path, _line(text, max(text.find(value), 0)), mask(value))
        return
    for number, value in confided_in(text) if _IN_WORDS.search(path) else ():
        yield Finding("secrets.assignment", message, path, number, mask(value))
        return


def _covered(path: str, text: str) -> Iterator[Finding]:
    """Keys in what stands there as base64 or hexadecimal."""
    for position, inner in uncovered(text):
        if (known := shape_of(inner)) or _PRIVATE.search(inner) or any(_given_in(line) for line in inner.splitlines()):
            kind = known[0] if known else "a secret"
            message = f"What is encoded here holds {kind}"
            yield Finding("secrets.provider-key", message, path, _line(text, position), mask(text[position:][:40]))
            return


def _given_in(line: str) -> bool:
    return any(_OF_A_SERVICE.search(name) and _assigned(name, value, False) for name, value in named_in(".env", line))


_NAMES_ONE = re.compile(
    r"api.?key|apikey|secret|passw|passphrase|(^|[_.-])(pass|pwd|key|auth|bearer|sig)$|(^|[_.-])[\w]*token$|access.?key|private.?key|credential|webhook|fernet",
    re.IGNORECASE,
)


def _in_grammar(path: str, text: str, documents: list[Any], *, tested: bool) -> Iterator[Finding]:
    """What the file's own grammar gives to names that speak of secrets, and parameters of addresses in any file."""
    lines = (line for line in text.splitlines() if len(line) <= _LONGEST)
    of_lines = (one for line in lines for one in (*pairs_of_line(line), *told(line)))
    for name, value in (*pairs_in(path, text, documents), *of_lines):
        if not _NAMES_ONE.search(name) or not 6 <= len(value) <= 4000:
            continue
        if path.endswith(".py") and not (_OF_A_SERVICE.search(name) or _PASSWORD.search(name) or _is_random(value)):
            continue  # `key` and `auth` name much else in a program
        if shape_of(value) or _assigned(name, value, tested) or _is_private_half(name, value):
            line = _line(text, max(text.find(value), 0))
            yield Finding("secrets.assignment", f"{name} is given a fixed value", path, line, mask(value))
            return


def _is_private_half(name: str, value: str) -> bool:
    """Of a JSON web key, however long it is."""
    return name == "private_key" and len(value) >= 40 and bool(re.fullmatch(r"[\w-]+", value)) and randomness(value) > 4


def _docstrings(text: str) -> frozenset[int]:
    """Lines of texts that stand by themselves: nothing in them is used."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    alone = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    return frozenset(line for node in alone for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _in_line(path: str, number: int, line: str, *, tested: bool) -> Iterator[Finding]:
    if (found := shape_of(line)) is not None:
        kind, secret = found
        yield Finding(
            "secrets.provider-key",
            f"{kind[0].upper()}{kind[1:]} stands in the file",
            path,
            number,
            mask(secret),
            severity="warning" if tested and _PLACEHOLDER_IN_TESTS.search(secret) else "",
        )
        return
    bearer = _BEARER.search(line)
    if bearer and not tested and _is_random(bearer["value"]) and not _SHORT_PLACEHOLDER.search(bearer["value"]):
        yield Finding("secrets.assignment", "A header carries a fixed key", path, number, mask(bearer["value"]))
    if (match := _URL.search(line)) and (
        _is_random(match["value"]) or is_unlike_words(match["value"]) if _is_prose(path) else _is_password_of(match)
    ):
        message = "An address carries a password"
        severity = "warning" if tested else ""
        yield Finding("secrets.url-password", message, path, number, mask(match["value"]), severity)
    for name, value in named_in(path, line):
        if (not _is_prose(path) or (_is_random(value) and _OF_A_SERVICE.search(name))) and (
            rule := _assigned(name, value, tested)
        ):
            yield Finding(rule, f"{name} is given a fixed value", path, number, mask(value))
            return


_MAYBE = re.compile(
    "|".join(re.escape(mark) for mark in shapes.MARKS) + r"|://|(?i:key|basic|secret|token|passw|credential|bearer|pwd)"
)
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LOCAL = re.compile(r"@(?:localhost|127\.0\.0\.1|db|postgres|redis|mysql|mongo|host\.docker\.internal)$", re.IGNORECASE)
_DATA = re.compile(r"data:[^\s\"')]+")
_IN_WORDS = re.compile(r"\.(?:md|rst|txt|html|adoc)$|(^|/)[A-Za-z_-]+$")
_COMMENT = re.compile(r"\s*(?:#|//|;|/?\*|<!--)")
_WORDS = frozenset(["password", "pass", "pwd", "secret", "user", "username", "admin", "token", "guest", "root", "port"])


def _is_password(value: str) -> bool:
    return not _SHORT_PLACEHOLDER.search(value) and value.lower() not in _WORDS


def _is_password_of(address: re.Match[str]) -> bool:
    """Whether an address's password is one: those that images of databases come with, on this machine, are none."""
    value = address["value"]
    if value == address["user"] and _LOCAL.search(address.group()):
        return False
    return _is_password(value)


def _is_prose(path: str) -> bool:
    return path.endswith((".md", ".rst", ".html"))


def shape_of(text: str) -> tuple[str, str] | None:
    """(kind, secret) of the first key of a known shape in the text."""
    if not any(mark in text for mark in shapes.MARKS):
        return None
    for kind, shape in shapes.PROVIDERS.items():
        if (
            (match := shape.search(text))
            and not _SHORT_PLACEHOLDER.search(match.group())
            and "EXAMPLE" not in match.group()
            and randomness(match.group()) > _RANDOM - 0.4
        ):
            return kind, match.group()
    return None


def _assigned(name: str, value: str, tested: bool) -> str | None:
    if _NAMES_NO_SECRET.search(name) or _FILLED_UP.search(value):
        return None
    if value.startswith("ENC[") or not re.fullmatch(r"[!-~]+", value):
        return None
    if (
        tested
    ):  # tests are full of keys that open nothing: only what is long and drawn by lot is taken for one that does
        certain = (len(value) >= 32 and _is_random(value)) or (
            len(value) >= 10 and bool(_PASSWORD.search(name)) and is_unlike_words(value)
        )
        return "secrets.assignment" if certain and not _PLACEHOLDER_IN_TESTS.search(value) else None
    if _UUID.fullmatch(value):
        return "secrets.assignment" if _OF_A_SERVICE.search(name) else None
    if _is_random(value):
        return (
            None if _SHORT_PLACEHOLDER.search(value) or "://" in value or value.count("/") > 4 else "secrets.assignment"
        )
    if _PLACEHOLDER.search(value):
        return None
    digits = any(character.isdigit() for character in value)
    letters = any(character.isalpha() for character in value)
    long = len(value) >= (6 if _IS_PASSWORD.search(name) else 8 if _PASSWORD.search(name) else 12)
    return "secrets.assignment" if digits and letters and long else None


def _is_random(value: str) -> bool:
    """Whether it looks drawn by lot: long, of many characters, digits among them."""
    digits = sum(character.isdigit() for character in value)
    mixed = len({character.isupper() for character in value if character.isalpha()}) == 2 or digits >= 6
    enough = digits >= 2 or (digits and len(value) >= 30 and randomness(value) > 4)
    return bool(16 <= len(value) <= 200 and randomness(value) > _RANDOM + 0.2 and enough and mixed)


_NAMES_NO_SECRET = re.compile(
    r"(url|uri|path|name|type|field|label|header|regex|pattern|id|file|help|title|limit|count|usage|prefix)s?$",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"pass|pwd", re.IGNORECASE)
_IS_PASSWORD = re.compile(r"(^|[_.-])(pass|passw(or)?d|pwd)$", re.IGNORECASE)
_PLACEHOLDER_IN_TESTS = re.compile(
    r"test|fake|dummy|mock|example|sample|12345|abcde|00000|aaaaa|p[a@4]ss|s[e3]cr|qwert|admin|wrong|invalid",
    re.IGNORECASE,
)
_OF_A_SERVICE = re.compile(
    r"api.?key|secret|passw|access.?token|auth.?token|_?authToken|(?:private|signing|encryption|session).?key|(?:service|refresh|bearer).?token|webhook",
    re.IGNORECASE,
)


def randomness(text: str) -> float:
    """Shannon's entropy in bits a character."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def _assembled(subject: Subject, texts: dict[str, str]) -> Iterator[Finding]:
    """Keys that only appear when texts of the program are put together or uncovered."""
    seen: set[str] = set()
    for site in subject.program.calls:
        for value in (*site.values(), site.receiver):
            for text in value.texts():
                if len(text) < 4000 and (found := shape_of(text)) and found[1] not in seen:
                    seen.add(found[1])
                    if not any(found[1] in content for content in texts.values()):
                        message = f"{found[0][0].upper()}{found[0][1:]} is put together here"
                        yield Finding("secrets.provider-key", message, site.path, site.line, mask(found[1]))
    yield from _bound(subject, texts, seen)


_NAMES_SECRET = re.compile(
    r"api.?key|secret|passw|_pass$|token$|(?:private|signing|encryption).?key|credential|bearer", re.IGNORECASE
)


def _bound(subject: Subject, texts: dict[str, str], seen: set[str]) -> Iterator[Finding]:
    for (scope, name), value in subject.program.bound.items():
        for text in value.texts():
            found = shape_of(text) if 16 < len(text) < 4000 else None
            plain = not value.taints - {"decoded", "joined"}
            if (
                found is None
                and plain
                and 12 <= len(text) <= 300
                and _NAMES_SECRET.search(name)
                and _assigned(name, text, False)
            ):
                found = ("a fixed value", text)
            if found and found[1] not in seen and not any(found[1] in content for content in texts.values()):
                seen.add(found[1])
                module = subject.program.modules.get(scope.partition(":")[0])
                yield Finding(
                    "secrets.provider-key",
                    f"{name} holds {found[0]}, put together in pieces",
                    module.path if module else "",
                    0,
                    mask(found[1]),
                )
