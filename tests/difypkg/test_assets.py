"""Icons and their ids, in every place where a declaration can name one."""

import hashlib

import pytest

from marketplace.difypkg import BadPackage, asset_id, open_package, remap_assets

from .making import ICON, pack, plugin, provider


def test_ids_are_hashes_of_content_and_name_with_the_extension():
    digest = hashlib.sha256(b"content" + b"icon.tar.gz").hexdigest()
    assert asset_id("icon.tar.gz", b"content") == digest + ".gz"
    assert asset_id("sub.d/icon", b"").endswith(hashlib.sha256(b"sub.d/icon").hexdigest())
    assert asset_id(".svg", b"").endswith(".svg")
    assert asset_id("ü.svg", b"x") == hashlib.sha256("xü.svg".encode()).hexdigest() + ".svg"


def test_remapping_leaves_the_package_as_it_was():
    package = open_package(
        pack(plugin({"_assets/dark.svg": b"dark", "_assets/unused.png": b"p"}, icon_dark="dark.svg"))
    )
    declaration, contents = package.remapped(verified=True)
    icon, dark = asset_id("icon.svg", ICON), asset_id("dark.svg", b"dark")
    assert (declaration["icon"], declaration["icon_dark"]) == (icon, dark)
    assert declaration["tool"]["identity"]["icon"] == icon
    assert declaration["verified"] is True
    assert contents == {icon: ICON, dark: b"dark"}
    assert package.declaration()["icon"] == "icon.svg"
    assert package.assets() == {"icon.svg": ICON, "dark.svg": b"dark", "unused.png": b"p"}


IDENTITY = {**provider()["identity"], "icon": "own.svg", "icon_dark": "own-dark.svg"}
CHILD = {"author": "a", "name": "d", "label": {"en_US": "D"}, "icon": "child.svg"}
MODEL = {
    "provider": "m",
    "label": {"en_US": "M"},
    "supported_model_types": [],
    "configurate_methods": ["predefined-model"],
}
PROVIDERS = {
    "tools": ({"identity": IDENTITY}, {"own.svg", "own-dark.svg"}),
    "agent_strategies": ({"identity": IDENTITY}, {"own.svg", "own-dark.svg"}),
    "triggers": ({"identity": IDENTITY}, {"own.svg", "own-dark.svg"}),
    "datasources": (
        {"identity": IDENTITY, "provider_type": "online_drive", "datasources": [{"identity": CHILD}]},
        {"own.svg", "child.svg"},
    ),
    "models": (
        MODEL
        | {
            "icon_small": {"en_US": "s.svg", "zh_Hans": "s-zh.svg"},
            "icon_large": {"ja_JP": "l-ja.svg", "pt_BR": "l-pt.svg"},
            "icon_small_dark": {"en_US": "sd.svg"},
            "icon_large_dark": {"en_US": "ld.svg"},
        },
        {"s.svg", "s-zh.svg", "l-ja.svg", "l-pt.svg", "sd.svg", "ld.svg"},
    ),
}


@pytest.mark.parametrize("listed", PROVIDERS)
def test_every_icon_must_be_there_and_is_remapped(listed):
    data, names = PROVIDERS[listed]
    plugins = {"tools": ..., listed: ["p.yaml"]}
    files = plugin({"p.yaml": data} | {f"_assets/{name}": name.encode() for name in names}, plugins=plugins)
    declaration, contents = open_package(pack(files)).remapped()
    assert set(contents) == {asset_id(name, name.encode()) for name in names} | {asset_id("icon.svg", ICON)}
    text = str(declaration)
    assert not any(f"'{name}'" in text for name in names)
    for name in names:
        with pytest.raises(BadPackage) as caught:
            open_package(pack({n: c for n, c in files.items() if n != f"_assets/{name}"}))
        assert (caught.value.rule, caught.value.file) == ("missing-asset", f"_assets/{name}")


def test_a_missing_asset_is_named_in_the_daemons_words():
    with pytest.raises(BadPackage, match=r"file not found: icon\.svg"):
        remap_assets(open_package(pack(plugin())).declaration(), {})
