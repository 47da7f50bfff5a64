"""The page of nodes: staff alone see and move what runs where."""

import pytest
from django.test import Client

from runtime.cluster import NodeInfo, PluginState
from tests.pages.conftest import cluster, house, loop, people, visit, workspace

__all__ = ["cluster", "house", "loop", "people", "visit", "workspace"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(people):
    people.owner.is_staff = True
    people.owner.save()
    return people.owner


def test_staff_alone_see_it(visit, staff):
    assert visit().get("/nodes").status_code == 200
    for name in ("admin", "member", "stranger"):
        assert visit(name).get("/nodes").status_code == 403
        assert visit(name).post("/nodes/n-1/drain", {"on": "yes"}).status_code == 403
    assert Client().get("/nodes").status_code == 302


def test_it_shows_who_holds_what(visit, staff, cluster):
    cluster.join(NodeInfo("n-1", "here", "", ("10.0.0.1:5004",)))
    cluster.join(NodeInfo("n-2", "there", ""))
    cluster.claim(["patchbay/echo:0.0.1@abc"], "n-2")
    cluster.tell({"patchbay/echo:0.0.1@abc": PluginState("running", node="n-2")}, "n-2")
    page = visit().get("/nodes").content.decode()
    for shown in ("n-1", "n-2", "10.0.0.1:5004", "patchbay/echo", "Running", "Drain"):
        assert shown in page, shown


def test_a_node_is_drained_and_used_again(visit, staff, cluster):
    for name in ("n-1", "n-2"):
        cluster.join(NodeInfo(name, "here", ""))
    assert visit().post("/nodes/n-2/drain", {"on": "yes"}).status_code == 302
    assert [node.draining for node in cluster.nodes()] == [False, True]
    assert b"Drained" in visit().get("/nodes").content
    visit().post("/nodes/n-2/drain", {"on": "no"})
    assert not any(node.draining for node in cluster.nodes())
    assert visit().post("/nodes/n-9/drain", {"on": "yes"}).status_code == 404
