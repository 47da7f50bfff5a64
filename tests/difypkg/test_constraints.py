"""Which versions a dependency of a bundle accepts."""

import pytest

from marketplace.difypkg import BadPackage, parse_constraint
from marketplace.difypkg.constraints import parse_github, parse_marketplace


@pytest.mark.parametrize(
    ("text", "accepted", "refused"),
    [
        ("1.2.3", ["1.2.3"], ["1.2.4", "1.2.3-rc", "1.2.2"]),
        ("1.2.3-beta", ["1.2.3-beta"], ["1.2.3", "1.2.3-alpha"]),
        ("^1.2.3", ["1.2.3", "1.9.0", "1.2.4-rc"], ["2.0.0", "1.2.2", "2.0.0-rc", "1.2.3-rc"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "1.0.0", "0.2.2"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("~1.2.3", ["1.2.3", "1.2.99"], ["1.3.0", "1.2.2"]),
        ("1.x.x", ["1.0.0", "1.9.9"], ["2.0.0", "1.0.0-rc", "0.9.0"]),
        ("1.2.X", ["1.2.0"], ["1.3.0"]),
        ("x.x.x", ["0.0.0", "9999.1.2"], ["1.0.0-rc"]),
        ("1.0.0-2.0.0", ["1.0.0", "1.5.0", "2.0.0"], ["0.9.9", "2.0.1"]),
        ("1.0.0-rc-2.0.0-rc", ["1.0.0-rc", "1.0.0", "2.0.0-rc"], ["2.0.0", "1.0.0-beta"]),
    ],
)
def test_constraints(text, accepted, refused):
    constraint = parse_constraint(text)
    assert str(constraint) == text
    assert [v for v in accepted + refused if constraint.accepts(v)] == accepted


@pytest.mark.parametrize("text", ["", "1", "1.2", "^1.x.x", ">1.0.0", "1.0.0 - 2.0.0", "latest", "1.2.3.4", "~"])
def test_other_texts_are_refused(text):
    with pytest.raises(BadPackage, match="pattern"):
        parse_constraint(text)


def test_patterns():
    github = parse_github("org/repo:^1.2.3/asset.difypkg")
    assert (github.owner, github.repo, str(github.release), github.asset) == ("org", "repo", "^1.2.3", "asset.difypkg")
    market = parse_marketplace("org/plugin:1.x.x")
    assert (market.plugin_id, str(market.version)) == ("org/plugin", "1.x.x")


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_github, "org/repo:1.2.3"),
        (parse_github, "Org/repo:1.2.3/a"),
        (parse_github, "org/repo:1.2.3/a/b"),
        (parse_github, "org/repo:new/a"),
        (parse_marketplace, "org/plugin"),
        (parse_marketplace, "plugin:1.2.3"),
        (parse_marketplace, "org/plugin:1.2.3/a"),
    ],
)
def test_other_patterns_are_refused(parse, text):
    with pytest.raises(BadPackage, match="pattern"):
        parse(text)
