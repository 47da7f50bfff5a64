"""What a package says of data outside of its policy: sections of READMEs, and descriptions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_READMES = re.compile(r"^(?:readme/)?README[^/]*\.(?:md|rst|txt)$|^docs?/[^/]*\.md$", re.IGNORECASE)
_ABOUT_DATA = re.compile(
    r"privacy|data (?:protection|handling|security|safety|collection|usage|processing|use)|your data|(?:security|safety|trust|confidential)|what (?:happens|we do) with"
    r"|telemetry|tracking|隐私|隱私|数据安全|資料安全|数据(?:处理|保护)|安全|プライバシー|データの?(?:取り?扱い|保護)|セキュリティ|개인정보|프라이버시"
    r"|datenschutz|privatsph|datensicherheit|privacidad|privacidade|protección de datos|proteção de dados|confidentialité|vie privée|données|riservatezza|конфиденциальн|приватн",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$|^\*\*([^*]{3,60})\*\*:?\s*$")
_LONGEST, _MOST = 20_000, 60_000  # characters that are read of one text, and of all together

type Beside = Iterator[tuple[str, int, str]]


def texts_beside(files: Mapping[str, bytes], manifest: Mapping[str, Any], *, policy: str) -> Beside:
    """(path, line before the first, text) of each; `policy` is the path of the policy, which is left out."""
    left = _MOST
    for one in _all(files, manifest, policy):
        left -= len(one[2])
        if left < 0:
            return
        yield one


def _all(files: Mapping[str, bytes], manifest: Mapping[str, Any], policy: str) -> Beside:
    said = manifest.get("description")
    for text in said.values() if isinstance(said, Mapping) else [said]:
        if isinstance(text, str) and text.strip():
            yield "manifest.yaml", 0, text[:_LONGEST]
    for path in sorted(files):
        if path != policy and _READMES.match(path):
            yield from _sections(path, bytes(files[path][: 4 * _LONGEST]).decode(errors="replace")[:_LONGEST])


def _sections(path: str, text: str) -> Beside:
    """Those whose heading is about data, with what is below them."""
    inside, begun, kept = 0, 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        heading = _HEADING.match(line)
        depth = len(heading[1] or "") or 7 if heading else 0
        if heading and (not inside or depth <= inside):
            if kept:
                yield path, begun, "\n".join(kept)
            kept, inside, begun = [], depth if _ABOUT_DATA.search(line) else 0, number
        elif inside:
            kept.append(line)
    if kept:
        yield path, begun, "\n".join(kept)
