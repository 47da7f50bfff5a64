"""A privacy text put in the place of the one that a plugin has, and the hosts that it would have to name."""

import re

from tests.trust.copies import Copy

STRANGE = re.compile(
    r"(example|localhost|w3\.org|schema|github\.com|dify\.ai|your|docs?\.|python\.org|\.md$)", re.IGNORECASE
)


def _named(copy: Copy, text: str) -> str:
    label = copy.manifest.get("label") or {}
    return text.replace("@plugin", str(label.get("en_US") or copy.manifest.get("name")))


def write(copy: Copy, text: str, *, path: str = "PRIVACY.md") -> None:
    """As the plugin's privacy text; the one that it had is gone."""
    manifest = copy.manifest
    if old := manifest.get("privacy"):
        copy.files.pop(str(old).removeprefix("./"), None)
    copy.set_permission(copy.permission())  # in the form in which it is written below
    lines = [line for line in copy.files["manifest.yaml"].decode().splitlines() if not line.startswith("privacy:")]
    copy.add("manifest.yaml", "\n".join((*lines, f"privacy: {path}", "")))
    copy.add(path, _named(copy, text))


def hosts(copy: Copy) -> str:
    """Those that stand in the plugin's code, as a sentence names them."""
    found = sorted(
        {
            match[1].rstrip(".")
            for path, content in copy.files.items()
            if path.endswith((".py", ".yaml"))
            for match in re.finditer(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)", content.decode(errors="replace"))
            if path.endswith(".py") and not STRANGE.search(match[1])
        }
    )
    return ", ".join(found) if found else "the service whose address you configure"
