"""Versions as texts that a database sorts as versions sort."""

import re

from marketplace.difypkg import version_key

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"  # in the order of their code points
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
END = "00"  # after letters: a text sorts before those that it begins
NOT_A_PRERELEASE, PRERELEASE = "1", "0"
BEFORE_LETTERS, LETTERS_FIRST = "0", "1"


def order(version: str) -> str:
    """A text that sorts as `difypkg.version_key` does, in every collation: digits and small letters, at most 80.

    Raises BadIdentifier for what is no version.
    """
    numbers, released, pieces = version_key(version)
    text = "".join(f"{number:04}" for number in numbers) + (NOT_A_PRERELEASE if released else PRERELEASE)
    if pieces:
        text += LETTERS_FIRST if pieces[0][0] else BEFORE_LETTERS
    return text + "".join(spelled(raw) if is_text else counted(raw) for is_text, _, raw in pieces)


def spelled(letters: str) -> str:
    """Letters by their place in the order of code points, which collations do not keep."""
    return "".join(f"{LETTERS.index(letter) + 1:02}" for letter in letters) + END


def counted(raw: str) -> str:
    """A number after its length, so that 10 follows 9; then how many zeros it was written with."""
    number = raw.lstrip("0") or "0"
    zeros = len(raw) - len(number)
    # 01 is before 1, as the texts are, but 0 is before 00
    tie = DIGITS[zeros] if number == "0" else DIGITS[-1 - zeros]
    return f"{DIGITS[len(number)]}{number}{tie}"


def is_stable(version: str) -> bool:
    """Whether the version is no pre-release by its form: 1.2.3 and not 1.2.3-rc1."""
    return re.fullmatch(r"[0-9.]+", version) is not None
