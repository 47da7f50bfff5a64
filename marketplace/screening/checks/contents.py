"""The package's files: what is there and should not be, what is missing."""

import re
from collections.abc import Iterator
from typing import Any

from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check

_FOLDERS = re.compile(
    r"(^|/)(\.git|\.hg|\.svn|\.venv|venv|env|node_modules|__pycache__|\.idea|\.vscode|\.tox|"
    r"\.mypy_cache|\.pytest_cache|\.ruff_cache|site-packages|\.aws|\.ssh|\.gnupg)/"
)
_FILES = re.compile(
    r"(^|/)(\.env(\.(local|prod|production|development|dev|staging))?|\.DS_Store|Thumbs\.db|"
    r"id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.envrc|\.my\.cnf|\.s3cfg|\.boto|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials|credentials\.json|"
    r"service[-_]account\.json)$"
)
_SUFFIXES = re.compile(r"\.(key|p12|pfx|jks|keystore|kdbx|ppk|pyc|pyo|bak|swp|orig|rej)$", re.IGNORECASE)
_ODD = re.compile(r"(^|/)(build|dist)/|\.(log|tmp|cache|sqlite3?|db)$|~$", re.IGNORECASE)
_ARCHIVES = re.compile(r"\.(zip|tar|gz|tgz|bz2|xz|7z|rar|difypkg|difybndl|egg|jar)$", re.IGNORECASE)


class Contents(Check):
    name = "contents"
    title = "Package"
    clean = "The package holds what it should, and nothing else."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        for path in subject.package.names():
            if finding := _file(path):
                yield finding
        for name, why in (
            ("README.md", "nobody will know what the plugin is for"),
            ("PRIVACY.md", "nobody will know what becomes of their data"),
        ):
            if name not in subject.files and not (name == "PRIVACY.md" and _names_privacy(subject)):
                yield Finding("package.missing-file", f"{name} is missing: {why}", name)
        for warning in subject.package.warnings:
            if "README.md: is missing" not in warning:
                yield Finding("package.warning", warning)
        evidence |= {"files": len(subject.files), "bytes": sum(map(len, subject.files.values()))}


def _names_privacy(subject: Subject) -> bool:
    named = str(subject.manifest.get("privacy") or "")
    return named.startswith("https://") or named.removeprefix("./") in subject.files


def _file(path: str) -> Finding | None:
    if _FOLDERS.search(path) or _FILES.search(path) or _SUFFIXES.search(path):
        return Finding(
            "package.forbidden-file", f"{path} does not belong into a package, ignore it in .difyignore", path
        )
    if _ARCHIVES.search(path):
        return Finding(
            "package.archive-inside",
            f"{path} is an archive, which is looked into for secrets only; unpack it or leave it out",
            path,
        )
    if _ODD.search(path):
        return Finding("package.odd-file", f"{path} looks like something left over; leave it out", path)
    return None
