"""Bundles: what they ask to install together, and what they enclose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, open_bundle, open_package, write_bundle
from marketplace.difypkg.constraints import GithubPattern, MarketplacePattern

from .making import ICON, dumped, merged, pack, plugin
from .test_folder import write

PACKAGE = pack(plugin())
DEPENDENCIES = [
    {"type": "github", "value": {"repo_pattern": "org/repo:1.2.3/asset.difypkg", "more": 1}},
    {"type": "marketplace", "value": {"marketplace_pattern": "org/plugin:^1.0.0"}},
    {"type": "package", "value": {"path": "demo"}},
]


def manifest(**changes):
    base = {
        "name": "my-bundle",
        "labels": {"en_US": "Mine"},
        "description": {"en_US": "A bundle"},
        "icon": "icon.svg",
        "version": "0.0.1",
        "author": "acme",
        "type": "bundle",
        "dependencies": DEPENDENCIES,
    }
    return merged(base, changes)


def files(changes=None, **manifest_changes):
    base = {"_assets/icon.svg": ICON, "_assets/demo": PACKAGE, "README.md": b"# Bundle", "README_zh.md": b"#"}
    return {"manifest.yaml": dumped(manifest(**manifest_changes))} | base | (changes or {})


def test_a_bundle_opens():
    bundle = open_bundle(pack(files()))
    github, market, package = [dependency.target for dependency in bundle.dependencies]
    assert isinstance(github, GithubPattern) and github.asset == "asset.difypkg"
    assert isinstance(market, MarketplacePattern) and market.version.accepts("1.4.0")
    assert package == "demo"
    assert bundle.enclosed("demo") == PACKAGE
    assert bundle.package("demo").unique_identifier == open_package(PACKAGE).unique_identifier
    assert bundle.icon == ICON
    assert bundle.readmes() == {"README.md": "# Bundle", "README_zh.md": "#"}


def test_its_json_is_the_daemons():
    printed = open_bundle(pack(files())).as_json()
    assert printed == manifest() | {
        "tags": [],
        "dependencies": [
            {"type": "github", "value": {"repo_pattern": "org/repo:1.2.3/asset.difypkg"}},
            *DEPENDENCIES[1:],
        ],
    }


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"type": "plugin"}, "declaration"),
        ({"version": "1"}, "declaration"),
        ({"name": ""}, "declaration"),
        ({"labels": ...}, "declaration"),
        ({"dependencies": ...}, "declaration"),
        ({"dependencies": [{"type": "pip", "value": {}}]}, "declaration"),
        ({"dependencies": [{"type": "package", "value": {}}]}, "declaration"),
        ({"dependencies": [{"type": "package", "value": "demo"}]}, "declaration"),
        ({"dependencies": [{"type": "package", "value": {"path": "other"}}]}, "missing-file"),
        ({"dependencies": [{"type": "package", "value": {"path": "../manifest.yaml"}}]}, "missing-file"),
        ({"dependencies": [{"type": "github", "value": {"repo_pattern": "nonsense"}}]}, "pattern"),
        ({"dependencies": [{"type": "marketplace", "value": {"marketplace_pattern": "a/b:new"}}]}, "pattern"),
        ({"icon": ""}, "declaration"),
    ],
)
def test_bad_manifests_are_refused(changes, rule):
    with pytest.raises(BadPackage) as caught:
        open_bundle(pack(files(**changes)))
    assert caught.value.rule == rule
    assert caught.value.file


def test_a_missing_icon_is_only_warned_of():
    bundle = open_bundle(pack(files(icon="other.svg")))
    assert bundle.icon is None
    assert bundle.warnings == ["manifest.yaml: names the icon 'other.svg', which is not enclosed"]


def test_a_bundle_needs_a_manifest_and_is_no_package():
    with pytest.raises(BadPackage, match="missing-manifest"):
        open_bundle(pack({"a": b""}))
    with pytest.raises(BadPackage, match="declaration"):
        open_bundle(PACKAGE)
    with pytest.raises(BadPackage, match="declaration"):
        open_package(pack(files()))


def test_a_bad_package_inside_is_named():
    bundle = open_bundle(pack(files({"_assets/demo": pack(plugin({"provider/demo.yaml": b"[]"}))})))
    with pytest.raises(BadPackage) as caught:
        bundle.package("demo")
    assert caught.value.file == "_assets/demo!provider/demo.yaml"
    with pytest.raises(BadPackage, match=r"_assets/demo: .*not-a-zip"):
        open_bundle(pack(files({"_assets/demo": b"junk"}))).package("demo")
    with pytest.raises(BadPackage, match="missing-file"):
        bundle.package("none")


def test_writing_packs_what_belongs_and_checks_what_is_enclosed(tmp_path):
    root, target = tmp_path / "bundle", tmp_path / "b.difybndl"
    write(root, files({"notes.txt": b"private", "sub/README.md": b"no"}))
    bundle = write_bundle(root, target)
    assert sorted(bundle.files) == sorted(files())
    assert open_bundle(target).as_json() == bundle.as_json()
    (root / "_assets/demo").write_bytes(b"junk")
    before = target.read_bytes()
    with pytest.raises(BadPackage, match="not-a-zip"):
        write_bundle(root, target)
    assert target.read_bytes() == before


VALID = pack(files({"_assets/demo": b"small"}))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_mutated_bundles_open_or_are_refused(changes):
    buffer = bytearray(VALID)
    for position, value in changes:
        buffer[position] = value
    try:
        bundle = open_bundle(bytes(buffer))
        bundle.as_json()
        bundle.package("demo")
    except BadPackage as error:
        assert error.rule
