"""Whom a recall would hit here, told before it is made."""

from collections.abc import Iterator
from dataclasses import dataclass

from runtime.models import App, Contents, Installation
from runtime.recalls.matching import hits


@dataclass(frozen=True, slots=True)
class Impact:
    """Numbers of this runtime: what would stop."""

    plugins: int
    installations: int
    workspaces: int
    endpoints: int
    apps: int


def impact(kind: str, subject: str) -> Impact:
    """Installations that a recall is about, their endpoints that answer, and the apps that use one of these plugins."""
    rows = [row for row in installed() if hits(kind, subject, plugin=row[2], packages=row[4])]
    plugins = {row[1] for row in rows}
    pairs = {(row[0], row[1]) for row in rows}
    workspaces = {row[0] for row in rows}
    return Impact(
        plugins=len(plugins),
        installations=len(rows),
        workspaces=len(workspaces),
        endpoints=sum(row[3] for row in rows),
        apps=sum(uses(app, {plugin for at, plugin in pairs if at == app.workspace_id}) for app in apps(workspaces)),
    )


def installed() -> Iterator[tuple[str, str, str, int, dict[str, str]]]:
    """(workspace, plugin id, unique identifier, endpoints that answer, packages in its environment)."""
    held = dict(Contents.objects.values_list("package_id", "packages"))
    rows = Installation.objects.values_list(
        "workspace_id", "plugin_id", "package__unique_identifier", "endpoints_active", "package_id"
    )
    for workspace, plugin_id, identifier, endpoints, package in rows.iterator():
        yield workspace, plugin_id, identifier, endpoints, held.get(package, {})


def apps(workspaces: set[str]) -> Iterator[App]:
    yield from App.objects.filter(workspace_id__in=workspaces).iterator()


def uses(app: App, plugins: set[str]) -> bool:
    """Whether the recipe names one of the plugins; providers are written `org/name/provider` or `org/name`."""
    return any(named == plugin or named.startswith(f"{plugin}/") for named in words(app.settings) for plugin in plugins)


def words(value: object) -> Iterator[str]:
    """All strings in a recipe."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
