"""A policy as sentences: those of paragraphs, and what tables, lists and headings say as questions and answers."""

import re
from collections.abc import Iterator

_NO = (
    r"(?:none|no|nothing|never|n/?a|not applicable|not at all|zero|nil|✗|✘|❌|×|无|無|没有|沒有|不会|否|なし|いいえ|없음|아니요"
    r"|não|nenhum[ao]?|nunca|nada|ning[uú]n[oa]?|aucune?|non|rien|keine?|nein|nichts|нет|nessun[oa]?)"
)
IS_NO = re.compile(rf"{_NO}[\s.!。]*$", re.IGNORECASE)
_BEGINS_NO = re.compile(rf"{_NO}\s*[.,;:!。，；！]", re.IGNORECASE)
_BEGINS = re.compile(r"\s*([-*+#>|]|\d+[.)]|```|$)")
_RULE = re.compile(r"\|?\s*+:?-{2,}+:?\s*+(\|\s*+:?-{2,}+:?\s*+)*\|?\s*$")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,1000}>")
_LONGEST, _SHARED = 1000, 200  # letters of a sentence; what is longer is read in pieces that share some

# A full stop inside a word is one of a host's name or a version.
_ENDS = re.compile(r"(?<=[!?。！？；;])\s*|(?<=\.)\s+|(?<=[a-z)]\.)(?=[A-Z])|(?<=\.)(?=[^\x00-\x7f])")

type Lines = Iterator[tuple[int, str]]


def sentences(text: str) -> Lines:
    """With the lines on which they begin; headings and lists end one as a full stop does."""
    in_code, lines = False, _unwrapped(_TAG.sub(" ", text))
    yield from _answers(lines)
    for number, line in enumerate(lines, start=1):
        in_code ^= line.startswith("```")
        if in_code or is_head(lines, number):
            continue
        for cell in line.strip().strip("|").split("|") if line.lstrip().startswith("|") else [line]:
            bare = re.sub(r"[*_`>#]+", "", cell).strip()
            for part in _ENDS.split(bare):
                if len(part) > 3 and (len(part) > 5 or not part.isascii() or part.lower().startswith("yes")):
                    yield from ((number, piece) for piece in _pieces(part))


def _pieces(sentence: str) -> Iterator[str]:
    for start in range(0, max(len(sentence) - _SHARED, 1), _LONGEST - _SHARED):
        yield sentence[start : start + _LONGEST]


_OWN_HOST = re.compile(
    r"self[- ]?host|on[- ]prem|your own (?:\w+ )?(?:instance|server|deployment)|(?:private|local) (?:deployment|instance|model)"
    r"|自(?:托管|建|行部署)|私有(?:化)?部署|本地部署",
    re.IGNORECASE,
)


def lines_on_own_hosts(text: str) -> set[int]:
    """Lines below a heading, or in a list below a line with a colon, that is about a service of the user's own."""
    found: set[int] = set()
    heading = listed = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            heading, listed = bool(_OWN_HOST.search(line)), False
        elif line.rstrip().endswith((":", "：")):
            listed = bool(_OWN_HOST.search(line))
        elif line.strip() and not _BEGINS.match(line):
            listed = False
        if heading or listed:
            found.add(number)
    return found


_ASKS_WHO = re.compile(
    r"sent to|recipient|receiv|shared with|goes to|where(?: it goes| to)?$|to whom|destination|disclosed to|third[- ]part"
    r"|processor|provider|service|endpoint|接收|发送|發送|提供给|第三方"
    r"|送信先|提供先",
    re.IGNORECASE,
)


def table_names_recipients(text: str) -> bool:
    """Whether a table has a column that asks who gets the data, and a cell in it that is no no."""
    column = -1
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        cells = (
            [re.sub(r"[*_`]+", "", cell).strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
        )
        if is_head(lines, number):
            column = next((index for index, cell in enumerate(cells) if _ASKS_WHO.search(cell)), -1)
        elif not cells:
            column = -1
        elif (
            0 <= column < len(cells)
            and cells[column]
            and not IS_NO.match(cells[column])
            and not _RULE.match(line.strip())
        ):
            return True
    return False


def is_head(lines: list[str], number: int) -> bool:
    """Whether the line, counted from 1, is the head of a table: it asks, and says nothing."""
    return "|" in lines[number - 1] and number < len(lines) and bool(_RULE.match(lines[number].strip()))


def _unwrapped(text: str) -> list[str]:
    """Lines, each with what continues it; what was taken from a line leaves it empty, so numbers stay."""
    lines = text.splitlines()
    found: list[str] = []
    begin, parts = 0, lines[:1]
    for index in range(1, len(lines) + 1):
        if index < len(lines) and _continues(lines[index], lines[index - 1].rstrip()):
            parts.append(lines[index])
        else:
            whole = " ".join([parts[0].rstrip(), *map(str.strip, parts[1:])]) if len(parts) > 1 else "".join(parts)
            found += [whole, *[""] * (index - begin - 1)]
            begin, parts = index, lines[index : index + 1]
    return found


def _continues(line: str, before: str) -> bool:
    ends = before.endswith((".", ":", "!", "?", "。", "|")) or before.startswith(("#", "```"))
    return bool(before) and not ends and not _BEGINS.match(line)


def _answers(lines: list[str]) -> Lines:
    """`Sent to third parties: no`, of a table's cell under its head, and of a heading with a bare no below it."""
    head: list[str] = []
    heading = ""
    for number, line in enumerate(lines, start=1):
        cells = (
            [re.sub(r"[*_`]+", "", cell).strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
        )
        if is_head(lines, number):
            head = cells
        elif not cells:
            head = []
        if head and cells != head:
            yield from (
                (number, f"{name}: {cell}")
                for name, cell in zip(head[1:], cells[1:], strict=False)
                if IS_NO.match(cell)
            )
            yield from ((number, f"{cells[0]}: {cell}") for cell in cells[1:] if IS_NO.match(cell))
        bare = re.sub(r"^[\s>*+-]+|[*_`]+", "", line).strip()
        if heading and (IS_NO.match(bare) or _BEGINS_NO.match(bare)):
            yield number, f"{heading}: {_ENDS.split(bare)[0]}"
        if bare:
            heading = bare.lstrip("#").strip().rstrip(":?") if line.startswith("#") or bare.endswith((":", "?")) else ""
