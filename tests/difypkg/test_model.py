"""Model providers: globs, positions, templates of parameter rules, prices."""

import json

import pytest

from marketplace.difypkg import BadPackage, open_package
from marketplace.difypkg.declarations.rules import TEMPLATES

from .making import merged, pack, plugin

PROVIDER = {
    "provider": "demo",
    "label": {"en_US": "Demo"},
    "supported_model_types": ["llm"],
    "configurate_methods": ["predefined-model"],
    "models": {"llm": {"predefined": ["models/llm/*.yaml"], "position": "models/llm/_position.yaml"}},
}
MODEL = {"model": "m-1", "label": {"en_US": "M 1"}, "model_type": "llm"}


def opened(changes=None, files=None):
    base = {
        "p.yaml": merged(PROVIDER, changes or {}),
        "models/llm/m.yaml": MODEL,
        "models/llm/_position.yaml": b"- m-1\n- 2\n",
    }
    return open_package(pack(plugin(base | (files or {}), plugins={"tools": ..., "models": ["p.yaml"]})))


def declared(changes=None, files=None):
    return json.loads(json.dumps(opened(changes, files).declaration()))["model"]


def model(**changes):
    (printed,) = declared({}, {"models/llm/m.yaml": merged(MODEL, changes)})["models"]
    return printed


def test_a_small_provider():
    assert opened().category == "model"
    assert declared() == {
        "provider": "demo",
        "label": {"en_US": "Demo"},
        "description": {"en_US": "A demo"},
        "icon_small": None,
        "icon_large": None,
        "icon_small_dark": None,
        "icon_large_dark": None,
        "background": None,
        "help": None,
        "supported_model_types": ["llm"],
        "configurate_methods": ["predefined-model"],
        "provider_credential_schema": None,
        "model_credential_schema": None,
        "position": {"llm": ["m-1", "2"]},
        "models": [
            {
                "model": "m-1",
                "label": {"en_US": "M 1"},
                "model_type": "llm",
                "features": None,
                "fetch_from": "predefined-model",
                "model_properties": None,
                "deprecated": False,
                "parameter_rules": [],
                "pricing": None,
            }
        ],
    }


def test_positions_are_left_out_where_there_are_none():
    assert declared({"models": {"llm": {"position": ...}}})["position"] == {}
    inline = declared({"models": [MODEL]})
    assert "position" not in inline
    assert inline["models"][0]["model"] == "m-1"
    assert declared({"models": ...})["models"] == []


def test_files_are_found_once_by_patterns_of_one_level():
    files = {
        "models/llm/b.yaml": {**MODEL, "model": "b"},
        "models/llm/deep/c.yaml": {**MODEL, "model": "c"},
        "models/llm/x_position.yaml": b"- b",
        "models/tts/t.yaml": {**MODEL, "model": "t", "model_type": "tts"},
    }
    models = {
        "llm": {"predefined": ["models/llm/*.yaml", "models/llm/b*"]},
        "tts": {"predefined": ["models/tts/*"]},
        "future": {"predefined": ["models/llm/deep/*"]},
    }
    assert [m["model"] for m in declared({"models": models}, files)["models"]] == ["m-1", "b", "t"]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_templates_fill_what_is_open(name):
    (rule,) = model(parameter_rules=[{"name": "p", "use_template": name}])["parameter_rules"]
    filled = {k: v for k, v in TEMPLATES[name].items() if k != "help"}
    assert rule == {
        "default": None,
        "min": None,
        "max": None,
        "precision": None,
        "options": [],
        "required": False,
    } | filled | {
        "name": "p",
        "use_template": name,
        "label": {"en_US": "p"},
        "help": rule["help"],
    }
    assert rule["help"]["en_US"]


def test_what_a_rule_says_wins_over_its_template():
    own = {
        "name": "p",
        "use_template": "max_tokens",
        "default": 9,
        "max": 0,
        "type": "text",
        "required": True,
        "options": [],
    }
    own |= {"label": {"en_US": "P", "zh_Hans": "参"}, "help": {"en_US": "h"}}
    (rule,) = model(parameter_rules=[own])["parameter_rules"]
    assert rule == {"min": 1, "precision": 0} | own


def test_bad_rules_are_refused():
    with pytest.raises(BadPackage, match="use_template nonsense not found"):
        model(parameter_rules=[{"name": "p", "use_template": "nonsense"}])
    for rule in ({"name": "p"}, {"use_template": "top_p"}, "p", {"name": "p", "type": "int", "min": "low"}):
        with pytest.raises(BadPackage, match=r"models/llm/m\.yaml: field parameter_rules\.0"):
            model(parameter_rules=[rule])


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("0.001", "0.001"),
        (0.00100, "0.001"),
        (1, "1"),
        ("1.0", "1"),
        ("1e-6", "0.000001"),
        ("0.000", "0"),
        ("100", "100"),
        (1e-7, "0.0000001"),
    ],
)
def test_prices_are_decimal_texts(given, printed):
    pricing = model(pricing={"input": given, "unit": "0.001", "currency": "USD"})["pricing"]
    assert pricing == {"input": printed, "output": None, "unit": "0.001", "currency": "USD"}


@pytest.mark.parametrize("price", ["free", "1e999999999", "NaN", "inf", True, ["1"], "", "1" * 100, "1_000"])
def test_other_prices_are_refused(price):
    with pytest.raises(BadPackage, match=r"pricing\.input"):
        model(pricing={"input": price, "unit": "0.001", "currency": "USD"})


def test_a_model_without_label_shows_its_name():
    assert model(label=...)["label"] == {"en_US": "m-1"}
    assert model(label={"en_US": ..., "zh_Hans": "模"})["label"] == {"en_US": "m-1", "zh_Hans": "模"}


def test_properties_are_kept_as_they_are():
    properties = {"context_size": 4096, "voices": [{"mode": "a", "ratio": 0.5}], "nested": {"1": None}}
    assert model(model_properties=properties)["model_properties"] == properties


def test_credential_forms():
    item = {"variable": "key", "label": {"en_US": "Key"}, "type": "select", "default": True, "max_length": 8}
    item |= {"options": [{"label": {"en_US": "A"}, "value": 1}], "help": {"zh_Hans": "助"}}
    schema = {"credential_form_schemas": [item]}
    forms = {"provider_credential_schema": schema, "model_credential_schema": {"model": {"label": {"en_US": "Name"}}}}
    printed = declared(forms)
    assert printed["provider_credential_schema"]["credential_form_schemas"] == [
        {
            "variable": "key",
            "label": {"en_US": "Key"},
            "type": "select",
            "required": False,
            "default": "true",
            "options": [{"label": {"en_US": "A"}, "value": "1", "show_on": []}],
            "help": {"en_US": "", "zh_Hans": "助"},
            "url": None,
            "placeholder": None,
            "max_length": 8,
            "show_on": [],
        }
    ]
    assert printed["model_credential_schema"] == {
        "model": {"label": {"en_US": "Name"}, "placeholder": None},
        "credential_form_schemas": [],
    }


@pytest.mark.parametrize(
    ("changes", "files", "where"),
    [
        ({"provider": ...}, {}, "p.yaml"),
        ({"supported_model_types": ...}, {}, "p.yaml"),
        ({"configurate_methods": []}, {}, "p.yaml"),
        ({"models": "models/*.yaml"}, {}, "p.yaml"),
        ({"models": {"llm": {"predefined": "models/llm/*.yaml"}}}, {}, "p.yaml"),
        ({"models": {"llm": {"predefined": ["["]}}}, {}, "p.yaml"),
        ({"models": {"llm": {"position": "none.yaml"}}}, {}, "p.yaml"),
        ({}, {"models/llm/_position.yaml": b"a: b"}, "models/llm/_position.yaml"),
        ({}, {"models/llm/_position.yaml": b"- [a]"}, "models/llm/_position.yaml"),
        ({}, {"models/llm/m.yaml": b"- a"}, "models/llm/m.yaml"),
        ({}, {"models/llm/m.yaml": b"model: m"}, "models/llm/m.yaml"),
    ],
)
def test_wrong_structure_is_refused_by_file(changes, files, where):
    with pytest.raises(BadPackage) as caught:
        opened(changes, files)
    assert caught.value.file == where


def test_unknown_types_are_kept_with_a_warning():
    package = opened(
        {"supported_model_types": ["llm", "smell"]}, {"models/llm/m.yaml": {**MODEL, "model_type": "smell"}}
    )
    assert package.declaration()["model"]["models"][0]["model_type"] == "smell"
    assert sorted(package.warnings) == [
        "models/llm/m.yaml: model type 'smell' is not known here",
        "p.yaml: model type 'smell' is not known here",
    ]
