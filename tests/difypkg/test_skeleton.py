"""New plugins: they pack at once, whatever they are called."""

import ast

import pytest

from marketplace.difypkg import BadPackage, build_package, open_package
from marketplace.difypkg.skeleton import PERMISSIONS, PROVIDERS, Blueprint, write_skeleton


def blueprint(**changes):
    return Blueprint(**{"author": "acme", "name": "my_plugin-2", "category": "tool"} | changes)


@pytest.mark.parametrize("category", PROVIDERS)
def test_every_category_packs_without_a_warning(category, tmp_path):
    target = tmp_path / "new"
    plugin = write_skeleton(target, blueprint(category=category, description='It\'s "quoted": #1 $name\u2028 {x}'))
    expected = {"llm": "model"}.get(category, category)
    assert (plugin.category, plugin.plugin_id, plugin.warnings) == (expected, "acme/my_plugin-2", [])
    with open_package(build_package(target)) as package:
        assert package.warnings == []
        assert package.declaration()["label"] == {"en_US": "My Plugin 2"}
        assert package.readmes()["en_US"].startswith("# my_plugin-2")
        for name in package.names():
            assert ".template" not in name
            assert b"$" not in package.read(name).replace(b"$name", b"")
            if name.endswith(".py"):
                assert ast.get_docstring(ast.parse(package.read(name)))


def test_the_description_comes_through_as_it_is(tmp_path):
    text = "a: \"b\" 'c' #d\n- e \\ ü {f} $g %h"
    plugin = write_skeleton(tmp_path / "new", blueprint(description=text))
    declaration = plugin.declaration()
    assert declaration["description"]["en_US"] == text
    assert declaration["tool"]["identity"]["description"]["en_US"] == text


def test_permissions_are_what_was_asked_and_what_is_needed(tmp_path):
    asked = blueprint(permissions=frozenset({"storage", "text-embedding", "app"}), storage_size=4096)
    permission = write_skeleton(tmp_path / "a", asked).declaration()["resource"]["permission"]
    assert permission["storage"] == {"enabled": True, "size": 4096}
    assert permission["app"] == {"enabled": True}
    assert [k for k, v in permission["model"].items() if v] == ["enabled", "text_embedding"]
    assert "tool" not in permission
    needed = write_skeleton(tmp_path / "b", blueprint(category="agent-strategy")).declaration()
    assert needed["resource"]["permission"]["model"]["llm"] is True
    everything = write_skeleton(tmp_path / "c", blueprint(permissions=frozenset(PERMISSIONS)))
    assert all(everything.declaration()["resource"]["permission"]["model"].values())


def test_optional_fields(tmp_path):
    plugin = write_skeleton(tmp_path / "a", blueprint(repo="https://example.com/r", minimum_dify_version="1.9.0"))
    declaration = plugin.declaration()
    assert declaration["repo"] == "https://example.com/r"
    assert declaration["meta"]["minimum_dify_version"] == "1.9.0"


@pytest.mark.parametrize(
    "changes",
    [{"author": "A B"}, {"name": "../x"}, {"category": "x"}, {"permissions": frozenset({"fly"})}, {"name": ""}],
)
def test_nothing_is_written_for_a_bad_blueprint(changes, tmp_path):
    with pytest.raises(BadPackage):
        write_skeleton(tmp_path / "new", blueprint(**changes))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "empty").mkdir()
    write_skeleton(tmp_path / "empty", blueprint())
    for taken in ("empty", "file"):
        (tmp_path / "file").touch()
        with pytest.raises(FileExistsError):
            write_skeleton(tmp_path / taken, blueprint())
