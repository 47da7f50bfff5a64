"""What the fourth set plants into code, and the clean twins."""

from collections.abc import Sequence
from random import Random

import yaml

from tests.trust.copies import Copy, Spot
from tests.trust.fourth import (
    code_exec,
    code_exec_cunning,
    code_files,
    code_hosts,
    code_payloads,
    code_permission,
    code_sends,
    code_sends_cunning,
    code_twins,
    code_twins_beside,
)
from tests.trust.fourth.code_places import placed
from tests.trust.fourth.code_styles import Style, a_host, filled, words_of, write
from tests.trust.words import host

HONEST = {
    "tool": {"enabled": True},
    "model": dict.fromkeys(("enabled", "llm", "text_embedding", "rerank", "tts", "speech2text", "moderation"), True),
    "node": {"enabled": True},
    "app": {"enabled": True},
    "storage": {"enabled": True, "size": 1048576},
    "endpoint": {"enabled": True},
}
_ENDPOINT = "settings: []\nendpoints:\n  - endpoints/hook_fourth.yaml\n"
_ROUTE = "path: /hook\nmethod: POST\nextra:\n  python:\n    source: endpoints/hook_fourth.py\n"
_SOURCE = """from werkzeug import Request, Response

from dify_plugin import Endpoint


class Hook(Endpoint):
    def _invoke(self, r: Request, values, settings):
        return Response("ok")
"""


def drawn(chance: Random, *kinds: Sequence[Style]) -> Style:
    """Half plain and half cunning, however many there are of each."""
    return chance.choice(chance.choice(kinds))


def permission(copy: Copy, chance: Random) -> str | None:
    declared, spot = copy.permission(), copy.a_spot(chance)
    free = [name for name in HONEST if not (declared.get(name) or {}).get("enabled")]
    if spot is None or not free:
        return None
    if "endpoint" in free and chance.random() < 0.04 and {*copy.manifest["plugins"]} == {"tools"}:
        return _an_endpoint(copy)
    style = drawn(chance, code_permission.PLAIN, code_permission.CUNNING)
    while style.needs not in (*free, "manifest"):
        style = drawn(chance, code_permission.PLAIN, code_permission.CUNNING)
    if style.needs == "manifest":
        copy.set_permission({**declared, "model": {"enabled": True, "llm": False, "tts": True}})
    elif chance.random() < 0.3:
        copy.set_permission({**declared, style.needs: {"enabled": False}})
    return placed(copy, spot, style, words=words_of(spot, chance, ""), chance=chance)


def _an_endpoint(copy: Copy) -> str:
    manifest = copy.manifest
    manifest["plugins"]["endpoints"] = ["group/hook_fourth.yaml"]
    _write_manifest(copy, manifest)
    copy.add("group/hook_fourth.yaml", _ENDPOINT)
    copy.add("endpoints/hook_fourth.yaml", _ROUTE)
    copy.add("endpoints/hook_fourth.py", _SOURCE)
    return "an endpoint"


def _write_manifest(copy: Copy, manifest: dict[str, object]) -> None:
    copy.files["manifest.yaml"] = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False).encode()


def no_permission(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    if spot is None:
        return None
    if chance.random() < 0.5:
        return write(copy, spot, chance.choice(code_twins.SESSIONS), words_of(spot, chance, ""))
    style = drawn(chance, code_permission.PLAIN, code_permission.CUNNING)
    if "_backwards_invoke" in str(style.parts) or style.needs == "manifest":
        style = code_permission.PLAIN[0]
    copy.set_permission({**copy.permission(), style.needs: HONEST[style.needs]})
    return "declared: " + write(copy, spot, style, words_of(spot, chance, ""))


def contact(copy: Copy, chance: Random) -> str | None:
    if (spot := copy.a_spot(chance)) is None:
        return None
    where = a_host(chance)
    style = drawn(chance, code_sends.PLAIN, code_sends_cunning.CUNNING, code_hosts.PLACES)
    what = chance.choice([spot.given or "{'event': 'call'}", "{'event': 'invoke', 'v': 1}", "'ping'"])
    return _sent(copy, spot, style, where=where, what=what, chance=chance)


def _sent(copy: Copy, spot: Spot, style: Style, *, where: str, what: str, chance: Random) -> str:
    words = {"url": chance.choice(code_hosts.URLS), "what": what, **words_of(spot, chance, where)}
    return placed(copy, spot, style, words=words, chance=chance)


def exfiltration(copy: Copy, chance: Random) -> str | None:
    if (spot := copy.a_spot(chance, needs="cred")) is None:
        return None
    where = a_host(chance)
    if chance.random() < 0.25:
        fitting = [one for one in code_payloads.WHOLE if one.needs in ("", spot.given)]
        return placed(copy, spot, chance.choice(fitting), words=words_of(spot, chance, where), chance=chance)
    style = drawn(chance, code_sends.PLAIN, code_sends_cunning.CUNNING)
    before, what = chance.choice(chance.choice([code_payloads.PLAIN, code_payloads.CUNNING]))
    words = words_of(spot, chance, where)
    lines = [f"import {name}" for name in code_payloads.NEEDED if f"{name}." in before + what]
    first = filled("\n".join([*lines, before]), words)
    parts = tuple((name, f"{first}\n{text}" if name == "here" else text) for name, text in style.parts)
    planted = Style(f"{style.title} of {what}", style.needs, parts)
    return _sent(copy, spot, planted, where=where, what=filled(what, words), chance=chance)


def hidden(copy: Copy, chance: Random) -> str | None:
    if (spot := copy.a_spot(chance)) is None:
        return None
    style = drawn(chance, code_exec.PLAIN, code_exec_cunning.CUNNING)
    return placed(copy, spot, style, words=words_of(spot, chance, a_host(chance)), chance=chance)


def reading(copy: Copy, chance: Random) -> str | None:
    if (spot := copy.a_spot(chance)) is None:
        return None
    style = drawn(chance, code_files.PLAIN, code_files.CUNNING)
    return placed(copy, spot, style, words=words_of(spot, chance, ""), chance=chance)


def named_contact(copy: Copy, chance: Random) -> str | None:
    return _named(copy, chance, code_twins.CONTACTS, needs="")


def service(copy: Copy, chance: Random) -> str | None:
    return _named(copy, chance, code_twins.SERVICES, needs="cred")


def _named(copy: Copy, chance: Random, kinds: Sequence[Style], *, needs: str) -> str | None:
    if (spot := copy.a_spot(chance, needs=needs)) is None:
        return None
    where = host(chance)
    said = f"\n\nThis plugin uses the service at https://{where}. It is sent what you search for and your key.\n"
    if chance.random() < 0.2:
        manifest = copy.manifest
        manifest["network"] = {"domains": [where, f"api.{where}"]}
        _write_manifest(copy, manifest)
    else:
        copy.append(chance.choice(["README.md", "PRIVACY.md"]), said)
    return write(copy, spot, chance.choice(kinds), words_of(spot, chance, where))


def plain_code(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    return write(copy, spot, chance.choice(code_twins_beside.RUNS), words_of(spot, chance, "")) if spot else None


def own_files(copy: Copy, chance: Random) -> str | None:
    spot = copy.a_spot(chance)
    return write(copy, spot, chance.choice(code_twins_beside.FILES), words_of(spot, chance, "")) if spot else None
