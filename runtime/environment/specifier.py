"""Python version specifiers (PEP 440, release numbers only), as in ``requires-python``."""

import re

Release = tuple[int, ...]
CLAUSE = re.compile(r"^\s*(===|==|~=|!=|<=|>=|<|>)\s*v?([0-9]+(?:\.[0-9]+)*)(\.\*)?[^\s]*\s*$")


def satisfies(release: Release, specifiers: str) -> bool:
    """Tell whether a release such as (3, 12, 1) is within ``>=3.11,<4``; a clause that cannot be read does not count."""
    return all(_meets(release, clause) for clause in specifiers.split(",") if clause.strip())


def _meets(release: Release, clause: str) -> bool:
    parsed = CLAUSE.match(clause)
    if parsed is None:
        return True
    operator, text, wildcard = parsed.groups()
    wanted = tuple(int(part) for part in text.split("."))
    if operator == "~=":
        return release >= wanted and release[: len(wanted) - 1] == wanted[:-1]
    if wildcard:
        return (release[: len(wanted)] == wanted) is (operator != "!=")
    return _compare(release, operator, _padded(wanted, len(release)))


def _padded(release: Release, length: int) -> Release:
    return release + (0,) * (length - len(release))


def _compare(release: Release, operator: str, wanted: Release) -> bool:
    match operator:
        case "==" | "===":
            return release == wanted
        case "!=":
            return release != wanted
        case "<=":
            return release <= wanted
        case ">=":
            return release >= wanted
        case "<":
            return release < wanted
        case _:
            return release > wanted
