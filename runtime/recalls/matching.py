"""Which packages an entry of a block list is about. Pure."""

from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def hits(kind: str, subject: str, *, plugin: str, packages: Mapping[str, str]) -> bool:
    """Whether it is about the plugin of this unique identifier, in whose environment are these packages.

    Subjects: `org/name:1.0.0`, with or without checksum, for a version; `org/name` for a plugin; a requirement such as
    `requests<2.32` for a dependency.
    """
    if kind == "dependency":
        return holds(subject, packages)
    if kind == "plugin":
        return plugin.partition(":")[0] == subject
    return subject in (plugin, plugin.partition("@")[0])


def holds(requirement: str, packages: Mapping[str, str]) -> bool:
    """Whether one of the packages is what the requirement names."""
    try:
        asked = Requirement(requirement)
    except InvalidRequirement:
        return False
    name = canonicalize_name(asked.name)
    found = next((version for one, version in packages.items() if canonicalize_name(one) == name), None)
    if found is None:
        return False
    try:
        return asked.specifier.contains(Version(found), prereleases=True)
    except InvalidVersion:
        return not asked.specifier
