"""Texts of the catalogue in other languages: `python -m tests.messages` compiles what locale/ holds (make messages).

New texts come into the .po files with `manage.py makemessages`, which needs GNU gettext; compiling and the tests do not.
"""

from pathlib import Path

import polib

from tests.places import ROOT

CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))


def compiled(path: Path) -> bytes:
    return bytes(polib.pofile(str(path)).to_binary())


def main() -> None:
    for path in CATALOGUES:
        path.with_suffix(".mo").write_bytes(compiled(path))
        print(f"{path.relative_to(ROOT)}: {len(polib.pofile(str(path)))} texts")


if __name__ == "__main__":
    main()
