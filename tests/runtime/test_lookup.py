"""What is kept warm of installations is never older than the last change."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runtime import lookup, policy
from runtime.host import providers
from runtime.session import Session

FOUND = lookup.Installed("me/mine:0.0.1@abc", {})
SESSION = Session(workspace="w", plugin=FOUND.plugin, type="tool", action="invoke_tool", data={})


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    lookup.forget()
    yield
    lookup.forget()


def read_meanwhile(found: Any, change: bool) -> Callable[..., Any]:
    """Reads rows; with `change` they change, and all is forgotten, before what was read is back."""

    def read(*_: Any) -> Any:
        if change:
            lookup.forget()
        return found

    return read


@pytest.mark.parametrize("change", [False, True])
async def test_what_was_read_before_a_change_is_used_once(monkeypatch: pytest.MonkeyPatch, change: bool) -> None:
    """It may be an installation that is gone, a package that is recalled, a permission that was taken away."""
    monkeypatch.setattr(lookup, "read", read_meanwhile(FOUND, change))
    monkeypatch.setattr(lookup, "read_package", read_meanwhile(FOUND, change))
    monkeypatch.setattr(policy, "read", read_meanwhile(frozenset(), change))
    provider: Any = object()
    monkeypatch.setattr(providers, "read", read_meanwhile(provider, change))
    assert await lookup.installed("w", "me/mine") is FOUND
    assert bool(lookup.warm) is not change
    assert await lookup.uploaded(FOUND.plugin) is FOUND
    assert (("", FOUND.plugin) in lookup.warm) is not change
    assert not await policy.denies(SESSION, "tool")
    assert bool(policy.warm) is not change
    assert await providers.find("w", "model", "a/b/c") is provider
    assert bool(providers.warm) is not change
