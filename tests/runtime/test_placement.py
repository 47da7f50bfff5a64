"""Which node runs what: everybody agrees, little moves, and what runs stays."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.cluster import NodeInfo
from runtime.placement import Scene, candidates, coming_to, free_for, preferred

names = st.sets(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=40)
places = st.lists(st.sampled_from(["n1", "n2", "n3", "n4"]), min_size=1, max_size=4, unique=True)


@given(names, places)
def test_every_plugin_has_one_place(plugins, nodes):
    scene = Scene(plugins, nodes, {})
    shares = [free_for(node, scene) for node in nodes]
    assert set().union(*shares) == plugins
    assert sum(map(len, shares)) == len(plugins)


@given(names)
def test_a_node_that_goes_moves_only_its_share(plugins):
    before = {plugin: preferred(plugin, ["n1", "n2", "n3"]) for plugin in plugins}
    after = {plugin: preferred(plugin, ["n1", "n2"]) for plugin in plugins}
    assert {plugin for plugin in plugins if before[plugin] != after[plugin]} == {
        p for p in plugins if before[p] == "n3"
    }


@given(names, places, st.randoms())
def test_moving_ends_balanced_and_then_stands_still(plugins, nodes, chance):
    holders = dict.fromkeys(plugins, nodes[0])
    for _ in range(20):
        for node in nodes:
            for plugin in coming_to(node, Scene(plugins, nodes, holders)):
                holders[plugin] = node
    for node in nodes:
        assert coming_to(node, Scene(plugins, nodes, holders)) == set()


def test_what_drains_gives_all_away_and_takes_nothing():
    nodes = [NodeInfo("n1", "h", "", draining=True), NodeInfo("n2", "h", ""), NodeInfo("door", "h", "", serves=False)]
    assert candidates(nodes) == ["n2"]
    assert candidates(nodes[:1]) == ["n1"], "the last one goes on"
    plugins = {f"p{number}" for number in range(30)}
    scene = Scene(plugins, candidates(nodes), dict.fromkeys(plugins, "n1"))
    assert coming_to("n2", scene) == plugins
    assert coming_to("n1", scene) == set()


def test_one_more_node_takes_a_share():
    plugins = {f"p{number}" for number in range(100)}
    scene = Scene(plugins, ["n1", "n2"], dict.fromkeys(plugins, "n1"))
    assert 20 <= len(coming_to("n2", scene)) <= 50
