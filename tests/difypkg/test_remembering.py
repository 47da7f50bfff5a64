"""A package that comes again in another shape is declared once, and one that differs in anything that counts is not."""

from pathlib import Path
from typing import Any

import pytest

from marketplace.difypkg import BadPackage, Limits, open_directory, open_package, sign
from marketplace.difypkg.remembering import MOST, _known
from tests.listing import keys

from .making import pack, plugin, tool


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    _known.clear()


def test_folder_upload_and_signed_are_declared_once(tmp_path: Path) -> None:
    files = plugin()
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    data = pack({**files, "requirements.txt": b"dify_plugin\n"})  # as it is made of uv.lock
    opened = [open_directory(tmp_path), open_package(data), open_package(sign(data, keys()[0]))]
    assert len({id(one._declared) for one in opened}) == 1
    assert [one.declaration() for one in opened] == [opened[0].declaration()] * 3
    assert [one.warnings for one in opened] == [opened[0].warnings] * 3
    assert opened[2].verification is not None
    assert opened[1].checksum != opened[2].checksum


CHANGES: dict[str, Any] = {
    "a tool": {"tools/echo.yaml": tool(description={"human": {"en_US": "Something else"}, "llm": "Other"})},
    "a source that is named": {"provider/demo.py": ...},
    "a file that is named": {"tools/echo.yaml": ...},
}


@pytest.mark.parametrize("changed", CHANGES)
def test_what_differs_below_the_same_manifest_is_read_anew(changed: str) -> None:
    before = open_package(pack(plugin()))
    try:
        after = open_package(pack(plugin(CHANGES[changed])))
    except BadPackage as error:
        assert error.rule == "missing-file"
        assert changed == "a file that is named"
        return
    assert after._declared is not before._declared
    assert (after.declaration(), after.warnings) != (before.declaration(), before.warnings)


def test_a_signature_that_a_pattern_takes_for_a_model_counts() -> None:
    made = plugin(
        {
            "provider/demo.yaml": {
                "provider": "demo",
                "label": {"en_US": "Demo"},
                "supported_model_types": ["llm"],
                "configurate_methods": ["predefined-model"],
                "models": {"llm": {"predefined": [".*"]}},
            }
        },
        plugins={"tools": ..., "models": ["provider/demo.yaml"]},
    )
    data = pack(made)
    assert open_package(data).declaration()["model"]["models"] == []
    with pytest.raises(BadPackage, match=r"\.verification\.dify\.json"):
        open_package(sign(data, keys()[0]))


def test_tighter_limits_are_asked_again() -> None:
    data = pack(plugin())
    open_package(data)
    with pytest.raises(BadPackage, match="yaml-too-many-nodes"):
        open_package(data, Limits(max_yaml_nodes=5))


def test_a_declaration_is_everybodys_own() -> None:
    data = pack(plugin())
    spoiled = open_package(data).declaration(verified=True)
    spoiled["tool"]["tools"].clear()
    fresh = open_package(data).declaration()
    assert len(fresh["tool"]["tools"]) == 1
    assert (spoiled["verified"], fresh["verified"]) == (True, False)
    assert list(fresh) == list(spoiled)


def test_only_the_last_few_are_remembered() -> None:
    for number in range(MOST + 3):
        open_package(pack(plugin(name=f"demo-{number}")))
    assert len(_known) == MOST
