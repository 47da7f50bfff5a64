"""The texts that people read before they install."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.hosts import urls_in
from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check

_FOREIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEFT_OVER = re.compile(
    r"!!! Please fill in|Please fill in the privacy policy|your[-_ ]?(plugin|company|name)"
    r" here|lorem ipsum|<your[^>]*>|\bTODO\b:|\[Your [A-Z]\w+",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\((?P<target>[^)\s]+)")
_SECTIONS = {
    "setup": r"set ?up|install|config|getting started|quick ?start|authoriz|credential|how to",
    "usage": r"usage|use|example|tool|feature|overview|how to",
}


class Listing(Check):
    name = "listing"
    title = "Listing"
    clean = "The listing can be read and leads somewhere."
    enforced = False
    required = False

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        readme = subject.files.get("README.md", b"").decode(errors="replace")
        if len(_FOREIGN.findall(readme)) > 20:
            yield Finding(
                "listing.language",
                "README.md is not in English; other languages go to readme/README_<language>.md",
                "README.md",
            )
        yield from _english(subject)
        for path, text in subject.texts():
            if path.endswith(".md") and (match := _LEFT_OVER.search(text)):
                line = text.count("\n", 0, match.start()) + 1
                yield Finding("listing.template", "A text of the template has been left", path, line, match.group())
        yield from _links(subject, readme)
        for name, pattern in _SECTIONS.items():
            if readme and not re.search(rf"^#+ .*({pattern})", readme, re.IGNORECASE | re.MULTILINE):
                yield Finding("listing.section", f"README.md has no section about {name}", "README.md")
        evidence["languages"] = sorted(subject.package.readmes())


def _english(subject: Subject) -> Iterator[Finding]:
    for key in ("label", "description"):
        text = str((subject.manifest.get(key) or {}).get("en_US", ""))
        if _FOREIGN.search(text):
            yield Finding("listing.language", f"{key}.en_US is not in English", "manifest.yaml", evidence=text[:100])


def _links(subject: Subject, readme: str) -> Iterator[Finding]:
    for pattern in (_LINK, _IMAGE):
        for match in pattern.finditer(readme):
            target = match["target"].partition("#")[0].removeprefix("./")
            if not target or "://" in target or target.startswith(("mailto:", "data:", "/", "..")):
                continue
            if target not in subject.files:
                line = readme.count("\n", 0, match.start()) + 1
                yield Finding("listing.link", f"{target} is not in the package", "README.md", line, match.group()[:160])
    for url in urls_in(readme):
        if url.startswith("http://") and "localhost" not in url and "127.0.0.1" not in url:
            yield Finding("listing.link", f"{url} is not encrypted", "README.md", evidence=url[:160])
            break
