"""Rows as the daemon's API shows them (protocol.md 8.5)."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from runtime.installations import declarations
from runtime.models import Installation, InstallItem, InstallTask, Package, Provider, Status

Shape = dict[str, Any]


def installation_shapes(rows: Sequence[Installation]) -> list[Shape]:
    """As lists have them."""
    return [
        common(row, declaration) | {"name": name_of(row.plugin_id), "installation_id": row.pk}
        for row, declaration in declared(rows)
    ]


def batch_shapes(rows: Sequence[Installation]) -> list[Shape]:
    """As the batch answer has them: the columns, and what the package says of itself."""
    return [common(row, declaration) for row, declaration in declared(rows)]


def declared(rows: Sequence[Installation]) -> Iterable[tuple[Installation, orjson.Fragment]]:
    whole = declarations.parts(row.package for row in rows)
    return ((row, whole[row.package_id]) for row in rows)


def common(row: Installation, declaration: orjson.Fragment) -> Shape:
    return {
        "id": row.pk,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "tenant_id": row.workspace_id,
        "plugin_id": row.plugin_id,
        "plugin_unique_identifier": row.package.unique_identifier,
        "runtime_type": row.runtime_type,
        "endpoints_setups": row.endpoints_setups,
        "endpoints_active": row.endpoints_active,
        "source": row.source,
        "meta": row.meta,
        "version": row.package.version,
        "checksum": row.package.checksum,
        "declaration": declaration,
    }


def name_of(plugin_id: str) -> str:
    return plugin_id.rpartition("/")[2]


def provider_shapes(rows: Sequence[Provider], *extra: str) -> list[Shape]:
    """Rows of one kind, each with its part of the declaration, and with further parts of it under their own names."""
    packages = [row.installation.package for row in rows]
    parts = {part: declarations.parts(packages, part) for part in {*(row.kind for row in rows), *extra}}
    return [
        provider_shape(row)
        | {"declaration": parts[row.kind][row.installation.package_id]}
        | {part: parts[part][row.installation.package_id] for part in extra}
        for row in rows
    ]


def provider_shape(row: Provider) -> Shape:
    return {
        "id": row.pk,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "tenant_id": row.workspace_id,
        "provider": row.name,
        "plugin_unique_identifier": row.installation.package.unique_identifier,
        "plugin_id": row.installation.plugin_id,
    }


def binding_shape(row: Provider) -> Shape:
    installation = row.installation
    return {
        "provider": row.name,
        "installation_id": installation.pk,
        "plugin_id": installation.plugin_id,
        "plugin_unique_identifier": installation.package.unique_identifier,
        "runtime_type": installation.runtime_type,
        "source": installation.source,
        "version": installation.package.version,
        "verified": installation.package.verified,
    }


def task_shape(task: InstallTask) -> Shape:
    items = list(task.items.all())
    return {
        "id": task.pk,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "status": task.status,
        "tenant_id": task.workspace_id,
        "total_plugins": len(items),
        "completed_plugins": sum(item.status == Status.SUCCESS for item in items),
        "plugins": [item_shape(item) for item in items],
    }


def item_shape(item: InstallItem) -> Shape:
    """`step` and `percent` are ours; Dify's client passes over them."""
    shown = vars(item)  # the annotations of installations.tasks
    return {
        "plugin_unique_identifier": item.package.unique_identifier,
        "labels": shown["labels"] or {},
        "icon": shown["icon"] or "",
        "icon_dark": shown["icon_dark"] or "",
        "plugin_id": item.package.plugin_id,
        "status": item.status,
        "message": item.message,
        "source": item.source,
        "step": item.step,
        "percent": item.percent,
    }


def package_shape(package: Package, manifest: Shape) -> Shape:
    """A package as uploads and decoding answer it. `signature` is ours: why it is verified, or why it is not."""
    return {
        "unique_identifier": package.unique_identifier,
        "manifest": manifest,
        "verification": package.verification,
        "signature": {"state": package.signature, "key": package.signed_by or None, "time": package.signed_at},
    }


def started_shape(task: InstallTask | None) -> Shape:
    return {"all_installed": task is None, "task_id": task.pk if task else ""}
