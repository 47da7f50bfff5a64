"""Change in power: what counts as more than before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.review import power
from marketplace.review.power import AREAS, Item, compare

MIB = 1024 * 1024


def manifest(**permission: Any) -> dict[str, Any]:
    return {"resource": {"permission": permission}}


def test_permissions_are_read_grant_by_grant() -> None:
    asked = manifest(
        tool={"enabled": True},
        app={"enabled": False},
        model={"enabled": True, "llm": True, "tts": False},
        storage={"enabled": True, "size": MIB},
        node=None,
    )
    assert power.permissions(asked) == {
        "tool": Item("yes"),
        "model.llm": Item("yes"),
        "storage": Item("1 MiB", MIB),
    }
    assert power.permissions({}) == power.permissions(manifest(model={"enabled": False, "llm": True})) == {}


def test_secrets_are_found_wherever_a_form_asks_for_them() -> None:
    declaration = {
        "tool": {"credentials_schema": [{"name": "key", "type": "secret-input", "label": {"en_US": "API key"}}]},
        "model": {"provider_credential_schema": {"forms": [{"variable": "token", "type": "secret-input"}]}},
        "endpoint": {"settings": [{"name": "channel", "type": "text-input"}]},
    }
    assert power.secrets(declaration) == {
        "tool.credentials_schema.key": Item("API key"),
        "model.provider_credential_schema.forms.token": Item("token"),
    }


@pytest.mark.parametrize(
    ("before", "after", "grew"),
    [
        (["requests==2.31.0"], ["requests==2.32.0"], False),
        (["requests==2.31.0"], ["requests"], True),
        (["requests==2.31.0"], ["requests>=2"], True),
        (["requests"], ["requests==2.31.0"], False),
        (["Requests==2.31.0"], ["requests==2.31.0", "pyyaml==6.0"], True),
        (["a==1"], ["a @ https://example.org/a-1.whl#egg==1"], True),
    ],
)
def test_dependencies_grow_when_one_comes_or_is_let_loose(before: list[str], after: list[str], *, grew: bool) -> None:
    old, new = ({"dependencies": power.dependencies(lines)} for lines in (before, after))
    assert bool(compare(old, new).increases) is grew


def test_storage_grows_with_its_size_only() -> None:
    small, large = (
        {"permissions": power.permissions(manifest(storage={"enabled": True, "size": size}))} for size in (1, 2)
    )
    (change,) = compare(small, large).increases
    assert (change.id, change.before, change.after) == ("permissions:storage", "1 bytes", "2 bytes")
    assert compare(large, small).increases == ()
    assert [change.kind for change in compare(large, small).changes] == ["changed"]


def test_of_an_update_each_increase_is_ticked_of_a_new_plugin_each_area() -> None:
    new = {"hosts": {"a.example": Item(), "b.example": Item()}, "permissions": {"tool": Item("yes")}}
    assert compare({"hosts": {"a.example": Item()}}, new).ticks == ["permissions:tool", "hosts:b.example"]
    assert compare(None, new).ticks == ["permissions", "hosts"]


keys = some.sampled_from("abcdef")
items = some.builds(Item, some.sampled_from(["", "x"]), some.integers(0, 3).map(float))
profiles = some.dictionaries(some.sampled_from(list(AREAS)), some.dictionaries(keys, items, max_size=4))


@given(profiles, profiles)
def test_nothing_comes_without_being_an_increase(before: power.Profile, after: power.Profile) -> None:
    found = compare(before, after)
    named = {(change.area, change.key) for change in found.increases}
    for area in AREAS:
        for key, item in after.get(area, {}).items():
            old = before.get(area, {}).get(key)
            assert ((area, key) in named) is (old is None or item.size > old.size)
    assert len(found.ticks) == len(found.increases)
    assert compare(after, after).changes == ()
