"""Content that is machine code, whatever it is called."""

from collections.abc import Iterator
from typing import Any

from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check

_PROGRAMS = {
    b"\x7fELF": "an ELF program",
    b"MZ": "a Windows program",
    b"\xcf\xfa\xed\xfe": "a macOS program",
    b"\xce\xfa\xed\xfe": "a macOS program",
    b"\xfe\xed\xfa\xcf": "a macOS program",
    b"\xca\xfe\xba\xbe": "a macOS program or Java class",
    b"\0asm": "a WebAssembly module",
    b"dex\n": "Android code",
}
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
}
_PACKED = (
    ".zip",
    ".gz",
    ".tgz",
    ".bz2",
    ".xz",
    ".7z",
    ".rar",
    ".docx",
    ".xlsx",
    ".pptx",
    ".jar",
    ".whl",
    ".difypkg",
    ".odt",
    ".npz",
    ".egg",
    ".difybndl",
    ".pkl",
    ".pt",
    ".svgz",
    ".epub",
)
_MACHINE = (".so", ".dll", ".pyd", ".dylib", ".exe", ".com", ".bin.exe", ".o", ".a", ".node")
_SCRIPTS = (".sh", ".bash", ".bat", ".cmd", ".ps1", ".vbs", ".scpt")


class Binaries(Check):
    name = "binaries"
    title = "Binaries"
    clean = "There is no machine code."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        for path, content in subject.files.items():
            if finding := _judge(path, content[:16], path.lower()):
                yield finding
        evidence["files"] = len(subject.files)


def _judge(path: str, head: bytes, lower: str) -> Finding | None:
    for magic, kind in _PROGRAMS.items():
        if head.startswith(magic) and (magic != b"MZ" or head[2:4] in (b"\x90\0", b"\0\0", b"\x80\0", b"P\0")):
            return Finding("binaries.executable", f"{path} is {kind}, which cannot be reviewed", path)
    if lower.endswith(_MACHINE):
        return Finding("binaries.executable", f"{path} is named like machine code", path)
    if lower.endswith((".pyc", ".pyo")) or (head[2:4] == b"\r\n" and not head[:2].isascii()):
        return Finding("binaries.bytecode", f"{path} is compiled Python, which cannot be reviewed", path)
    if lower.endswith(".whl"):
        return Finding("binaries.wheel", f"{path} is a wheel, which nobody looks into; name it as a requirement", path)
    for magic, kind in _ARCHIVES.items():
        if head.startswith(magic) and not lower.endswith(_PACKED):
            return Finding("binaries.disguised", f"{path} is {kind}, and its name says otherwise", path)
    if lower.endswith(_SCRIPTS) or head.startswith((b"#!/bin/", b"#!/usr/bin/env bash", b"#!/usr/bin/env sh")):
        return Finding("binaries.script", f"{path} is a script for a shell", path)
    return None
