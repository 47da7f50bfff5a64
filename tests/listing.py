"""Organizations and listed plugins for tests: really packaged, really signed, really released."""

from functools import cache
from pathlib import Path
from typing import Any

from marketplace import keeping
from marketplace.difypkg import build_package, generate_keys, open_package, sign
from marketplace.models import Organization, Publisher, Release, Submission, User
from marketplace.releasing import release
from tests.difypkg.making import pack, plugin
from tests.places import ROOT

PLUGINS = ROOT / "tests" / "plugins"


@cache
def keys() -> tuple[bytes, bytes]:
    """The key that signs what tests list: (private, public) as PEM. Shorter than real ones, so that it is made soon."""
    return generate_keys(bits=2048)


def organization(handle: str = "acme", *, owner: User | None = None, **columns: Any) -> Organization:
    """The publisher of this handle; a new one belongs to `owner`, by default owner@<handle>.example.org."""
    made, is_new = Organization.objects.get_or_create(handle=handle, defaults={"name": handle.title()} | columns)
    if is_new:
        person = owner or User.objects.create_user(f"owner@{handle}.example.org", "open sesame")
        Publisher.objects.create(organization=made, user=person, role=Publisher.Role.OWNER)
    return made


def package_bytes(files: dict[str, Any] | None = None, **manifest: Any) -> bytes:
    """A small plugin of acme, built in memory; keywords change its manifest."""
    return pack(plugin(files, **manifest))


@cache
def built(folder: Path) -> bytes:
    return build_package(folder)


def source_bytes(source: bytes | Path | str) -> bytes:
    """A package's bytes: as they are, of a folder, or of a plugin in tests/plugins."""
    if isinstance(source, bytes):
        return source
    path = PLUGINS / source if isinstance(source, str) else source
    return built(path) if path.is_dir() else path.read_bytes()


def submitted(source: bytes | Path | str | None = None, **columns: Any) -> Submission:
    """A submission as if it had been received; its organization is the package's author."""
    data = package_bytes() if source is None else source_bytes(source)
    with open_package(data) as package:
        start: dict[str, Any] = {
            "plugin_id": package.plugin_id,
            "version": package.version,
            "unique_identifier": package.unique_identifier,
            "declaration": package.declaration(),
            "notes": "What is new.",
        }
        start["organization"] = columns.pop("organization", None) or organization(package.manifest.author)
    return Submission.objects.create(**(start | {"package": keeping.keep(data), "size": len(data)} | columns))


def listed(source: bytes | Path | str | None = None, *, category: str = "community", **columns: Any) -> Release:
    """A release of the package: bytes, a folder, the name of a plugin in tests/plugins, or a small one by default.

    Keywords are columns of its submission: channel, rollout, notes, organization …
    """
    made = submitted(source, **({"state": Submission.State.RELEASED} | columns))
    signed = sign(keeping.read(made.package), keys()[0], category=category)
    return release(made, signed=signed, category=category)


def many(count: int, **manifest: Any) -> list[Release]:
    """So many small plugins of acme, demo-0 and on."""
    return [listed(package_bytes(name=f"demo-{number}", **manifest)) for number in range(count)]
