"""Provider files: what of them reaches the clients, what is refused, what is only warned of."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, declare_json, open_package

from .making import ICON, manifest, merged, pack, parameter, plugin, provider, tool

SETTING = {"name": "key", "type": "secret-input", "label": {"en_US": "Key"}}
PRINTED = {
    "name": "key",
    "type": "secret-input",
    "scope": None,
    "required": False,
    "default": None,
    "options": None,
    "multiple": False,
    "label": {"en_US": "Key"},
    "help": None,
    "url": None,
    "placeholder": None,
}
IDENTITY = {"author": "acme", "name": "demo", "label": {"en_US": "Demo"}, "icon": "icon.svg"}


def opened(kind, listed, files):
    """A plugin whose only provider is `p.yaml`."""
    plugins = {"tools": ..., listed: ["p.yaml"]}
    package = open_package(pack(plugin(files, plugins=plugins, tags=["rag"])))
    declaration = json.loads(json.dumps(package.declaration(), allow_nan=False))
    return package, declaration[kind]


def opened_tool(changes=None, tool_changes=None):
    files = {"p.yaml": provider(**(changes or {})), "tools/echo.yaml": tool(**(tool_changes or {}))}
    return opened("tool", "tools", files)


def test_settings_may_be_a_list_or_a_mapping():
    nameless = {k: v for k, v in SETTING.items() if k != "name"}
    for schema in ([SETTING], {"key": nameless}, {"key": {**nameless, "name": "ignored"}}):
        assert opened_tool({"credentials_schema": schema})[1]["credentials_schema"] == [PRINTED]
    ordered = opened_tool({"credentials_schema": {"z": nameless, "a": nameless}})[1]["credentials_schema"]
    assert [setting["name"] for setting in ordered] == ["z", "a"]


def test_credentials_for_provider_stands_in_for_an_empty_schema():
    empties: list[Any] = [..., None, [], {}]
    for empty in empties:
        changes = {"credentials_schema": empty, "credentials_for_provider": [SETTING]}
        assert opened_tool(changes)[1]["credentials_schema"] == [PRINTED]
    both = {"credentials_schema": [{**SETTING, "name": "mine"}], "credentials_for_provider": [SETTING]}
    assert opened_tool(both)[1]["credentials_schema"][0]["name"] == "mine"


def test_oauth_is_null_or_whole():
    assert opened_tool()[1]["oauth_schema"] is None
    assert opened_tool({"oauth_schema": {"client_schema": [SETTING]}})[1]["oauth_schema"] == {
        "client_schema": [PRINTED],
        "credentials_schema": None,
    }


def test_inline_tools_come_before_those_of_files():
    _, declared = opened_tool({"tools": ["tools/echo.yaml", tool(identity={"name": "inline"})]})
    assert [t["identity"]["name"] for t in declared["tools"]] == ["inline", "echo"]


def test_what_only_the_sdk_reads_is_dropped():
    given_parameter = parameter(input_schema={"a": 1}, show_on=[1], extra={"x": 1})
    _, declared = opened_tool({}, {"parameters": [given_parameter], "extra": {"python": {"source": "main.py"}}})
    assert "extra" not in declared and "extra" not in declared["tools"][0]
    assert not {"input_schema", "show_on", "extra"} & declared["tools"][0]["parameters"][0].keys()


def test_output_schema_is_left_out_when_empty_and_kept_as_it_is():
    assert "output_schema" not in opened_tool({}, {"output_schema": {}})[1]["tools"][0]
    schema = {"type": "object", "properties": {"1": {"type": "string", "enum": [1, "2", None, True]}}}
    assert opened_tool({}, {"output_schema": schema})[1]["tools"][0]["output_schema"] == schema


def test_scalars_take_the_type_of_their_field():
    text = b"""
name: 7
label: {en_US: 1.10}
human_description: {en_US: yes}
type: select
form: form
required: on
default: 010
min: 1.0
max: 2.50
precision: 2.0
multiple: False
options:
- {value: 1.10, label: {en_US: no}}
- {value: true, label: {en_US: 2024-01-01}}
"""
    echo = b"parameters:\n- " + text.strip().replace(b"\n", b"\n  ") + b"\n"
    base = plugin()["tools/echo.yaml"].split(b"parameters:")[0]
    _, declared = opened("tool", "tools", {"p.yaml": provider(), "tools/echo.yaml": base + echo})
    (printed,) = declared["tools"][0]["parameters"]
    assert printed["name"] == "7"
    assert printed["label"]["en_US"] == "1.10"
    assert printed["human_description"]["en_US"] == "yes"
    assert printed["required"] is True and printed["multiple"] is False
    assert (printed["default"], printed["min"], printed["max"], printed["precision"]) == (8, 1, 2.5, 2)
    assert [(o["value"], o["label"]["en_US"], o["icon"]) for o in printed["options"]] == [
        ("1.10", "no", ""),
        ("true", "2024-01-01", ""),
    ]


TOOL_REFUSED = [
    ({"identity": ...}, {}, "identity"),
    ({"identity": {"name": ""}}, {}, "identity.name"),
    ({"identity": {"label": "Demo"}}, {}, "identity.label"),
    ({"tools": {"a": 1}}, {}, "tools"),
    ({"tools": [["a"]]}, {}, "tools.0"),
    ({"credentials_schema": {"key": "text"}}, {}, "credentials_schema"),
    ({"credentials_schema": [{"name": "x"}]}, {}, "credentials_schema.0.type"),
    ({"credentials_schema": "none"}, {}, "credentials_schema"),
    ({}, {"description": "text"}, "description"),
    ({}, {"parameters": {}}, "parameters"),
    ({}, {"parameters": [parameter(type=...)]}, "parameters.0.type"),
    ({}, {"parameters": [parameter(form=...)]}, "parameters.0.form"),
    ({}, {"parameters": [parameter(label={"en_US": ""})]}, "parameters.0.label"),
    ({}, {"parameters": [parameter(required="maybe")]}, "parameters.0.required"),
    ({}, {"parameters": [parameter(required="true")]}, "parameters.0.required"),
    ({}, {"parameters": [parameter(min="1")]}, "parameters.0.min"),
    ({}, {"parameters": [parameter(max=float("nan"))]}, "parameters.0.max"),
    ({}, {"parameters": [parameter(default=float("inf"))]}, "parameters.0.default"),
    (
        {},
        {"parameters": [parameter(options=[{"value": [1], "label": {"en_US": "x"}}])]},
        "parameters.0.options.0.value",
    ),
    ({}, {"output_schema": [1]}, "output_schema"),
]


@pytest.mark.parametrize(("changes", "tool_changes", "field"), TOOL_REFUSED)
def test_wrong_structure_is_refused_by_field(changes, tool_changes, field):
    with pytest.raises(BadPackage) as caught:
        opened_tool(changes, tool_changes)
    assert caught.value.file == ("p.yaml" if changes else "tools/echo.yaml")
    assert caught.value.rule == "declaration"
    assert f"field {field}" in caught.value.message


def test_several_errors_are_counted():
    with pytest.raises(BadPackage, match=r"\(and 1 more\)"):
        opened_tool({"identity": {"name": ..., "label": ...}})


def test_values_beyond_the_known_lists_are_kept_with_a_warning():
    odd = [
        parameter(type="hologram"),
        parameter(type="model-selector", scope="telepathy"),
        parameter(type="string", scope="llm"),
        parameter(form="dream"),
        parameter(auto_generate={"type": "magic"}),
        parameter(human_description={"en_US": "a" * 2000}),
    ]
    package, declared = opened_tool({}, {"parameters": odd})
    assert [w.split(": ")[0] for w in package.warnings] == ["tools/echo.yaml"] * len(odd)
    assert declared["tools"][0]["parameters"][0]["type"] == "hologram"
    fine = [parameter(type="model-selector", scope="llm & telepathy"), parameter(type="any", scope="array[file]")]
    assert opened_tool({}, {"parameters": fine})[0].warnings == []


def test_missing_python_sources_are_warned_of():
    package, _ = opened_tool({"extra": {"python": {"source": "provider/none.py"}}})
    assert package.warnings == ["p.yaml: names 'provider/none.py', which is not in the package"]


def test_endpoints():
    path = {"path": "/a/<b>", "method": "POST", "hidden": True}
    files = {
        "p.yaml": {"settings": [SETTING], "endpoints": ["e.yaml", path]},
        "e.yaml": {"path": "/e", "method": "GET"},
    }
    _, declared = opened("endpoint", "endpoints", files)
    assert declared == {"settings": [PRINTED], "endpoints": [path, {"path": "/e", "method": "GET", "hidden": False}]}
    assert opened("endpoint", "endpoints", {"p.yaml": {}})[1] == {"settings": None, "endpoints": None}
    package, _ = opened("endpoint", "endpoints", {"p.yaml": {"endpoints": [{"path": "/", "method": "BREW"}]}})
    assert "method 'BREW' is not known here" in package.warnings[0]


def test_agent_strategies():
    strategy = {
        "identity": {"author": "acme", "name": "s", "label": {"en_US": "S"}},
        "description": {"en_US": "d"},
        "parameters": [{"name": "m", "type": "array[tools]", "label": {"en_US": "M"}}],
    }
    files = {"p.yaml": {"identity": IDENTITY, "strategies": ["s.yaml"]}, "s.yaml": strategy}
    _, declared = opened("agent_strategy", "agent_strategies", files)
    assert declared["identity"]["description"] == {"en_US": ""}
    assert declared["identity"]["tags"] == []
    (printed,) = declared["strategies"]
    assert (printed["output_schema"], printed["features"]) == (None, [])
    assert printed["parameters"][0] == {
        "name": "m",
        "label": {"en_US": "M"},
        "help": {"en_US": ""},
        "type": "array[tools]",
        "auto_generate": None,
        "template": None,
        "scope": None,
        "required": False,
        "default": None,
        "min": None,
        "max": None,
        "precision": None,
        "options": None,
    }


def test_datasources():
    source = {
        "identity": {"author": "acme", "name": "d", "label": {"en_US": "D"}, "icon": "icon.svg"},
        "parameters": [{"name": "u", "type": "string", "label": {"en_US": "U"}, "description": {"en_US": "u"}}],
        "description": {"human": {"en_US": "never"}, "llm": "read"},
    }
    base = {"identity": IDENTITY, "provider_type": "website_crawl", "datasources": ["d.yaml"]}
    _, declared = opened("datasource", "datasources", {"p.yaml": base, "d.yaml": source})
    assert "icon_dark" not in declared["identity"]
    assert declared["credentials_schema"] == [] and declared["oauth_schema"] is None
    (printed,) = declared["datasources"]
    assert printed["description"] == {"en_US": ""}
    assert printed["parameters"][0]["description"] == {"en_US": "u"}
    assert "output_schema" not in printed
    _, declared = opened("datasource", "datasources", {"p.yaml": base, "d.yaml": {**source, "parameters": None}})
    assert declared["datasources"][0]["parameters"] is None
    with pytest.raises(BadPackage, match="provider_type"):
        opened("datasource", "datasources", {"p.yaml": {**base, "provider_type": None}, "d.yaml": source})


def test_triggers():
    event = {
        "identity": {"author": "acme", "name": "e", "label": {"en_US": "E"}},
        "description": {"en_US": "d"},
        "parameters": [
            {
                "name": "a",
                "type": "select",
                "label": {"en_US": "A"},
                "options": [{"value": 1, "label": {"en_US": "x"}}],
            },
            {"name": "b", "type": "boolean", "label": {"en_US": "B"}, "default": False, "min": 0, "multiple": True},
        ],
    }
    subscription = {"parameters": None, "credentials_schema": {"key": {**SETTING}}}
    files = {
        "p.yaml": {"identity": IDENTITY, "subscription_constructor": subscription, "events": ["e.yaml"]},
        "e.yaml": event,
    }
    _, declared = opened("trigger", "triggers", files)
    assert declared["identity"]["description"] == {"en_US": "A demo"}
    assert declared["identity"]["tags"] == ["rag"]
    assert declared["subscription_schema"] == []
    assert declared["subscription_constructor"] == {"parameters": [], "credentials_schema": [PRINTED]}
    first, second = declared["events"][0]["parameters"]
    assert first == {
        "name": "a",
        "label": {"en_US": "A"},
        "type": "select",
        "required": False,
        "options": [{"label": {"en_US": "x"}, "value": 1}],
    }
    assert second == {
        "name": "b",
        "label": {"en_US": "B"},
        "type": "boolean",
        "required": False,
        "multiple": True,
        "default": False,
        "min": 0,
    }
    assert opened("trigger", "triggers", {"p.yaml": {"identity": IDENTITY}})[1] == {
        "identity": {**declared["identity"]},
        "subscription_schema": [],
        "subscription_constructor": None,
        "events": [],
    }


def test_json_of_a_debugging_plugin_is_declared_alike():
    whole = {**provider(), "tools": [tool()]}
    warnings: list[str] = []
    declared = declare_json(manifest(), {"tool": whole, "model": None}, warnings).as_json()
    assert declared == open_package(pack(plugin())).declaration()
    assert warnings == []
    with pytest.raises(BadPackage, match=r"tool: field identity"):
        declare_json(manifest(), {"tool": {}}, warnings)
    with pytest.raises(BadPackage, match=r"manifest: field version"):
        declare_json(manifest(version="x"), {"tool": whole}, warnings)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("abc1.", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "identity",
                    "label",
                    "en_US",
                    "name",
                    "type",
                    "tools",
                    "options",
                    "models",
                    "llm",
                    "predefined",
                    "position",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
LISTED = ["tools", "models", "endpoints", "agent_strategies", "datasources", "triggers"]


@settings(deadline=None, max_examples=250)
@given(
    st.sampled_from(LISTED),
    st.dictionaries(
        st.sampled_from(["identity", "tools", "models", "settings", "events", "provider_type", "provider", "label"]),
        anything,
        max_size=5,
    ),
)
def test_any_provider_opens_or_is_refused(listed, data):
    merged_data = merged(
        {
            "identity": IDENTITY,
            "provider_type": "x",
            "provider": "p",
            "label": {"en_US": "L"},
            "supported_model_types": [],
            "configurate_methods": ["predefined-model"],
        },
        data,
    )
    try:
        package = open_package(
            pack(plugin({"p.yaml": merged_data, "_assets/icon.svg": ICON}, plugins={"tools": ..., listed: ["p.yaml"]}))
        )
    except BadPackage as error:
        assert error.file
    else:
        json.dumps(package.remapped()[0], allow_nan=False)
