"""The cluster, for who runs the server: who is here, what they hold, who leads, and which addresses reach whom."""

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from runtime import node
from runtime.cluster import Cluster, NodeInfo, PluginState


@dataclass(frozen=True, slots=True)
class Row:
    node: NodeInfo
    plugins: int
    leads: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """An address of a node, and what each voter says of it: True, False, or None where it has not tried."""

    node: str
    address: str
    said: list[bool | None]


def cluster_of(request: HttpRequest) -> Cluster:
    """Raises PermissionDenied for who does not run the server, Http404 where this process is part of no cluster."""
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied("Only staff may see and move what runs where.")
    if node.current is None:
        raise Http404("This process has no node.")
    return node.current.cluster


@login_required
def nodes(request: HttpRequest) -> HttpResponse:
    cluster = cluster_of(request)
    holders, leader, members = cluster.holders(), cluster.leader(), cluster.nodes()
    counts, votes = Counter(holders.values()), cluster.votes()
    voters = sorted({voter for said in votes.values() for voter in said})
    context = {
        "rows": [Row(one, counts[one.id], one.id == leader) for one in members],
        "plugins": placed(cluster, holders),
        "voters": voters,
        "votes": [
            Vote(one.id, address, [votes.get(address, {}).get(voter) for voter in voters])
            for one in members
            for address in one.addresses
        ],
        "alone": not any(one.addresses for one in members),
    }
    return render(request, "nodes.html#live" if request.htmx else "nodes.html", context)  # type: ignore[attr-defined]


def placed(cluster: Cluster, holders: dict[str, str]) -> list[tuple[str, str, PluginState]]:
    """(plugin, node, state) of all that somebody holds."""
    states = cluster.states(holders)
    return [(name, holders[name], states.get(name, PluginState("pending"))) for name in sorted(holders)]


@require_POST
@login_required
def drain(request: HttpRequest, node_id: str) -> HttpResponse:
    cluster = cluster_of(request)
    if node_id not in {one.id for one in cluster.nodes()}:
        raise Http404
    on = request.POST.get("on") == "yes"
    cluster.drain(node_id, on=on)
    said = "gives its plugins to the other nodes; calls that are open go on." if on else "takes its share again."
    messages.success(request, f"{node_id} {said}")
    return redirect("nodes")
