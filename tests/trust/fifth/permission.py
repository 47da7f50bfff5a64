"""Callbacks for which the manifest asks no permission, and the same with the permission asked for."""

from random import Random
from typing import Any

from tests.trust.copies import Copy
from tests.trust.fifth.permission_cunning import CUNNING
from tests.trust.fifth.permission_natural import NATURAL, Need
from tests.trust.fifth.permission_twins import ALIKE
from tests.trust.fifth.styles import Style, a_module, filled, write

# What the host calls a permission, and how a manifest asks for it.
ASKED: dict[str, dict[str, Any]] = {
    "storage": {"storage": {"enabled": True, "size": 1048576}},
    "tool": {"tool": {"enabled": True}},
    "app": {"app": {"enabled": True}},
    "node": {"node": {"enabled": True}},
}
PIPE = {
    "group/$mod.yaml": "settings: []\nendpoints:\n  - endpoints/$mod.yaml\n",
    "endpoints/$mod.yaml": 'path: "/$word/<key>"\nmethod: "GET"\nextra:\n  python:\n    source: "endpoints/$mod.py"\n',
    "endpoints/$mod.py": """
from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class $Word(Endpoint):
    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        return Response(values["key"], status=200, content_type="text/plain")
""",
}


def undeclared(copy: Copy, chance: Random) -> str | None:
    """A style of a callback; what it needs is taken out of the manifest, and another permission may be there."""
    if not _may_call(copy):
        return None
    if chance.random() < 0.05 and "endpoints" not in copy.manifest.get("plugins", {}):
        return _endpoint_without(copy, chance)
    need, style = chance.choice((*NATURAL, *NATURAL, *CUNNING))
    permission = _without(copy.permission(), need)
    if chance.random() < 0.4:
        permission = {**permission, **_something_else(need, chance)}
    if not _write_callable(copy, chance, style):
        return None
    copy.set_permission(permission)
    return style.name


def declared(copy: Copy, chance: Random) -> str | None:
    if not _may_call(copy):
        return None
    if chance.random() < 0.4:
        style = chance.choice(ALIKE)
        return style.name if _write_callable(copy, chance, style) else None
    need, style = chance.choice(NATURAL)
    if not _write_callable(copy, chance, style):
        return None
    permission = copy.permission()
    if need in ASKED:
        permission.update(ASKED[need])
    else:
        permission["model"] = {**(permission.get("model") or {}), "enabled": True, need: True}
    copy.set_permission(permission)
    return f"{style.name}, asked for"


def _may_call(copy: Copy) -> bool:
    """Models have no session that calls back."""
    return any(_calls(spot.path, spot.body_of) for spot in copy.spots)


def _calls(path: str, body_of: str) -> bool:
    return body_of == "_invoke" and path.startswith(("tools/", "endpoints/", "strategies/"))


def _write_callable(copy: Copy, chance: Random, style: Style) -> bool:
    one = Copy(copy.name, copy.files, [spot for spot in copy.spots if _calls(spot.path, spot.body_of)])
    return write(one, chance, style)


def _without(permission: dict[str, Any], need: Need) -> dict[str, Any]:
    left = {name: value for name, value in permission.items() if name != need}
    if need not in ASKED and isinstance(left.get("model"), dict):
        left["model"] = {name: value for name, value in left["model"].items() if name != need}
    return left


def _something_else(need: Need, chance: Random) -> dict[str, Any]:
    if need not in ASKED:
        other = chance.choice([one for one in ("llm", "rerank", "tts", "moderation") if one != need])
        return {"model": {"enabled": True, other: True}}
    other = chance.choice([one for one in ASKED if one != need])
    return ASKED[other]


def _endpoint_without(copy: Copy, chance: Random) -> str:
    """An endpoint in the manifest, and no permission to have one."""
    words = {"mod": a_module(chance), "word": "items", "Word": "Items"}
    for path, text in PIPE.items():
        copy.add(filled(path, words), filled(text, words))
    manifest = copy.manifest
    manifest["plugins"] = {**manifest["plugins"], "endpoints": [f"group/{words['mod']}.yaml"]}
    permission = _without(copy.permission(), "endpoint")
    manifest.setdefault("resource", {})["permission"] = permission
    import yaml

    copy.files["manifest.yaml"] = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False).encode()
    return "endpoint listed, not asked for"
