"""What is known of a submission, gathered from its declaration, its screening and its privacy statement."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from marketplace import keeping
from marketplace.difypkg import BadPackage, open_files
from marketplace.models import Finding, PrivacyStatement, Release, ScreeningSection, Submission
from marketplace.releasing import package_limits
from marketplace.requirements import requirement_lines
from marketplace.review import power
from marketplace.review.capabilities import capabilities
from marketplace.review.power import Item, Profile

# Releases that nobody should compare with: what they may is no longer thought right.
STAYS = "stays here"
NO_BASIS = frozenset({"recalled"})


def listed(sections: Iterable[ScreeningSection], what: str) -> dict[str, Item]:
    """All of one kind that any check has seen: `hosts` and `capabilities` are lists of texts or of objects."""
    found: dict[str, Item] = {}
    for section in sections:
        for one in section.evidence.get(what) or ():
            name = str(one.get("host") or one.get("name") or "") if isinstance(one, dict) else str(one)
            if name:
                found.setdefault(name, Item(str(one.get("text") or "") if isinstance(one, dict) else ""))
    return found


def profile(submission: Submission) -> Profile:
    """The power of a submission."""
    sections = list(submission.sections.all())
    return {
        **declared(submission.declaration),
        "hosts": listed(sections, "hosts"),
        "capabilities": can(submission, sections),
        "dependencies": power.dependencies(list(requirements(submission.package))),
        "privacy": privacy(submission),
    }


def can(submission: Submission, sections: Iterable[ScreeningSection]) -> dict[str, Item]:
    """What its code can do: what checks say so, and what their findings show, also those that were settled."""
    rules = Finding.objects.filter(section__submission=submission).values_list("rule", flat=True)
    return {name: Item() for name in capabilities(rules)} | listed(sections, "capabilities")


def declared(declaration: dict[str, Any]) -> dict[str, dict[str, Item]]:
    return {
        "permissions": power.permissions(declaration),
        "endpoints": power.endpoints(declaration),
        "secrets": power.secrets(declaration),
    }


def privacy(submission: Submission) -> dict[str, Item]:
    """What the statement says about people's data, a row a use."""
    statement = PrivacyStatement.objects.filter(submission=submission).first()
    return uses(statement.statement) if statement else {}


def uses(statement: dict[str, Any]) -> dict[str, Item]:
    """Each class of data with each recipient; purpose, retention and legal basis are its words."""
    found: dict[str, Item] = {}
    for row in statement.get("uses") or ():
        words = "; ".join(str(row[key]) for key in ("purpose", "retention", "legal_basis") if row.get(key))
        for recipient in row.get("recipients") or [STAYS]:
            found[f"{row.get('data', '?')} → {recipient}"] = Item(words)
    return found


@lru_cache(maxsize=64)
def requirements(digest: str) -> tuple[str, ...]:
    """Requirement lines of a kept package; packages are found by their hash, so this never changes."""
    try:
        return tuple(requirement_lines(open_files(keeping.read(digest), package_limits())))
    except (BadPackage, OSError, keeping.Damaged):
        return ()


def basis(submission: Submission) -> Release | None:
    """The last approved version of the plugin, that the submission is compared with."""
    releases = Release.objects.filter(plugin__plugin_id=submission.plugin_id).exclude(status__in=NO_BASIS)
    return releases.exclude(submission=submission).select_related("submission").order_by("-signed_at").first()


def approved_profile(release: Release) -> Profile:
    """The power of a release, as it was when it was approved."""
    if release.submission is not None:
        seen = profile(release.submission)
    else:
        seen = {
            **declared(release.declaration),
            "hosts": {},
            "capabilities": {},
            "privacy": uses(release.privacy_label),
        }
    hosts = {host: Item() for host in release.hosts} or seen["hosts"]
    return {**seen, "hosts": hosts, "dependencies": power.dependencies(release.dependencies)}


def difference(submission: Submission) -> power.Difference:
    """Change in power against the last approved version."""
    before = basis(submission)
    return power.compare(approved_profile(before) if before else None, profile(submission))
