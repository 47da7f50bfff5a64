"""Plugins and archives made up for the tests: honest ones, and ones that lie."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

ICON = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with changes in depth; a change to `...` removes the key."""
    result = dict(base)
    for key, value in changes.items():
        if value is ...:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def manifest(**changes: Any) -> dict[str, Any]:
    base = {
        "version": "0.0.1",
        "type": "plugin",
        "author": "acme",
        "name": "demo",
        "label": {"en_US": "Demo"},
        "description": {"en_US": "A demo"},
        "icon": "icon.svg",
        "resource": {"memory": 268435456, "permission": {"storage": {"enabled": True, "size": 1048576}}},
        "plugins": {"tools": ["provider/demo.yaml"]},
        "meta": {
            "version": "0.0.1",
            "arch": ["amd64", "arm64"],
            "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
        },
        "created_at": "2026-01-01T00:00:00Z",
    }
    return merged(base, changes)


def provider(**changes: Any) -> dict[str, Any]:
    base = {
        "identity": {"author": "acme", "name": "demo", "label": {"en_US": "Demo"}, "icon": "icon.svg"},
        "tools": ["tools/echo.yaml"],
        "extra": {"python": {"source": "provider/demo.py"}},
    }
    return merged(base, changes)


def parameter(**changes: Any) -> dict[str, Any]:
    base = {
        "name": "text",
        "type": "string",
        "form": "llm",
        "label": {"en_US": "Text"},
        "human_description": {"en_US": "The text"},
    }
    return merged(base, changes)


def tool(**changes: Any) -> dict[str, Any]:
    base = {
        "identity": {"author": "acme", "name": "echo", "label": {"en_US": "Echo"}},
        "description": {"human": {"en_US": "Echoes"}, "llm": "Echoes"},
        "parameters": [parameter()],
    }
    return merged(base, changes)


def dumped(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def plugin(files: Mapping[str, Any] | None = None, **manifest_changes: Any) -> dict[str, bytes]:
    """Files of a small tool plugin; values that are no bytes are dumped as YAML, `...` removes a file."""
    base: dict[str, Any] = {
        "manifest.yaml": manifest(**manifest_changes),
        "provider/demo.yaml": provider(),
        "provider/demo.py": b"class Demo: ...\n",
        "tools/echo.yaml": tool(),
        "main.py": b"print('hello')\n",
        "README.md": b"# Demo\n",
        "_assets/icon.svg": ICON,
    }
    base |= files or {}
    return {n: c if isinstance(c, bytes) else dumped(c) for n, c in base.items() if c is not ...}


def pack(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], comment: bytes = b"") -> bytes:
    """An archive as the standard library writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


@dataclass(kw_only=True)
class Lie:
    """One entry of a forged archive; whatever is None is told truthfully."""

    name: bytes = b"x.txt"
    content: bytes = b"hello"
    method: int = 8
    flags: int = 0
    mode: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    data: bytes | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    local_flags: int | None = None
    header: int | None = None
    extra: bytes = b""
    disk: int = 0

    @property
    def packed(self) -> bytes:
        if self.data is not None:
            return self.data
        if self.method != 8:
            return self.content
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflater.compress(self.content) + deflater.flush()

    def local(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        flags = self.flags if self.local_flags is None else self.local_flags
        size = self._size if self.local_size is None else self.local_size
        head = struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, flags, self.method, 0, 33, self._crc, self._packed_size, size, len(name), 0
        )
        return head + name + self.packed

    def central(self, offset: int) -> bytes:
        head = struct.pack(
            "<4s6H3L5H2L",
            b"PK\1\2",
            (3 << 8) | 20,
            20,
            self.flags,
            self.method,
            0,
            33,
            self._crc,
            self._packed_size,
            self._size,
            len(self.name),
            len(self.extra),
            0,
            self.disk,
            0,
            self.mode << 16,
            offset if self.header is None else self.header,
        )
        return head + self.name + self.extra

    @property
    def _crc(self) -> int:
        return zlib.crc32(self.content) if self.crc is None else self.crc

    @property
    def _size(self) -> int:
        return len(self.content) if self.size is None else self.size

    @property
    def _packed_size(self) -> int:
        return len(self.packed) if self.packed_size is None else self.packed_size


def forged(entries: Iterable[Lie], *, end: Mapping[str, int] | None = None, comment: bytes = b"") -> bytes:
    """An archive of honest plugin files and the given entries; `end` changes fields of the end record."""
    body, directory = b"", b""
    honest = [Lie(name=name.encode(), content=content) for name, content in plugin().items()]
    entries = [*honest, *entries]
    for entry in entries:
        directory += entry.central(len(body))
        body += entry.local()
    fields = {"disk": 0, "start": 0, "here": len(entries), "count": len(entries), "size": len(directory)}
    fields |= {"offset": len(body), "comment": len(comment)} | dict(end or {})
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", *fields.values()) + comment
