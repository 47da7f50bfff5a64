"""`manage.py node`: who is in the cluster, and giving away what one of them runs before it is stopped."""

import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from runtime.cluster import Cluster
from runtime.process import make_cluster

LOOK_EVERY = 0.5  # seconds


class Command(BaseCommand):
    help = "List the nodes of the cluster; drain one before it is stopped, or let it take its share again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        actions.add_parser("list", help="who is here, what they hold, who leads")
        drain = actions.add_parser("drain", help="move all plugins of a node to the others; no call is lost")
        drain.add_argument("node")
        drain.add_argument(
            "--wait", type=float, default=0, metavar="SECONDS", help="until it holds nothing, at most so long"
        )
        resume = actions.add_parser("resume", help="let a drained node take its share again")
        resume.add_argument("node")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("Without REDIS_URL there is one process only, and nothing to move.")
        cluster = make_cluster()
        if action == "list":
            self.list(cluster)
        else:
            self.switch(cluster, options["node"], on=action == "drain", wait=options.get("wait", 0))

    def list(self, cluster: Cluster) -> None:
        held, leader = Counter(cluster.holders().values()), cluster.leader()
        for node in cluster.nodes():
            notes = [word for word, yes in (("leads", node.id == leader), ("draining", node.draining)) if yes]
            places = ", ".join(node.addresses) or "this host only"
            self.stdout.write(f"{node.id}  {held[node.id]} plugins  {places}  {' '.join(notes)}".rstrip())

    def switch(self, cluster: Cluster, node_id: str, *, on: bool, wait: float) -> None:
        if node_id not in {node.id for node in cluster.nodes()}:
            raise CommandError(f"There is no node {node_id}; manage.py node list names them.")
        cluster.drain(node_id, on=on)
        until = time.monotonic() + wait
        while on and (left := [name for name, holder in cluster.holders().items() if holder == node_id]):
            if time.monotonic() >= until:
                if wait:
                    raise CommandError(f"After {wait:g} s it still holds {', '.join(left)}.")
                break
            time.sleep(LOOK_EVERY)
        self.stdout.write(f"{node_id} {'gives away what it runs' if on else 'takes its share again'}.")
