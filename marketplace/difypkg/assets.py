"""Icons: where a declaration names them, and the ids they are stored and served under (protocol 1.8)."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from hashlib import sha256
from typing import Any

from .declarations.model import ModelProvider
from .errors import BadPackage

FOLDER = "_assets/"


def assets_in(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files below `_assets/`, named relative to it."""
    return {name.removeprefix(FOLDER): files[name] for name in files if name.startswith(FOLDER)}


def asset_id(name: str, content: bytes) -> str:
    """`sha256(content + name)` in hex, with the extension of the name."""
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return sha256(content + name.encode()).hexdigest() + (base[dot:] if dot >= 0 else "")


def icon_slots(declaration: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place of a declaration's JSON that names an icon, as (object, key); empty ones are left out."""
    for holder, keys in _holders(declaration):
        for key in keys:
            if holder.get(key):
                yield holder, key


def _holders(declaration: dict[str, Any]) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    both = ("icon", "icon_dark")
    yield declaration, both
    for kind in ("tool", "agent_strategy", "trigger", "datasource"):
        if kind in declaration:
            yield declaration[kind]["identity"], both
    for datasource in declaration.get("datasource", {}).get("datasources", ()):
        yield datasource["identity"], both
    model = declaration.get("model", {})
    for field in ModelProvider.icons:
        if icons := model.get(field):
            yield icons, tuple(icons)


def check_icons(declaration: dict[str, Any], names: Mapping[str, object]) -> None:
    """Refuse a declaration that names an icon which is not below `_assets/`; `names` holds all paths of the package."""
    for holder, key in icon_slots(declaration):
        if FOLDER + holder[key] not in names:
            raise BadPackage(
                "missing-asset", "an icon that the plugin names is missing, add it", file=FOLDER + holder[key]
            )


def remap_assets(declaration: dict[str, Any], assets: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A copy of the declaration with asset ids for icons, and contents by id. BadPackage: `file not found: …`."""
    copy = deepcopy(declaration)
    contents: dict[str, bytes] = {}
    ids: dict[str, str] = {}
    for holder, key in icon_slots(copy):
        name = holder[key]
        if name not in assets:
            raise BadPackage("missing-asset", f"file not found: {name}", file=FOLDER + name)
        if name not in ids:
            ids[name] = asset_id(name, assets[name])
            contents[ids[name]] = assets[name]
        holder[key] = ids[name]
    return copy, contents
