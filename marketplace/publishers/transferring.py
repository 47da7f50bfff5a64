"""Giving a plugin to another organization: one side offers, the other accepts.

A plugin's id begins with its publisher's handle, so the plugin goes on under a new id from the new owner's first release.
The old id stays: deprecated as transferred, with the new one as successor, and governed by the new owner.
"""

from django.db import transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Organization, Plugin, PluginTransfer, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import Role, role_in
from marketplace.publishers.retiring import keep, steerable

State = PluginTransfer.State


@transaction.atomic
def offer(plugin: Plugin, *, to: Organization, by: User, note: str = "") -> PluginTransfer:
    """Offer a plugin to another organization. Raises Refused, NotAllowed."""
    origin = plugin.organization
    owner_of(origin, by)
    steerable(plugin)
    if to.pk == origin.pk or to.closed_at:
        raise Refused("target", f"{to} cannot take it: choose another organization that is open.")
    if plugin.deprecation == Plugin.Deprecation.TRANSFERRED:
        raise Refused("transferred", f"{plugin.plugin_id} was given away before, and goes on as {plugin.successor}.")
    if Plugin.objects.filter(plugin_id=successor_of(plugin, to)).exists():
        raise Refused("target", f"{to} has a plugin named {plugin.name} already.")
    if plugin.transfers.filter(state=State.OPEN).exists():
        raise Refused("offered", "It is offered to somebody already. Withdraw that offer first.")
    made = PluginTransfer.objects.create(plugin=plugin, origin=origin, target=to, note=note.strip(), made_by=by)
    auditing.record("plugin.transfer.offer", plugin.plugin_id, by=by, after={"to": to.handle})
    return made


@transaction.atomic
def accept(found: PluginTransfer, *, by: User) -> Plugin:
    """Take an offered plugin over. Raises Refused: the offer is not open any more; NotAllowed."""
    owner_of(found.target, by)
    settle(found, State.ACCEPTED, by)
    plugin = Plugin.objects.select_for_update().get(pk=found.plugin_id)
    steerable(plugin)
    plugin.organization = found.target
    plugin.status, plugin.deprecation = Plugin.Status.DEPRECATED, Plugin.Deprecation.TRANSFERRED
    plugin.successor = successor_of(plugin, found.target)
    keep(plugin, "organization", "status", "deprecation", "successor")
    found.origin.tokens.filter(plugin_name=plugin.name, revoked_at=None).update(revoked_at=timezone.now())
    found.origin.trusted_publishers.filter(plugin_name=plugin.name).delete()
    after = {"owner": found.target.handle, "successor": plugin.successor}
    auditing.record(
        "plugin.transfer.accept", plugin.plugin_id, by=by, before={"owner": found.origin.handle}, after=after
    )
    return plugin


@transaction.atomic
def decline(found: PluginTransfer, *, by: User) -> PluginTransfer:
    """Say no to an offer, as its target, or take it back, as who made it. Raises Refused, NotAllowed."""
    if role_in(by, found.target) == Role.OWNER:
        settle(found, State.DECLINED, by)
    else:
        owner_of(found.origin, by)
        settle(found, State.WITHDRAWN, by)
    auditing.record(f"plugin.transfer.{found.state}", found.plugin.plugin_id, by=by, after={"to": found.target.handle})
    return found


def settle(found: PluginTransfer, state: State, by: User) -> None:
    changes = {"state": state, "decided_by": by, "decided_at": timezone.now()}
    if not PluginTransfer.objects.filter(pk=found.pk, state=State.OPEN).update(**changes):
        raise Refused("settled", "This offer is not open any more.")
    found.refresh_from_db()


def owner_of(organization: Organization, user: User) -> None:
    if role_in(user, organization) != Role.OWNER:
        raise NotAllowed("not_owner", f"Only an owner of {organization} may do this.")


def successor_of(plugin: Plugin, target: Organization) -> str:
    return f"{target.handle}/{plugin.name}"
