"""Privacy texts beside code that does what they deny, and beside code that does what they say."""

import re
from random import Random

import yaml

from tests.trust.copies import Copy
from tests.trust.sixth import denials, doings, honest
from tests.trust.sixth.styles import Style, fill, of_code

# What is denied, how often it is drawn.
ABOUT = ("SENDS", "SENDS", "SENDS", "nothing planted", "STORES", "STORES", "FILES", "LOGS", "COUNTS", "CREDENTIALS")
TITLES = ("Privacy", "Privacy Policy", "Data protection", "Your data", "Security & Privacy")
HOSTS = re.compile(r"https?://(?:[^/@\s'\"]+@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I)


def _does(copy: Copy, chance: Random, about: str) -> tuple[Style, dict[str, str]] | None:
    return of_code(copy, chance, getattr(doings, about))


def denying(copy: Copy, chance: Random) -> str | None:
    about = chance.choice(ABOUT)
    done = _does(copy, chance, about) if about != "nothing planted" else None
    if done is None:
        about, title = "SENDS", "as it is"
    else:
        title = done[0].name
    place = chance.choice(sorted(PLACES))
    text = (
        chance.choice(denials.BRIEF)
        if place == "description" and about == "SENDS"
        else chance.choice(getattr(denials, about))
    )
    if place == "privacy.yaml" and about not in ("SENDS", "STORES", "COUNTS"):
        place = "PRIVACY.md"
    PLACES[place](copy, text, chance)
    return f"{about}: {title}: {place}: {text[:60]!r}"


def _policy(copy: Copy, text: str, chance: Random) -> None:
    copy.add("PRIVACY.md", f"# {chance.choice(TITLES)}\n\n{text}\n")


def _long_policy(copy: Copy, text: str, chance: Random) -> None:
    """With sections about nothing in particular around it."""
    copy.add(
        "PRIVACY.md",
        f"# {chance.choice(TITLES)}\n\nThis page explains how the plugin deals with data. It was last changed in May 2025.\n\n"
        f"## What happens\n\n{text}\n\n## Changes\n\nWe may change this page; changes are listed in the release notes.\n\n"
        "## Contact\n\nOpen an issue in the repository if you have a question.\n",
    )


def _readme(copy: Copy, text: str, chance: Random) -> None:
    copy.append("README.md", f"\n\n## {chance.choice(TITLES)}\n\n{text}\n")


def _readme_alone(copy: Copy, text: str, chance: Random) -> None:
    copy.files.pop("PRIVACY.md", None)
    _readme(copy, text, chance)


def _readme_and_pointer(copy: Copy, text: str, chance: Random) -> None:
    copy.add("PRIVACY.md", "# Privacy\n\nSee the section on privacy in the README.\n")
    _readme(copy, text, chance)


def _other_file(copy: Copy, text: str, chance: Random) -> None:
    copy.files.pop("PRIVACY.md", None)
    manifest = copy.manifest
    manifest["privacy"] = path = chance.choice(("docs/privacy.md", "legal/data_protection.md", "PRIVACY_POLICY.md"))
    copy.files["manifest.yaml"] = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False).encode()
    copy.add(path, f"# {chance.choice(TITLES)}\n\n{text}\n")


def _described(copy: Copy, text: str, _: Random) -> None:
    manifest = copy.manifest
    said = dict(manifest.get("description") or {})
    said["en_US"] = f"{said.get('en_US', 'A tool.').rstrip('.')}. {text}"
    manifest["description"] = said
    copy.files["manifest.yaml"] = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False).encode()


def _structured(copy: Copy, _: str, __: Random) -> None:
    copy.files.pop("PRIVACY.md", None)
    copy.add("privacy.yaml", "collects_nothing: true\nuses: []\n")


def _translated(copy: Copy, text: str, chance: Random) -> None:
    copy.append("readme/README_zh_Hans.md", f"\n\n## {chance.choice(('隐私', '隐私政策', '数据安全'))}\n\n{text}\n")


PLACES = {
    "PRIVACY.md": _policy,
    "PRIVACY.md, long": _long_policy,
    "README.md": _readme,
    "README.md alone": _readme_alone,
    "README.md, pointed to": _readme_and_pointer,
    "another file": _other_file,
    "description": _described,
    "privacy.yaml": _structured,
    "translated README": _translated,
}


def _stores(copy: Copy) -> bool:
    return any(b"storage.set(" in content for path, content in copy.files.items() if path.endswith(".py"))


_DENIES_STORAGE = re.compile(rb"(?i)\b(?:no|not|never)\b.{0,40}(?:stor|sav|retain|kept)")


def _says_otherwise(copy: Copy) -> bool:
    """Whether its own README denies what would be planted: such a twin is not clean."""
    return bool(_DENIES_STORAGE.search(copy.files.get("README.md", b"")))


def telling(copy: Copy, chance: Random) -> str | None:
    """Most texts say that the plugin keeps nothing, so one that does so by itself gets the texts about that."""
    about = (
        "STORES"
        if _stores(copy)
        else chance.choice(("SENDS", "SENDS", "SENDS", "STORES", "LOGS", "COUNTS", "CREDENTIALS"))
    )
    if about == "STORES" and _says_otherwise(copy):
        return None
    done = _does(copy, chance, about)
    if done is None:
        return None
    style, values = done
    text = chance.choice(getattr(honest, about))
    told = fill(text.replace("@hosts", _all_hosts(copy)), values)
    place = chance.choice(("PRIVACY.md", "PRIVACY.md", "PRIVACY.md, long", "README.md, pointed to", "another file"))
    PLACES[place](copy, told, chance)
    return f"{about}: {style.name}: {place}: {text[:60]!r}"


def _all_hosts(copy: Copy) -> str:
    """Every one that the code names, so that the text is complete."""
    texts = (
        content.decode(errors="replace") for path, content in copy.files.items() if path.endswith((".py", ".yaml"))
    )
    found = {host.lower() for text in texts for host in HOSTS.findall(text)}
    return ", ".join(sorted(found)) or "the address that you configure"
