"""The manifest of a plugin: who it is, what it asks for, which files declare what it offers (protocol 1.6)."""

import re
from collections.abc import Collection
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from .declarations.base import Flag, Integer, Name, Part, Text, Title, known, refuse_longer, warn
from .declarations.parameters import Tag
from .errors import BadPackage
from .scalars import timestamp

VERSION = r"[0-9]{1,4}(?:\.[0-9]{1,4}){2}(?:-[A-Za-z0-9_]{1,16})?"
_VERSION = re.compile(VERSION)
_AUTHOR = re.compile(r"[a-z0-9_-]{1,64}")
_NAME = re.compile(r"[a-z0-9_-]{1,128}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//)?[^\s/?#]\S*")


def _is_version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError("must be a version of three numbers, such as 0.0.1 or 1.2.3-beta")
    return value


def _is_author(value: str) -> str:
    if not _AUTHOR.fullmatch(value):
        raise ValueError("author must be alphanumeric and less than 64 characters: ^[a-z0-9_-]{1,64}$")
    if _is_uuid(value):
        raise ValueError("cannot set author to an UUID")
    return value


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _is_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("plugin name must be alphanumeric and less than 128 characters: ^[a-z0-9_-]{1,128}$")
    return value


def _is_time(value: object) -> object:
    text = timestamp(value) if isinstance(value, str) else None
    if text is None:
        raise ValueError("must be an RFC 3339 time, such as 2026-01-01T00:00:00Z")
    return text


def _looks_like_url(value: str, info: ValidationInfo) -> str:
    if value and not _URL.fullmatch(value):
        warn(info, f"{info.field_name} {value[:64]!r} is not a URL")
    return value


def _positive(value: int) -> int:
    if not 0 < value < 2**63:
        raise ValueError("must be a positive number of bytes")
    return value


Version = Annotated[Text, AfterValidator(_is_version)]
Path = Annotated[Name, refuse_longer(128)]
Paths = list[Path] | None


def exactly(word: str) -> AfterValidator:
    """A check that only one word is allowed."""

    def check(value: str) -> str:
        if value != word:
            raise ValueError(f"must be {word}")
        return value

    return AfterValidator(check)


class Switch(Part):
    """A permission that is on or off."""

    enabled: Flag = False


class ModelPermission(Switch):
    """Which kinds of models may be called: `enabled` and the kind's own flag are both needed."""

    llm: Flag = False
    text_embedding: Flag = False
    rerank: Flag = False
    tts: Flag = False
    speech2text: Flag = False
    moderation: Flag = False


class StoragePermission(Switch):
    """Whether the plugin may keep data, and how much, in bytes."""

    size: Annotated[Integer, Field(ge=0, le=1_073_741_824)] = 0


class Permission(Part):
    """What the plugin may call back; what is absent is denied."""

    omit_null: ClassVar = frozenset({"tool", "model", "node", "endpoint", "app", "storage"})
    tool: Switch | None = None
    model: ModelPermission | None = None
    node: Switch | None = None
    endpoint: Switch | None = None
    app: Switch | None = None
    storage: StoragePermission | None = None


class Resource(Part):
    """What the plugin needs; memory in bytes, for information."""

    omit_null: ClassVar = frozenset({"permission"})
    memory: Annotated[Integer, AfterValidator(_positive)]
    permission: Permission | None = None


class Plugins(Part):
    """The files that declare providers, by kind; null where a kind is absent."""

    tools: Paths = None
    models: Paths = None
    endpoints: Paths = None
    agent_strategies: Paths = None
    datasources: Paths = None
    triggers: Paths = None


class Runner(Part):
    """What runs the plugin: a module of a language."""

    language: Annotated[Name, exactly("python")]
    version: Annotated[Name, refuse_longer(128)]
    entrypoint: Annotated[Name, refuse_longer(256)]


class Meta(Part):
    """The version of the manifest's own schema and where the plugin can run."""

    version: Version
    arch: list[Annotated[Text, known("arch", frozenset({"amd64", "arm64"}))]]
    runner: Runner
    minimum_dify_version: Text | None = None


class Manifest(Part):
    """manifest.yaml of a plugin."""

    omit_null: ClassVar = frozenset({"privacy", "repo"})

    version: Version
    type: Annotated[Text, exactly("plugin")]
    author: Annotated[Text, AfterValidator(_is_author)]
    name: Annotated[Text, AfterValidator(_is_name)]
    label: Title
    description: Title
    icon: Annotated[Name, refuse_longer(128)]
    icon_dark: Annotated[Text, refuse_longer(128)] = ""
    resource: Resource
    plugins: Plugins
    meta: Meta
    tags: list[Tag] = []
    created_at: Annotated[str, BeforeValidator(_is_time)]
    privacy: Text | None = None
    repo: Annotated[Text, AfterValidator(_looks_like_url)] | None = None

    @property
    def plugin_id(self) -> str:
        """`author/name` (protocol 1.5)."""
        return f"{self.author}/{self.name}"


KINDS = ("endpoint", "model", "tool", "agent_strategy", "datasource", "trigger")


def check_combination(kinds: Collection[str]) -> None:
    """Refuse sets of provider kinds that may not live in one plugin: only tool and endpoint may be combined.

    Texts begin as the daemon's (protocol 1.6, ManifestValidate).
    """
    if not kinds:
        raise _combination(
            "at least one of endpoint, model, tool, agent_strategy, trigger, or datasource must be provided"
        )
    for alone in ("model", "agent_strategy", "datasource", "trigger"):
        if alone in kinds and len(kinds) > 1:
            others = [kind for kind in KINDS if kind != alone]
            raise _combination(
                f"{alone} and {', '.join(others[:-1])}, or {others[-1]} cannot be provided at the same time"
            )


def _combination(message: str) -> BadPackage:
    return BadPackage("kinds", message, file="manifest.yaml")


def category(kinds: Collection[str]) -> str:
    """The category that lists and searches use (protocol 1.6)."""
    for kind in ("tool", "model", "datasource", "agent_strategy", "trigger"):
        if kind in kinds:
            return kind.replace("_", "-")
    return "extension"
