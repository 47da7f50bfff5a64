"""Nodes, plugins, packages and tasks: what should be against what is."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from runtime import environment, node, preparing, storing
from runtime.cluster import Cluster, MemoryCluster
from runtime.doctoring.finding import Finding
from runtime.identity import identity_of
from runtime.models import UNFINISHED, Installation, InstallItem, Package, RunPolicy, RuntimeType
from runtime.process import make_cluster
from runtime.standings import standings

LEVEL = {"failed": "bad", "backoff": "warn", "unknown": "bad"}
OVERDUE = timedelta(minutes=2)  # after the end of its lease, when the master should have given a task to somebody else
MOST_NAMED = 20  # findings of one kind


def cluster() -> Cluster:
    """The one of this process, else the one that all share."""
    return node.current.cluster if node.current is not None else make_cluster()


def nodes() -> Iterator[Finding]:
    found = cluster()
    members = found.nodes()
    workers = [one for one in members if one.serves]
    if not workers:
        yield Finding("bad", "nodes", "No worker is here: no plugin runs.", "Start manage.py worker, or manage.py run.")
    for one in members:
        yield Finding("ok", "nodes", f"{one.id} is here{', draining' if one.draining else ''}.", about=one.id)
    here = {one.id for one in members}
    for holder, count in Counter(found.holders().values()).items():
        if holder not in here:
            says = f"{holder} holds {count} plugins and has not been heard of."
            yield Finding("warn", "nodes", says, "Within ten seconds another node takes them over.", about=holder)
    yield from silent(here)
    yield from unreachable(found)


def silent(here: set[str]) -> Iterator[Finding]:
    """Processes of this host that run and are not in the cluster."""
    for folder in (settings.DATA_DIR / "nodes", settings.DATA_DIR / "doors"):
        for lock in sorted(folder.glob("*.lock")):
            if is_locked(lock) and (name := identity_of(lock)) not in here and folder.name == "nodes":
                says = f"{name} runs on this host, and the cluster has not heard of it for ten seconds."
                yield Finding(
                    "warn", "nodes", says, "Read its log: it has lost Redis or the database, or hangs.", about=name
                )


def is_locked(path: Path) -> bool:
    """Without taking it: a node that starts just now must find it free."""
    found = path.stat()
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with suppress(OSError):
        return any(place in line.split() for line in Path("/proc/locks").read_text().splitlines())
    return False


def unreachable(found: Cluster) -> Iterator[Finding]:
    for address, said in found.votes().items():
        deaf = sorted(voter for voter, good in said.items() if not good)
        if deaf:
            says = f"{address} is not reached by {', '.join(deaf)}."
            yield Finding(
                "warn", "nodes", says, "Open that port between the hosts, or correct NODE_HOST.", about=address
            )


def standing() -> Iterator[Finding]:
    """Each difference between what is wished and what is, with its reason; then how many are how."""
    found = standings()
    differing = [one for one in found if not one.agrees]
    for one in differing[: 5 * MOST_NAMED]:
        where = f"{one.installation.plugin_id} in {one.installation.workspace_id}"
        node_name = f" on {one.state.node}" if one.state.node else ""
        says = f"{where} is {one.state.state}{node_name} and should be {one.wish}: {one.why}"
        yield Finding(LEVEL.get(one.state.state, "note"), "plugins", says, one.to_do, about=one.process)
    counts = Counter(one.state.state for one in found)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    yield Finding("ok", "plugins", f"{len(found)} installed{': ' if told else ''}{told}.")


def packages() -> Iterator[Finding]:
    """Installed packages whose bytes are gone: they run as long as they are unpacked, and never start elsewhere."""
    rows = Package.objects.filter(installations__runtime_type=RuntimeType.LOCAL).distinct()
    names = list(rows.values_list("unique_identifier", flat=True))
    gone = [name for name in names if not storing.has_package(name)]
    for name in gone[:MOST_NAMED]:
        says = f"The package {name} is installed, and its file is not in storage."
        yield Finding("bad", "packages", says, "Upload the same package again.", about=name)
    if names and not gone:
        yield Finding("ok", "packages", f"All {len(names)} installed packages are in storage.")


def environments() -> Iterator[Finding]:
    """What the next start would have to unpack or build on this host: slow, not wrong."""
    options = preparing.environment_options()
    names = Package.objects.filter(contents__isnull=False).values_list("unique_identifier", flat=True)
    installed = set(Installation.objects.values_list("package__unique_identifier", flat=True))
    missing = [name for name in names if name in installed and not is_ready(name, options)]
    if missing and any((settings.DATA_DIR / "nodes").glob("*.lock")):
        says = f"{len(missing)} plugins have no environment on this host, such as {missing[0]}."
        yield Finding("note", "packages", says, "It is built at the next start there, which then takes longer.")


def is_ready(name: str, options: environment.EnvironmentOptions) -> bool:
    folder = preparing.working_folder(name)
    with suppress(OSError, environment.EnvironmentFailed):
        return folder.exists() and environment.find(environment.key(folder, options), options) is not None
    return False


def tasks() -> Iterator[Finding]:
    now = timezone.now()
    for item in (
        InstallItem.objects.filter(status__in=UNFINISHED).select_related("package").defer("package__declaration")
    ):
        what = f"The installation of {item.package.unique_identifier} ({item.step or item.status}, {item.percent} %)"
        if item.lease_until and item.lease_until < now - OVERDUE:
            says = f"{what} was {item.worker}'s, who has not been heard of since {item.lease_until:%H:%M:%S}."
            yield Finding("warn", "tasks", says, "The leading node gives it to another worker: see that one runs.")
        elif item.lease_until is None and item.created_at < now - OVERDUE:
            says = f"{what} has waited since {item.created_at:%H:%M:%S} and nobody has taken it."
            yield Finding("warn", "tasks", says, "Start a worker, or see what its worker is busy with.")
        else:
            yield Finding("note", "tasks", f"{what} goes on.")


def stale_rows() -> Iterator[Finding]:
    ids = set(Installation.objects.values_list("workspace_id", "plugin_id"))
    for row in RunPolicy.objects.exclude(plugin_id=""):
        if (row.workspace_id, row.plugin_id) not in ids:
            says = f"How {row.plugin_id} runs in {row.workspace_id} is written down, and it is not installed there."
            yield Finding("note", "plugins", says, "It holds again when the plugin is installed again.")
    unwanted = Package.objects.filter(installations=None, shadowed_in=None).count()
    if unwanted:
        says = f"{unwanted} uploaded packages are installed nowhere."
        goes = f"Those that no task names go after {settings.PLUGIN_PACKAGE_DAYS} days: see manage.py tidy --dry-run."
        yield Finding(
            "note", "packages", says, goes if settings.PLUGIN_PACKAGE_DAYS else "manage.py tidy --days removes them."
        )
    if not isinstance(found := cluster(), MemoryCluster) or node.current is not None:
        installed = {name for _, name in wanted_names()}
        for name in set(found.holders()) - installed:
            yield Finding(
                "note", "plugins", f"{name} is held by a node and wished by no row.", "It is stopped within seconds."
            )


def wanted_names() -> Iterator[tuple[str, str]]:
    for one in standings():
        yield one.installation.workspace_id, one.process
    rows = Installation.objects.filter(shadowed__isnull=False)
    yield from rows.values_list("workspace_id", "shadowed__unique_identifier")
