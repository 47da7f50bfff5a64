"""Manifests: what is refused, what is printed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, open_package

from .making import merged, pack, plugin, provider


def opened(**changes):
    return open_package(pack(plugin(**changes)))


DECLARATION = {
    "version": "0.0.1",
    "type": "plugin",
    "author": "acme",
    "name": "demo",
    "label": {"en_US": "Demo"},
    "description": {"en_US": "A demo"},
    "icon": "icon.svg",
    "icon_dark": "",
    "resource": {"memory": 268435456, "permission": {"storage": {"enabled": True, "size": 1048576}}},
    "plugins": {
        "tools": ["provider/demo.yaml"],
        "models": None,
        "endpoints": None,
        "agent_strategies": None,
        "datasources": None,
        "triggers": None,
    },
    "meta": {
        "version": "0.0.1",
        "arch": ["amd64", "arm64"],
        "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
        "minimum_dify_version": None,
    },
    "tags": [],
    "created_at": "2026-01-01T00:00:00Z",
    "verified": False,
    "tool": {
        "identity": {
            "author": "acme",
            "name": "demo",
            "description": {"en_US": "A demo"},
            "icon": "icon.svg",
            "icon_dark": "",
            "label": {"en_US": "Demo"},
            "tags": [],
        },
        "credentials_schema": [],
        "oauth_schema": None,
        "tools": [
            {
                "identity": {"author": "acme", "name": "echo", "label": {"en_US": "Echo"}},
                "description": {"human": {"en_US": "Echoes"}, "llm": "Echoes"},
                "parameters": [
                    {
                        "name": "text",
                        "label": {"en_US": "Text"},
                        "human_description": {"en_US": "The text"},
                        "type": "string",
                        "scope": None,
                        "form": "llm",
                        "llm_description": "",
                        "required": False,
                        "auto_generate": None,
                        "template": None,
                        "default": None,
                        "min": None,
                        "max": None,
                        "multiple": False,
                        "precision": None,
                        "options": None,
                    }
                ],
                "has_runtime_parameters": False,
            }
        ],
    },
}


def test_the_declaration_of_a_small_plugin_is_the_daemons():
    assert opened().declaration() == DECLARATION


def test_optional_fields_are_printed_when_there():
    full = opened(
        icon_dark="icon.svg",
        tags=["search", "rag"],
        privacy="PRIVACY.md",
        repo="https://example.com/x",
        label={"en_US": "Demo", "zh_Hans": "演示", "de_DE": "Vorführung"},
        resource={"permission": {"model": {"enabled": True, "llm": True}, "node": None, "tool": {}}},
        meta={"minimum_dify_version": "1.4.0"},
        verified=True,
    ).declaration(verified=True)
    assert full["tags"] == full["tool"]["identity"]["tags"] == ["search", "rag"]
    assert full["label"] == {"en_US": "Demo", "zh_Hans": "演示"}
    assert (full["privacy"], full["repo"], full["verified"]) == ("PRIVACY.md", "https://example.com/x", True)
    assert full["meta"]["minimum_dify_version"] == "1.4.0"
    assert full["resource"]["permission"] == {
        "tool": {"enabled": False},
        "model": {
            "enabled": True,
            "llm": True,
            "text_embedding": False,
            "rerank": False,
            "tts": False,
            "speech2text": False,
            "moderation": False,
        },
        "storage": {"enabled": True, "size": 1048576},
    }
    assert "permission" not in opened(resource={"permission": ...}).declaration()["resource"]


REFUSED: dict[str, list[Any]] = {
    "version": ["1.0", "1.0.0.0", "v1.0.0", "1.0.0-", "1.0.0-a.b", "12345.0.0", "1.0.0\n", "１.0.0", None, 1, [1]],
    "type": ["bundle", "", 7],
    "author": ["", "Acme", "a" * 65, "a/b", "../x", "é", "0f8b9c3e-0000-4000-8000-000000000000", ...],
    "name": ["", "Demo", "a" * 129, "a b", "a:b", "a@b", ..., {"a": 1}],
    "label": ["Demo", {"en_US": ""}, {"en_US": ..., "zh_Hans": "x"}, {"en_US": "a" * 1024}, {"en_US": ["a"]}, ...],
    "description": [..., {"en_US": "a", "ja_JP": "a" * 1024}, 5],
    "icon": ["", "a" * 129, ..., {"en_US": "x"}],
    "resource": [..., {"memory": 0}, {"memory": -1}, {"memory": "lots"}, {"memory": ...}, {"permission": []}],
    "plugins": [..., {"tools": "provider/demo.yaml"}, {"tools": ["a" * 129]}, {"tools": [""]}, {"tools": [["a"]]}],
    "meta": [..., {"version": "1"}, {"arch": "amd64"}, {"arch": ...}, {"runner": {"language": "go"}}],
    "created_at": ["", "yesterday", ..., 5, "2026-13-01T00:00:00Z"],
    "tags": ["search", [{}], {"a": 1}],
    "privacy": [["x"]],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in REFUSED.items() for v in values])
def test_bad_fields_are_refused_by_name(field, value):
    with pytest.raises(BadPackage) as caught:
        opened(**{field: value})
    assert caught.value.file == "manifest.yaml"
    assert caught.value.rule == "declaration"
    assert field in caught.value.message


def test_storage_has_a_largest_size():
    with pytest.raises(BadPackage, match=r"resource\.permission\.storage\.size"):
        opened(resource={"permission": {"storage": {"size": 2_000_000_000}}})
    opened(resource={"permission": {"storage": {"enabled": False, "size": ...}}})


def test_lists_that_grow_only_warn():
    package = opened(tags=["quantum"], meta={"arch": ["riscv64"]}, repo="not a url")
    assert package.declaration()["tags"] == ["quantum"]
    assert len(package.warnings) == 3
    assert all(warning.startswith("manifest.yaml: ") for warning in package.warnings)


def test_versions_keep_their_text():
    package = open_package(pack(plugin({"manifest.yaml": plugin()["manifest.yaml"].replace(b"'3.12'", b"3.10")})))
    assert package.manifest.meta.runner.version == "3.10"


def test_a_manifest_is_needed():
    for files in ({}, {"a/manifest.yaml": b"version: 1"}):
        with pytest.raises(BadPackage, match="missing-manifest"):
            open_package(pack(files))


def test_every_file_named_must_be_there():
    for files, at in (
        ({"provider/demo.yaml": ...}, "manifest.yaml"),
        ({"tools/echo.yaml": ...}, "provider/demo.yaml"),
        ({"provider/demo.yaml": provider(tools=["../tools/echo.yaml"])}, "provider/demo.yaml"),
        ({"provider/demo.yaml": provider(tools=["./tools/echo.yaml"])}, "provider/demo.yaml"),
    ):
        with pytest.raises(BadPackage) as caught:
            open_package(pack(plugin(files)))
        assert (caught.value.rule, caught.value.file) == ("missing-file", at)


ENDPOINT = {"group/g.yaml": {"settings": None, "endpoints": [{"path": "/a", "method": "GET"}]}}
AGENT = {"agent/a.yaml": {"identity": provider()["identity"], "strategies": []}}


def test_only_tools_and_endpoints_may_be_combined():
    both = {"plugins": {"endpoints": ["group/g.yaml"]}}
    package = open_package(pack(plugin(ENDPOINT, **both)))
    assert (package.category, sorted(package.declaration().keys() & {"tool", "endpoint"})) == (
        "tool",
        ["endpoint", "tool"],
    )
    alone = {"plugins": {"tools": ..., "endpoints": ["group/g.yaml"]}}
    assert open_package(pack(plugin(ENDPOINT, **alone))).category == "extension"
    agent = {"plugins": {"tools": ..., "agent_strategies": ["agent/a.yaml"]}}
    assert open_package(pack(plugin(AGENT, **agent))).category == "agent-strategy"
    for files, plugins, text in (
        (AGENT, {"agent_strategies": ["agent/a.yaml"]}, "agent_strategy and .* cannot be provided at the same time"),
        ({}, {"tools": ...}, "at least one of endpoint, model, tool, agent_strategy, trigger, or datasource"),
        ({}, {"tools": []}, "at least one of"),
    ):
        with pytest.raises(BadPackage, match=text) as caught:
            open_package(pack(plugin(files, plugins=plugins)))
        assert caught.value.rule == "kinds"


def test_of_several_files_the_last_is_kept_and_all_must_be_right():
    other = merged(provider(), {"identity": {"name": "other"}, "tools": []})
    plugins = {"tools": ["provider/demo.yaml", "provider/other.yaml"]}
    package = open_package(pack(plugin({"provider/other.yaml": other}, plugins=plugins)))
    assert package.declaration()["tool"]["identity"]["name"] == "other"
    assert any("only the last" in warning for warning in package.warnings)
    with pytest.raises(BadPackage, match=r"provider/demo\.yaml"):
        open_package(pack(plugin({"provider/demo.yaml": {}, "provider/other.yaml": other}, plugins=plugins)))


def test_keys_written_twice_are_refused():
    with pytest.raises(BadPackage, match=r"manifest\.yaml: key 'name' is there twice"):
        open_package(pack(plugin({"manifest.yaml": plugin()["manifest.yaml"] + b"name: other\n"})))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab1/.$", max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(sorted(opened().manifest.as_json())), anything)
def test_any_value_of_any_field_opens_or_is_refused(field, value):
    try:
        opened(**{field: value}).declaration()
    except BadPackage as error:
        assert error.file is not None
