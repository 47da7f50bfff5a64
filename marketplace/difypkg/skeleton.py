"""A new plugin that starts, packs and can be tried at once, from the templates in `skeletons/`."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Any

import yaml

from .declarations.base import words
from .errors import BadPackage
from .package import Package, open_directory

PROVIDERS = {
    "tool": ("tools", "provider/provider.yaml"),
    "llm": ("models", "provider/provider.yaml"),
    "extension": ("endpoints", "group/group.yaml"),
    "agent-strategy": ("agent_strategies", "provider/provider.yaml"),
    "datasource": ("datasources", "provider/provider.yaml"),
    "trigger": ("triggers", "provider/provider.yaml"),
}
"""By category, where the manifest lists its provider file."""

MODEL_KINDS = ("llm", "text-embedding", "rerank", "tts", "speech2text", "moderation")
PERMISSIONS = ("tool", "model", *MODEL_KINDS, "node", "endpoint", "app", "storage")
_NEEDED = {"extension": words("endpoint"), "agent-strategy": words("llm")}
_SUFFIX = ".template"
_MEMORY = 268_435_456


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """What a new plugin is to be: `permissions` out of PERMISSIONS, `storage_size` in bytes.

    What the skeleton of the category itself needs is allowed in any case.
    """

    author: str
    name: str
    category: str
    description: str = ""
    repo: str = ""
    minimum_dify_version: str = ""
    permissions: frozenset[str] = frozenset()
    storage_size: int = 1_048_576

    @property
    def label(self) -> str:
        """The name as a title: `my-plugin` becomes `My Plugin`."""
        return " ".join(word.capitalize() for word in re.split(r"[-_]+", self.name) if word) or self.name


def write_skeleton(target: Path, blueprint: Blueprint) -> Package:
    """Write a new plugin to the directory `target`, which must not exist or be empty; returns it opened.

    Raises BadPackage for a bad author, name or category, FileExistsError; then nothing has been written.
    """
    if blueprint.category not in PROVIDERS:
        raise BadPackage("category", f"category must be one of {', '.join(PROVIDERS)}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} exists already and is not an empty directory")
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name[:64]}.", dir=target.parent.resolve()))
    try:
        for path, content in _contents(blueprint):
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        open_directory(staging).close()
        staging.chmod(0o755)
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return open_directory(target)


def _contents(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    yield "manifest.yaml", yaml.safe_dump(manifest_for(blueprint), sort_keys=False, allow_unicode=True)
    texts = _texts(blueprint)
    for folder in ("common", blueprint.category):
        for path, template in _templates(files(__package__) / "skeletons" / folder, ""):
            yield path, Template(template).substitute(texts)


def _templates(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _templates(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            yield path + entry.name.removesuffix(_SUFFIX), entry.read_text(encoding="utf-8")


def _texts(blueprint: Blueprint) -> dict[str, str]:
    """What templates may ask for; all but `plain_description` are quoted for YAML, whose strings JSON's are."""
    quoted = {
        "author": blueprint.author,
        "name": blueprint.name,
        "label": blueprint.label,
        "description": _description(blueprint),
    }
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in quoted.items()}
    return texts | {"plain_name": blueprint.name, "plain_description": _description(blueprint)}


def _description(blueprint: Blueprint) -> str:
    return blueprint.description or f"{blueprint.label}, a plugin"


def manifest_for(blueprint: Blueprint) -> dict[str, Any]:
    """manifest.yaml of a new plugin."""
    listed, path = PROVIDERS[blueprint.category]
    meta: dict[str, Any] = {
        "version": "0.0.1",
        "arch": ["amd64", "arm64"],
        "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
    }
    if blueprint.minimum_dify_version:
        meta["minimum_dify_version"] = blueprint.minimum_dify_version
    manifest: dict[str, Any] = {
        "version": "0.0.1",
        "type": "plugin",
        "author": blueprint.author,
        "name": blueprint.name,
        "label": {"en_US": blueprint.label},
        "description": {"en_US": _description(blueprint)},
        "icon": "icon.svg",
        "resource": {"memory": _MEMORY, "permission": _permission(blueprint)},
        "plugins": {listed: [path]},
        "meta": meta,
        "tags": [],
        "created_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "privacy": "PRIVACY.md",
    }
    return manifest | ({"repo": blueprint.repo} if blueprint.repo else {})


def _permission(blueprint: Blueprint) -> dict[str, Any]:
    allowed = blueprint.permissions | _NEEDED.get(blueprint.category, frozenset())
    if unknown := allowed - set(PERMISSIONS):
        raise BadPackage("permission", f"permission must be one of {', '.join(PERMISSIONS)}, not {min(unknown)}")
    permission: dict[str, Any] = {
        name: {"enabled": True} for name in ("tool", "node", "endpoint", "app") if name in allowed
    }
    if kinds := [kind for kind in MODEL_KINDS if kind in allowed]:
        permission["model"] = {"enabled": True} | {kind.replace("-", "_"): True for kind in kinds}
    elif "model" in allowed:
        permission["model"] = {"enabled": True}
    if "storage" in allowed:
        permission["storage"] = {"enabled": True, "size": blueprint.storage_size}
    return permission
