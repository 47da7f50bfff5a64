"""The risk tier of a submission and why: a table of rules over its evidence (pure). The highest tier that holds counts.

The tiers are those of Dify's submission requirements (marketplace.md B.2).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from marketplace.review.power import Profile

LOW, MEDIUM, HIGH = "low", "medium", "high"
TIERS = (LOW, MEDIUM, HIGH)

# Parts of capabilities' names, as checks may write them.
DANGEROUS = {
    "command": "runs other programs",
    "exec": "runs code that it makes or fetches",
    "code": "runs code that it makes or fetches",
    "sql": "talks to databases",
    "database": "talks to databases",
    "ssh": "opens shells or file transfers on other machines",
    "sftp": "opens shells or file transfers on other machines",
    "filesystem": "works with files of its machine",
    "file_system": "works with files of its machine",
    "browser": "drives a browser",
    "arbitrary_network": "fetches addresses that a user gives",
    "binary": "brings executables along",
    "native": "brings executables along",
}
# Classes of data as privacy statements name them (marketplace/privacy). Where somebody is, is grave only when exact.
SENSITIVE = frozenset({"health", "financial", "biometrics", "government_id", "children", "precise_location"})
PERSONAL = frozenset({"location", "name", "email", "phone", "address", "files", "browsing", "purchases"})
FILES = frozenset({"file", "files"})
WRITES = ("create", "update", "delete", "send", "post", "write", "remove", "upload", "edit", "add")


@dataclass(frozen=True)
class Facts:
    """What the rules look at. `unscanned` are titles of required checks that did not run to their end."""

    profile: Profile
    declaration: Mapping[str, Any]
    privacy: Mapping[str, Any]
    unscanned: tuple[str, ...] = ()
    blocking: int = 0


class Why(NamedTuple):
    tier: str
    text: str


Rule = Callable[[Facts], Iterator[Why]]


def dangerous(facts: Facts) -> Iterator[Why]:
    for name in facts.profile.get("capabilities", {}):
        plain = name.lower().replace("-", "_").replace(" ", "_").replace("/", "_")
        text = next((words for part, words in DANGEROUS.items() if part in plain), None)
        if text:
            yield Why(HIGH, f"Its code {text} ({name}).")


def sensitive(facts: Facts) -> Iterator[Why]:
    named = {str(use.get("data", "")) for use in facts.privacy.get("uses") or ()}
    for name in sorted(named & SENSITIVE):
        yield Why(HIGH, f"Its privacy statement names sensitive data: {name.replace('_', ' ')}.")
    for name in sorted(named & PERSONAL):
        yield Why(MEDIUM, f"Its privacy statement names data of people: {name}.")


def hidden(facts: Facts) -> Iterator[Why]:
    """What nobody has looked at may be anything."""
    for title in facts.unscanned:
        yield Why(MEDIUM, f"Not scanned: {title}.")
    if facts.blocking:
        yield Why(MEDIUM, "A check found something that blocks.")


def handles_files(facts: Facts) -> Iterator[Why]:
    if any(parameter.get("type") in FILES for parameter in parameters(facts.declaration)):
        yield Why(MEDIUM, "It handles files that users upload.")


def takes_addresses(facts: Facts) -> Iterator[Why]:
    names = (str(parameter.get("name", "")).lower() for parameter in parameters(facts.declaration))
    can = facts.profile.get("capabilities", {})
    if "addresses that users give" in can or any(
        name in {"url", "uri", "urls", "base_url", "webhook_url"} or name.endswith("_url") for name in names
    ):
        yield Why(MEDIUM, "It goes to addresses that users give.")


def writes(facts: Facts) -> Iterator[Why]:
    tools = (facts.declaration.get("tool") or {}).get("tools") or []
    names = [str((tool.get("identity") or {}).get("name", "")) for tool in tools]
    found = [name for name in names if set(name.lower().replace("-", "_").split("_")) & set(WRITES)]
    if found:
        yield Why(MEDIUM, f"It changes things in another system: {', '.join(found[:5])}.")


def opens_doors(facts: Facts) -> Iterator[Why]:
    if facts.profile.get("endpoints"):
        yield Why(MEDIUM, "It answers requests from outside.")
    if "app" in facts.profile.get("permissions", {}):
        yield Why(MEDIUM, "It may call the workspace’s apps.")


def sends_out(facts: Facts) -> Iterator[Why]:
    if any("→ stays here" not in use for use in facts.profile.get("privacy", {})):
        yield Why(MEDIUM, "It sends users’ data to somebody else.")


def parameters(declaration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for tool in (declaration.get("tool") or {}).get("tools") or []:
        yield from tool.get("parameters") or []


RULES: tuple[Rule, ...] = (
    dangerous,
    sensitive,
    hidden,
    handles_files,
    takes_addresses,
    writes,
    opens_doors,
    sends_out,
)


def assess(facts: Facts) -> tuple[str, list[Why]]:
    """The tier, and every reason for it and for the lower ones, gravest first."""
    why = [one for rule in RULES for one in rule(facts)]
    why.sort(key=lambda one: -TIERS.index(one.tier))
    tier = why[0].tier if why else LOW
    return tier, why or [Why(LOW, "It reads from fixed addresses or computes, and nothing else was seen.")]
