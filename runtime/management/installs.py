"""Answers about installing: uploads are looked into, installed, upgraded and removed; tasks are shown and cleared."""

from typing import Any

from runtime import installations, installing, storing
from runtime.errors import NotFound, Refused, RuntimeFault
from runtime.management.shapes import Shape, package_shape, started_shape, task_shape
from runtime.models import Installation, InstallTask, Package

Fields = dict[str, Any]


class TaskNotFound(RuntimeFault):
    """The daemon answers -500 with HTTP 200 here."""

    status = 200


def install(workspace_id: str, fields: Fields) -> Shape:
    return started_shape(
        installing.install(
            workspace_id,
            identifiers=fields["plugin_unique_identifiers"],
            source=fields["source"],
            metas=fields["metas"],
        )
    )


def upgrade(workspace_id: str, fields: Fields) -> Shape:
    return started_shape(
        installing.upgrade(
            workspace_id,
            original=fields["original_plugin_unique_identifier"],
            new=fields["new_plugin_unique_identifier"],
            source=fields["source"],
            meta=fields["meta"],
        )
    )


def uninstall(workspace_id: str, fields: Fields) -> bool:
    """True also when it is not there: that is what the caller wants."""
    if row := installations.find_installation(workspace_id, fields["plugin_installation_id"]):
        installing.uninstall(row)
    return True


def tasks(workspace_id: str, fields: Fields) -> list[Shape]:
    return [task_shape(task) for task in installations.page_of(installations.listed_tasks(workspace_id), **fields)[0]]


def task(workspace_id: str, fields: Fields) -> Shape:
    return task_shape(known_task(workspace_id, fields))


def known_task(workspace_id: str, fields: Fields) -> InstallTask:
    found = installations.find_task(workspace_id, fields["task_id"])
    if found is None:
        raise TaskNotFound("install task not found")
    return found


def retry_task(workspace_id: str, fields: Fields) -> bool:
    """Whether there was anything to try again."""
    return installing.retry(known_task(workspace_id, fields)) > 0


def cancel_task(workspace_id: str, fields: Fields) -> bool:
    """Whether there was anything to cancel."""
    return installing.cancel(known_task(workspace_id, fields)) > 0


def delete_tasks(workspace_id: str, fields: Fields) -> bool:
    installing.delete_ended(workspace_id)
    return True


def delete_task(workspace_id: str, fields: Fields) -> bool:
    if found := installations.find_task(workspace_id, fields["task_id"]):
        installing.delete_task(found)
    return True


def delete_item(workspace_id: str, fields: Fields) -> bool:
    if found := installations.find_task(workspace_id, fields["task_id"]):
        installing.delete_item(found, fields["identifier"])
    return True


# Packages.


def known_package(fields: Fields, complaint: str) -> Package:
    package = installations.find_package(fields["plugin_unique_identifier"])
    if package is None:
        raise Refused(complaint)
    return package


def decode(workspace_id: str, fields: Fields) -> Shape:
    """From the stored package itself, so icons have their names in it. Clients upload anew when it is refused."""
    package = known_package(fields, "plugin package not found, please upload it firstly")
    try:
        with storing.opened_package(package.unique_identifier) as opened:
            return package_shape(package, opened.declaration(verified=package.verified))
    except FileNotFoundError:
        raise Refused("plugin package not found, please upload it firstly") from None


def manifest(workspace_id: str, fields: Fields) -> Shape:
    declaration: Shape = known_package(fields, "plugin not found").declaration
    return declaration


def is_installed(workspace_id: str, fields: Fields) -> bool:
    """Anywhere, as the daemon means it: by any workspace."""
    return Installation.objects.filter(package__unique_identifier=fields["plugin_unique_identifier"]).exists()


def readme(workspace_id: str, fields: Fields) -> Shape:
    row = installations.find_readme(fields["plugin_unique_identifier"], fields["language"])
    if row is None:
        raise NotFound("no readme content available for this plugin")
    return {"content": row.content, "language": row.language}
