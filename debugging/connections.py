"""A machine that has connected becomes an installation, and stops being one some time after it has left."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from debugging.handshake import Registered
from debugging.models import Connection, DebugKey
from runtime import hosting, node, storing
from runtime.models import Installation, Package, RuntimeType
from runtime.uploading import refuse_unkeepable

# A machine that comes back within this time finds its installation as it was.
RETURNS_WITHIN = timedelta(minutes=2)
FORGOTTEN_AFTER = timedelta(days=7)


@transaction.atomic
def arrive(key: DebugKey, registered: Registered, *, origin: str) -> tuple[Connection, Installation]:
    """Rows of a plugin whose handshake is complete. Raises Refused of the runtime for what no row can hold."""
    refuse_unkeepable(registered.declaration)
    for asset_id, content in registered.assets.items():
        storing.keep_asset(asset_id, content)
    package = described(key.workspace_id, registered)
    installation = hosting.admit(key.workspace_id, package)
    connection = Connection.objects.create(
        workspace_id=key.workspace_id,
        plugin_id=registered.plugin_id,
        package_id=package.pk,
        unique_identifier=package.unique_identifier,
        origin=origin,
        key=key,
    )
    return connection, installation


def described(workspace_id: str, registered: Registered) -> Package:
    """A package row without a package: only what the plugin declares."""
    identifier = registered.unique_identifier(workspace_id)
    row, _ = Package.objects.get_or_create(
        unique_identifier=identifier,
        defaults={
            "plugin_id": registered.plugin_id,
            "version": registered.version,
            "checksum": identifier.rpartition("@")[2],
            "category": registered.category,
            "size": 0,
            "declaration": registered.declaration,
        },
    )
    return row


def left(connection: Connection, *, why: str) -> None:
    """A connection is over. What it had shadowed is back at once; what was only its own stays for a while."""
    Connection.objects.filter(pk=connection.pk, left_at=None).update(left_at=timezone.now(), left_why=why[:500])
    rows = Installation.objects.filter(workspace_id=connection.workspace_id, plugin_id=connection.plugin_id)
    row = rows.filter(package_id=connection.package_id, runtime_type=RuntimeType.REMOTE).first()
    if row is not None and row.shadowed_id is not None and not still_here(connection):
        hosting.leave(connection.workspace_id, connection.plugin_id, package_id=connection.package_id)


def still_here(connection: Connection) -> bool:
    """Whether another connection of the same plugin goes on."""
    same = Connection.objects.filter(workspace_id=connection.workspace_id, package_id=connection.package_id)
    return same.filter(left_at=None).exclude(pk=connection.pk).exists()


def sweep() -> None:
    """A chore of nodes: ends installations whose machines stay away, also those whose node was killed meanwhile."""
    if node.current is None:
        return
    now = timezone.now()
    cluster = node.current.cluster
    rows = Installation.objects.filter(runtime_type=RuntimeType.REMOTE).select_related("package")
    for row in rows:
        if cluster.holder(row.package.unique_identifier) is not None:
            continue
        mine = Connection.objects.filter(workspace_id=row.workspace_id, package_id=row.package_id)
        mine.filter(left_at=None).update(left_at=now, left_why="its node is gone")
        last = mine.order_by("-left_at").first()
        if row.shadowed_id is not None or last is None or now - (last.left_at or now) > RETURNS_WITHIN:
            hosting.leave(row.workspace_id, row.plugin_id, package_id=row.package_id)
    Connection.objects.filter(left_at__lt=now - FORGOTTEN_AFTER).delete()
