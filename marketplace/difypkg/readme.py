"""The descriptions that a package carries for its readers (protocol 1.1)."""

import re
from collections.abc import Mapping

_TRANSLATED = re.compile(r"readme/README_([a-z]{2}_[A-Za-z]{2,})\.md")


def readmes_in(files: Mapping[str, bytes]) -> dict[str, str]:
    """Markdown by language: `README.md` is en_US, `readme/README_<language>.md` the others. Bad UTF-8 and NULs are replaced."""
    found = {"en_US": "README.md"} if "README.md" in files else {}
    for name in files:
        if match := _TRANSLATED.fullmatch(name):
            found.setdefault(match[1], name)
    return {language: files[name].decode(errors="replace").replace("\0", "\ufffd") for language, name in found.items()}
