"""What a plugin says of itself before it is called: its key, declarations and pictures (protocol.md 4.2). Pure."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from debugging.errors import Refused
from marketplace.difypkg import BadPackage, declare_json, remap_assets
from marketplace.difypkg.manifest import category

LONGEST_LINE = 16 << 20  # bytes
MOST_BYTES = 96 << 20  # of all lines together
MOST_ASSETS = 50 << 20  # bytes, decoded
MOST_FILES = 1000
LONGEST_NAME = 255
# The wire's name of each declaration, what a declaration calls it, and what refusals call it.
KINDS = {
    "tool_declaration": ("tool", "tools"),
    "model_declaration": ("model", "models"),
    "endpoint_declaration": ("endpoint", "endpoints"),
    "agent_strategy_declaration": ("agent_strategy", "agent strategy"),
    "datasource_declaration": ("datasource", "datasource"),
    "trigger_declaration": ("trigger", "triggers"),
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A plugin as it has declared itself: icons by asset id, and their contents."""

    declaration: dict[str, Any]
    assets: dict[str, bytes]
    category: str
    plugin_id: str
    version: str

    def checksum(self, workspace_id: str) -> str:
        """Differs from one declaration and workspace to the next; the same for both stays the same (protocol.md 4.3)."""
        content = orjson.dumps(self.declaration, option=orjson.OPT_SORT_KEYS)
        return sha256(content + workspace_id.encode()).hexdigest()

    def unique_identifier(self, workspace_id: str) -> str:
        return f"{self.plugin_id}:{self.version}@{self.checksum(workspace_id)}"


@dataclass(slots=True)
class Handshake:
    """Takes one line after the other until `registered`; raises Refused for what cannot be."""

    key: str = ""
    manifest: dict[str, Any] | None = None
    providers: dict[str, Any] = field(default_factory=dict)
    assets: dict[str, list[bytes]] = field(default_factory=dict)
    asset_bytes: int = 0
    size: int = 0
    registered: Registered | None = None

    def take(self, line: bytes) -> None:
        self.size += len(line)
        if self.size > MOST_BYTES:
            raise Refused(f"the declarations are too large, at most {MOST_BYTES >> 20} MB")
        kind, data = envelope(line)
        if kind == "handshake":
            self.take_key(data)
        elif not self.key:
            raise Refused("handshake failed, the key comes first")
        elif kind == "manifest_declaration":
            self.take_manifest(data)
        elif kind in KINDS:
            self.take_provider(kind, data)
        elif kind == "asset_chunk":
            self.take_asset(data)
        elif kind == "end":
            self.finish()
        else:
            raise Refused(f"handshake failed, unknown message {kind[:40]!r}")

    def take_key(self, data: Any) -> None:
        if self.key:
            raise Refused("handshake already completed")
        key = data.get("key") if isinstance(data, dict) else None
        if not isinstance(key, str) or not 0 < len(key) <= 100:
            raise Refused("handshake failed, invalid key")
        self.key = key

    def take_manifest(self, data: Any) -> None:
        if self.manifest is not None:
            raise Refused("declaration already registered")
        if not isinstance(data, dict):
            raise Refused("handshake failed, invalid plugin declaration: it must be an object")
        self.manifest = data

    def take_provider(self, kind: str, data: Any) -> None:
        """Of several providers of one kind the first counts, as with the daemon."""
        name, called = KINDS[kind]
        if name in self.providers:
            raise Refused(f"{called} declaration already registered")
        if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
            raise Refused(f"{called} register failed, invalid {called} declaration: it must be a list of objects")
        if data:
            self.providers[name] = data[0]

    def take_asset(self, data: Any) -> None:
        name, content = (data.get("filename"), data.get("data")) if isinstance(data, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(content, str) or not 0 < len(name) <= LONGEST_NAME:
            raise Refused("assets decode failed, error: a chunk needs filename and data")
        try:
            piece = b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(f"assets decode failed, error: {error}") from None
        self.asset_bytes += len(piece)
        if self.asset_bytes > MOST_ASSETS:
            raise Refused("assets too large, at most 50MB")
        self.assets.setdefault(name, []).append(piece)
        if len(self.assets) > MOST_FILES:
            raise Refused(f"assets too many, at most {MOST_FILES}")

    def finish(self) -> None:
        if self.manifest is None or not self.providers:
            raise Refused("no registration transferred, cannot initialize")
        manifest, providers = self.manifest, self.providers
        declared = checked("register failed, invalid declaration", lambda: declare_json(manifest, providers, []))
        assets = {name: b"".join(pieces) for name, pieces in self.assets.items()}
        plain = declared.as_json(verified=False)
        complaint = "assets remap failed, invalid assets data, cannot remap"
        declaration, contents = checked(complaint, lambda: remap_assets(plain, assets))
        about = declared.manifest
        self.registered = Registered(
            declaration, contents, category(declared.providers), about.plugin_id, about.version
        )
        self.assets = {}


def envelope(line: bytes) -> tuple[str, Any]:
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = None
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str):
        raise Refused("handshake failed, invalid handshake message")
    return kind, message.get("data", None)


def checked[T](complaint: str, made: Callable[[], T]) -> T:
    try:
        return made()
    except (BadPackage, ValueError) as error:
        raise Refused(f"{complaint}: {error}") from None
