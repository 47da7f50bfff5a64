"""From an uploaded package to all that starting its plugin takes: an unpacked folder, an environment, a command line."""

import contextlib
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections

from marketplace import difypkg
from runtime import allowances, companion, environment, owners, recalls, storing, timings
from runtime.environment import EnvironmentFailed, EnvironmentOptions, locking
from runtime.environment.options import PASSED as HOST_VARIABLES
from runtime.errors import StartFailed
from runtime.forkserver import origin_of
from runtime.guarding import size_of
from runtime.launching import Listener, Prepare, Prepared, Progress
from runtime.limits import Limits
from runtime.models import Contents, Package
from runtime.terms import package_of

# What of the host's environment a plugin gets to see, if it is set. No host secret is among them.
PASSED = ("LANG", "LC_ALL", "TZ", "TIKTOKEN_CACHE_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
SOURCE = ".source-"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment_options() -> EnvironmentOptions:
    """The settings that decide how environments are built."""
    proxies = {name: getattr(settings, name) for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")}
    passed = {name: os.environ[name] for name in HOST_VARIABLES if name in os.environ}
    return EnvironmentOptions(
        root=settings.PLUGIN_ENVIRONMENTS_PATH,
        cache=settings.PLUGIN_CACHE_PATH,
        uv=settings.UV_PATH or None,
        index_url=settings.PIP_MIRROR_URL,
        extra_index_urls=tuple(settings.PIP_EXTRA_INDEX_URLS),
        find_links=Path(settings.PLUGIN_WHEELS_PATH) if settings.PLUGIN_WHEELS_PATH else None,
        offline=settings.PLUGIN_OFFLINE,
        ignore_lock=settings.PLUGIN_IGNORE_UV_LOCK,
        extra_args=tuple(settings.PIP_EXTRA_ARGS.split()),
        environ=passed | {name: value for name, value in proxies.items() if value},
        idle_timeout=settings.PYTHON_ENV_INIT_TIMEOUT,
        total_timeout=settings.PLUGIN_INSTALL_TIMEOUT,
        compile_extra_args=tuple(settings.PYTHON_COMPILE_ALL_EXTRA_ARGS.split()),
        python=settings.PLUGIN_PYTHON or environment.usual(),
        at_once=settings.PLUGIN_BUILDS_AT_ONCE,
    )


def prepare_for(marker: str) -> Prepare:
    """The prepare function of a node; `marker` is what its processes, and theirs, are found by."""

    def prepare(plugin: str, heard: Listener, cancelled: Callable[[], bool]) -> Prepared:
        try:
            package = stored(package_of(plugin))
            heard(Progress("unpack", 5, "unpacking the package"))
            folder = unpacked(package)
            folders = (folder, *scratch(folder))
            with timings.builds.timed():
                built = environment.build(
                    source_of(package.unique_identifier, folder),
                    environment_options(),
                    progress=lambda step: heard(Progress(step.step, 10 + step.percent * 8 // 10, step.line)),
                    marker=marker,
                    cancelled=cancelled,
                )
            note(package, built.facts.get("packages") or {})
            limits = allowances.limits_for(package, folders, built.python)
            if limits.disk and size_of(folders) > limits.disk:
                limits = emptied(package, folders, built.python)
        except (EnvironmentFailed, difypkg.BadPackage, OSError) as error:
            raise StartFailed(str(error)) from error
        entrypoint = package.declaration["meta"]["runner"]["entrypoint"]
        patches, trust, identifier = patches_for(package), trust_of(package), package.unique_identifier
        return Prepared(
            argv=companion.wrap(str(built.python), entrypoint, patches),
            folder=folder,
            environment=plugin_environment(folders, built.python, marker),
            limits=limits,
            origin=origin_of(built, entrypoint, patches=patches, trust=trust, plugin=identifier),
        )

    return prepare


def patches_for(package: Package) -> list[str]:
    """What its SDK is taught; nothing where an operator says so."""
    return [] if package.plugin_id in settings.PLUGIN_SDK_PATCHES_NOT else settings.PLUGIN_SDK_PATCHES


def trust_of(package: Package) -> str:
    """Packages that no trusted key has signed share no memory with those that one has."""
    return "verified" if package.verified else "unverified"


def note(package: Package, packages: dict[str, str]) -> None:
    """Keeps what the environment holds, which recalls of dependencies ask for. StartFailed: one of them is about it."""
    close_old_connections()
    try:
        if Contents.objects.filter(package=package).values_list("packages", flat=True).first() != packages:
            Contents.objects.update_or_create(package=package, defaults={"packages": packages})
        if recalls.stopped([package.unique_identifier]) and (found := recalls.against(package.unique_identifier)):
            raise StartFailed(found.sentence)
    finally:
        close_old_connections()


def stored(plugin: str) -> Package:
    close_old_connections()
    try:
        return Package.objects.get(unique_identifier=plugin)
    except Package.DoesNotExist:
        raise StartFailed(f"The package {plugin} is not here any more; upload it again.") from None
    finally:
        close_old_connections()


def working_folder(plugin: str) -> Path:
    """`<author>/<name>-<version>@<checksum>` below PLUGIN_WORKING_PATH, as the daemon names it (protocol.md 1.9)."""
    return Path(settings.PLUGIN_WORKING_PATH, plugin.replace(":", "-"))


def unpacked(package: Package) -> Path:
    """The package's folder, unpacked when it is not there yet; what is there was written as a whole."""
    folder = working_folder(package.unique_identifier)
    with locking.shared(unpacking_lock()), contextlib.suppress(FileNotFoundError):
        os.utime(folder)  # it is wanted: `tidying` leaves it
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        extract(package.unique_identifier, folder)
    return folder


def extract(plugin: str, target: Path) -> None:
    """Unpacks a stored package there as a whole."""
    with storing.opened_package(plugin) as opened:
        try:
            opened.extract(target)
        except OSError:
            if not target.exists():  # else another process was quicker
                raise


def source_of(plugin: str, folder: Path) -> Path:
    """The folder that its environment is made from: its own, as long as it cannot write there.

    After that a copy of what its package holds: building runs as this process does, and what a plugin writes into its
    requirements later must not.
    """
    if folder.stat().st_uid == os.geteuid():
        return folder
    kept = copy_of(folder)
    if not kept.exists():
        extract(plugin, kept)
    return kept


def copy_of(folder: Path) -> Path:
    return folder.parent / f"{SOURCE}{folder.name}"


def scratch(folder: Path) -> tuple[Path, Path]:
    """A plugin's home and its folder for what is temporary; the path of that one is short, since sockets are made there."""
    home = folder.parent / f"{owners.HOME}{folder.name}"
    for made in (home, temporary_of(folder)):
        made.mkdir(parents=True, exist_ok=True)
    return home, temporary_of(folder)


def temporary_of(folder: Path) -> Path:
    return Path(settings.PLUGIN_WORKING_PATH, ".tmp", sha256(os.fsencode(folder)).hexdigest()[:12])


def unpacking_lock() -> Path:
    """Held for a moment by who wants an unpacked package, and by who takes an old one away."""
    return Path(settings.PLUGIN_WORKING_PATH, ".unpacking")


def emptied(package: Package, folders: tuple[Path, ...], python: Path) -> Limits:
    """What it wrote was too much: it begins anew with what its package holds. Answers its limits anew."""
    for one in folders:
        shutil.rmtree(one, ignore_errors=True)
    scratch(unpacked(package))
    return allowances.limits_for(package, folders, python)


def plugin_environment(folders: tuple[Path, ...], python: Path, marker: str) -> dict[str, str]:
    """The environment variables of a plugin: what the SDK reads, and little else (protocol.md 3.3)."""
    _, home, temporary = folders
    seconds = str(settings.PLUGIN_MAX_EXECUTION_TIMEOUT)
    variables = {name: os.environ[name] for name in PASSED if name in os.environ}
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        if value := getattr(settings, name):
            variables[name] = value
    return variables | {
        "PATH": f"{python.parent}:{SYSTEM_PATH}",
        "VIRTUAL_ENV": str(python.parent.parent),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "INSTALL_METHOD": "local",
        "MAX_REQUEST_TIMEOUT": seconds,
        "MAX_INVOCATION_TIMEOUT": seconds,
        "PATCHBAY_HOST": marker,
    }
