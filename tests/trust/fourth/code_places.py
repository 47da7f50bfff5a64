"""Where a style is put: mostly at the spot, now and then guarded, or where nothing calls it yet."""

from collections.abc import Mapping
from random import Random
from textwrap import indent

from tests.trust.copies import Copy, Spot
from tests.trust.fourth.code_styles import Style, write

PLACES = ("spot",) * 6 + ("guarded", "tried", "finally", "method", "class", "end", "module", "package")
_HEAD = "def _more_<name>(self, credentials, tool_parameters):\n"
_CLASS = "class _More<Name>:\n    def run(self, credentials, tool_parameters):\n"


def placed(copy: Copy, spot: Spot, style: Style, *, words: Mapping[str, str], chance: Random) -> str:
    parts = dict(style.parts)
    place = chance.choice(PLACES)
    if place == "spot" or "member" in parts or "yield self" in parts["here"]:
        return write(copy, spot, style, words)
    if place in ("method", "class", "end", "module", "package"):
        words = {**words, **{name: _inside(words[name], spot) for name in ("cred", "given", "what") if name in words}}
        parts["here"] = parts["here"].replace(spot.cred or "<cred>", "credentials")
    moved = Style(f"{style.title} ({place})", style.needs, tuple(_moved(parts, place, spot).items()))
    return write(copy, spot, moved, words)


def _inside(text: str, spot: Spot) -> str:
    """The names that the function has for them."""
    text = text.replace(spot.cred, "credentials") if spot.cred else text
    return text.replace(spot.given, "tool_parameters") if spot.given else text


def _moved(parts: dict[str, str], place: str, spot: Spot) -> dict[str, str]:
    body, others = parts["here"], {name: text for name, text in parts.items() if name != "here"}
    if place == "guarded":
        return {"here": f"if len(str(<given>)) > 3:\n{indent(body, '    ')}", **others}
    if place == "tried":
        return {"here": f"try:\n{indent(body, '    ')}\nexcept Exception:  # noqa: BLE001\n    pass", **others}
    if place == "finally":
        return {"here": f"try:\n    pass\nfinally:\n{indent(body, '    ')}", **others}
    function = _HEAD + indent(body, "    ")
    if place == "method":
        return {"here": "", "member": function, **others}
    if place == "class":
        return {"here": "", f"append {spot.path}": _CLASS + indent(body, "        "), **others}
    if place == "end":
        return {"here": "", f"append {spot.path}": function, **others}
    top = others.pop("top", "")
    path = "more_<name>/__init__.py" if place == "package" else "more_<name>.py"
    return {"here": "", f"file {path}": f"{top}\n\n\n{function}", **others}
