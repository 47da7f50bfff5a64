"""Small real packages for tests: of every kind, signed and unsigned, and bundles of them."""

import json
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import yaml

from marketplace import difypkg

ICON = b'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><circle cx="8" cy="8" r="7"/></svg>'
KINDS = ("tool", "model", "agent_strategy", "datasource", "trigger", "endpoint")
FOLDERS = {"tool": "tools", "model": "models", "agent_strategy": "agent_strategies", "datasource": "datasources"}
FOLDERS |= {"trigger": "triggers", "endpoint": "endpoints"}


def english(text: str) -> dict[str, str]:
    return {"en_US": text}


def identity(name: str, **more: Any) -> dict[str, Any]:
    return {"author": "acme", "name": name, "label": english(name.title()), **more}


def provider(kind: str, name: str) -> dict[str, Any]:
    """The provider file of a kind, with one child where the kind has children."""
    whole = identity(name, description=english("Does it"), icon="icon.svg", tags=[])
    match kind:
        case "tool":
            tool = {"identity": identity("do"), "description": {"human": english("Do"), "llm": "Do"}, "parameters": []}
            return {"identity": whole, "tools": [tool | source("tools/do.py")], **source("provider.py")}
        case "model":
            return {
                "provider": name,
                "label": english(name.title()),
                "icon_small": english("icon.svg"),
                "icon_large": english("icon.svg"),
                "supported_model_types": ["llm"],
                "configurate_methods": ["customizable-model"],
                "models": {},
                **source("provider.py"),
            }
        case "agent_strategy":
            strategy = {"identity": identity("think"), "description": english("Thinks"), "parameters": []}
            return {"identity": whole, "strategies": [strategy | source("think.py")]}
        case "datasource":
            drive = {"identity": identity("drive"), "description": english("Drives"), "parameters": []}
            return {
                "identity": whole,
                "provider_type": "online_drive",
                "credentials_schema": [],
                "datasources": [drive | source("drive.py")],
                **source("provider.py"),
            }
        case "trigger":
            event = {"identity": identity("rang"), "description": english("Rang"), "parameters": []}
            return {
                "identity": whole,
                "subscription_schema": [],
                "events": [event | source("rang.py")],
                **source("provider.py"),
            }
        case _:
            hook = {"path": "/hook", "method": "POST", **source("hook.py")}
            return {"settings": [], "endpoints": [hook]}


def source(path: str) -> dict[str, Any]:
    return {"extra": {"python": {"source": path}}}


def manifest(kind: str, **more: Any) -> dict[str, Any]:
    name = more.get("name", "demo")
    return {
        "version": "0.0.1",
        "type": "plugin",
        "author": "acme",
        "name": name,
        "label": english(str(name).title()),
        "description": english("A plugin for tests"),
        "icon": "icon.svg",
        "created_at": "2026-11-22T00:00:00Z",
        "tags": [],
        "resource": {"memory": 268435456, "permission": {}},
        "plugins": {FOLDERS[kind]: ["provider.yaml"]},
        "meta": {
            "version": "0.0.1",
            "arch": ["amd64", "arm64"],
            "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
        },
        **more,
    }


def package(
    kind: str = "tool",
    *,
    provider_name: str = "",
    files: dict[str, str | bytes] | None = None,
    comment: bytes = b"",
    **more: Any,
) -> bytes:
    """A package whose manifest has `more` in it; `files` are added to it, or replace what it has."""
    declared = manifest(kind, **more)
    contents: dict[str, str | bytes] = {
        "manifest.yaml": yaml.safe_dump(declared),
        "provider.yaml": yaml.safe_dump(provider(kind, provider_name or declared["name"])),
        "_assets/icon.svg": ICON,
        "main.py": "",
        "requirements.txt": "",
        "README.md": f"# {declared['name']}",
        **(files or {}),
    }
    return zipped(contents, comment)


def zipped(contents: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def identifier(data: bytes) -> str:
    return difypkg.open_package(data).unique_identifier


@cache
def keys(name: str = "ours") -> tuple[bytes, bytes]:
    """A (private, public) pair in PEM for each name; small ones, to be quick."""
    return difypkg.generate_keys(2048)


def signed(data: bytes, by: str = "ours", category: str = "community") -> bytes:
    return difypkg.sign(data, keys(by)[0], category=category, time=1_780_000_000)


def tampered(data: bytes) -> bytes:
    """A signed package in which one file was exchanged and the signature left as it was."""
    with ZipFile(BytesIO(data)) as archive:
        contents: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
        return zipped(contents | {"main.py": "import evil"}, archive.comment)


def bundle(dependencies: list[dict[str, Any]], enclosed: dict[str, bytes] | None = None) -> bytes:
    declared = {
        "name": "many",
        "labels": english("Many"),
        "description": english("Many plugins"),
        "icon": "icon.svg",
        "version": "0.0.1",
        "author": "acme",
        "type": "bundle",
        "dependencies": dependencies,
        "tags": [],
    }
    contents: dict[str, str | bytes] = {"manifest.yaml": yaml.safe_dump(declared), "_assets/icon.svg": ICON}
    return zipped(contents | {f"_assets/{name}": data for name, data in (enclosed or {}).items()})


def decoded(envelope: dict[str, Any]) -> dict[str, Any]:
    """What is inside the `message` of a failure."""
    inner: dict[str, Any] = json.loads(envelope["message"])
    return inner
