"""Offline editions: a release's package with all wheels inside, for machines that reach no index.

`requirements.txt` then names every package with its hash, and the folder beside it to take them from. Dify's plugin daemon
and our own runtime install it as any other package. Its content differs, so it has an identifier of its own.
"""

from django.db import transaction

from marketplace import keeping
from marketplace.difypkg import BadPackage, Package, open_package
from marketplace.difypkg.zipping import zip_files
from marketplace.mirroring.wheels import Machine, NoWheels, Wheel, wheels_of
from marketplace.models import OfflineEdition, Release
from marketplace.releasing import package_limits
from marketplace.signing.releases import sign_edition

FOLDER = "wheels/"
# With a project file or a lock beside it, requirements.txt would not be read.
LEFT_OUT = ("pyproject.toml", "uv.lock", ".verification.dify.json")
ROOM = 1_000_000  # bytes of an archive's own, besides what is in it


def edition_of(release: Release, machine: Machine) -> OfflineEdition:
    """The edition for this machine, made where there is none. Raises NoWheels, or SigningFault."""
    found = OfflineEdition.objects.filter(release=release, python=machine.python, platform=machine.platform).first()
    if found is not None:
        return found
    limits = package_limits()
    with open_package(keeping.read(release.package), limits) as package:
        left = limits.max_package_bytes - release.package_size - ROOM
        wheels = wheels_of(package, machine, limit=left)
        data = enclosing(package, wheels)
    try:
        open_package(data, limits).close()
    except BadPackage as error:
        raise NoWheels(f"With its wheels it is no package any more: {error}") from error
    return add_edition(release, machine, data=data, wheels=[wheel.file for wheel in wheels])


def enclosing(package: Package, wheels: list[Wheel]) -> bytes:
    files = {name: content for name, content in package.files.items() if name not in LEFT_OUT}
    lines = ["--no-index", f"--find-links ./{FOLDER}", *(wheel.requirement for wheel in wheels)]
    files["requirements.txt"] = "\n".join([*lines, ""]).encode()
    files |= {FOLDER + wheel.file: wheel.content for wheel in wheels}
    return zip_files(sorted(files.items(), key=lambda file: file[0].encode()))


@transaction.atomic
def add_edition(release: Release, machine: Machine, *, data: bytes, wheels: list[str]) -> OfflineEdition:
    """Signs and keeps it. Signing the same content again gives the same identifier."""
    signed = sign_edition(release, data)
    with open_package(signed, package_limits()) as package:
        return OfflineEdition.objects.create(
            release=release,
            python=machine.python,
            platform=machine.platform,
            unique_identifier=package.unique_identifier,
            checksum=package.checksum,
            package=keeping.keep(signed),
            package_size=len(signed),
            wheels=wheels,
        )
