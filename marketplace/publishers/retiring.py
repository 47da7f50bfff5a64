"""The end of a plugin: deprecated with a reason and a successor, closed, opened again."""

from django.db import transaction

from marketplace import auditing
from marketplace.catalogue import indexing
from marketplace.models import Plugin, User
from marketplace.publishers.errors import Refused

Status, Deprecation = Plugin.Status, Plugin.Deprecation


@transaction.atomic
def deprecate(plugin: Plugin, *, reason: str, by: User, successor: str = "", note: str = "") -> Plugin:
    """Say that a plugin is no longer cared for, why, and what to use instead. It stays installable. Raises Refused."""
    if reason not in Deprecation.values:
        raise Refused("reason", "Choose one of the reasons: they are those that Dify’s pages have words for.")
    if reason == Deprecation.TRANSFERRED and not successor:
        raise Refused("successor", "Name the plugin that it goes on as.")
    check_successor(plugin, successor)
    steerable(plugin)
    plugin.status, plugin.deprecation = Status.DEPRECATED, reason
    plugin.successor, plugin.deprecation_note = successor, note.strip()
    keep(plugin, "status", "deprecation", "successor", "deprecation_note")
    auditing.record("plugin.deprecate", plugin.plugin_id, by=by, after={"reason": reason, "successor": successor})
    return plugin


def check_successor(plugin: Plugin, successor: str) -> None:
    """A successor is a listed plugin, and not one that itself leads back here."""
    seen = {plugin.plugin_id}
    while successor:
        if successor in seen:
            raise Refused("successor", "A plugin cannot succeed itself, nor by way of others.")
        seen.add(successor)
        found = Plugin.objects.filter(plugin_id=successor).first()
        if found is None:
            raise Refused("successor", f"There is no plugin {successor} here.")
        successor = found.successor


@transaction.atomic
def undeprecate(plugin: Plugin, *, by: User) -> Plugin:
    """Take a deprecation back. Raises Refused: it was given away, or is not deprecated."""
    if plugin.status != Status.DEPRECATED:
        raise Refused("not_deprecated", f"{plugin.plugin_id} is not deprecated.")
    if plugin.deprecation == Deprecation.TRANSFERRED:
        raise Refused("transferred", f"{plugin.plugin_id} goes on as {plugin.successor}.")
    plugin.status, plugin.deprecation, plugin.successor, plugin.deprecation_note = Status.ACTIVE, "", "", ""
    keep(plugin, "status", "deprecation", "successor", "deprecation_note")
    auditing.record("plugin.undeprecate", plugin.plugin_id, by=by)
    return plugin


@transaction.atomic
def close(plugin: Plugin, *, by: User, note: str = "") -> Plugin:
    """List a plugin no more. Who has it keeps it, and can fetch the version that they have. Raises Refused."""
    steerable(plugin)
    before, plugin.status = plugin.status, Status.CLOSED
    plugin.deprecation_note = note.strip() or plugin.deprecation_note
    keep(plugin, "status", "deprecation_note")
    auditing.record("plugin.close", plugin.plugin_id, by=by, before={"status": before}, after={"note": note.strip()})
    return plugin


@transaction.atomic
def reopen(plugin: Plugin, *, by: User) -> Plugin:
    """List a closed plugin again. Raises Refused: it is not closed."""
    if plugin.status != Status.CLOSED:
        raise Refused("not_closed", f"{plugin.plugin_id} is not closed.")
    plugin.status = Status.DEPRECATED if plugin.deprecation else Status.ACTIVE
    keep(plugin, "status")
    auditing.record("plugin.reopen", plugin.plugin_id, by=by)
    return plugin


def steerable(plugin: Plugin) -> None:
    """Raises Refused if its publisher has no say in it at present."""
    if plugin.status == Status.RECALLED:
        raise Refused("recalled", f"{plugin.plugin_id} was recalled by this marketplace.")
    if plugin.status == Status.CLOSED:
        raise Refused("closed", f"{plugin.plugin_id} is closed. Open it again first.")


def keep(plugin: Plugin, *columns: str) -> None:
    """Write these columns, and let the plugin be found as it is now."""
    plugin.save(update_fields=[*columns, "updated_at"])
    indexing.index(plugin)
