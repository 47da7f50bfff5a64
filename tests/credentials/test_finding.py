"""Which credentials a call gets, and tokens that are renewed before they expire, once."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from runtime import vault
from runtime.credentials import NoCredentials, Place, afor_provider, for_provider, refreshing, storing, warm
from runtime.database import in_thread
from runtime.errors import PluginNotFound, RuntimeFault
from runtime.models import Credential, Installation, OAuthClient
from tests.credentials.conftest import Plugins

pytestmark = pytest.mark.django_db(transaction=True)
REFRESH = "oauth/refresh_credentials"


def find(place: Place, credential_id: str | None = None) -> Any:
    fields = place.fields()
    workspace_id = fields.pop("workspace_id")
    return asyncio.run(afor_provider(workspace_id, credential_id=credential_id, **fields))


def test_the_default_is_used_and_another_can_be_chosen(place: Callable[..., Place]) -> None:
    here = place("locked")
    storing.keep(here, {"api_key": "one"})
    second = storing.keep(here, {"api_key": "two"})
    assert (find(here).values, find(here).type) == ({"api_key": "one"}, "api-key")
    assert find(here, str(second.pk)).values == {"api_key": "two"}
    storing.make_default(second)
    assert find(here).values == {"api_key": "two"}


@pytest.mark.parametrize("chosen", [str(uuid4()), "no id"])
def test_what_was_chosen_and_is_gone_is_not_replaced(place: Callable[..., Place], chosen: str) -> None:
    storing.keep(place("locked"), {"api_key": "one"})
    with pytest.raises(NoCredentials, match="Choose another"):
        find(place("locked"), chosen)


def test_nobody_gets_what_belongs_to_another(place: Callable[..., Place], put: Callable[[str], Installation]) -> None:
    put("locked")
    row = storing.keep(place("locked"), {"api_key": "one"})
    others = (
        Place("elsewhere", "patchbay/locked", "tool", "locked"),
        place("beggar", provider="locked"),
        place("locked", provider="other"),
        place("locked", "datasource", provider="locked"),
    )
    for other in others:
        assert find(other).values == {}
        with pytest.raises(NoCredentials):
            find(other, str(row.pk))


def test_a_provider_that_needs_an_account_says_where_to_add_one(
    place: Callable[..., Place], put: Callable[[str], Installation]
) -> None:
    for name in ("locked", "echo"):
        put(name)
    with pytest.raises(NoCredentials, match="under Credentials"):
        find(place("locked"))
    assert (find(place("echo")).values, find(place("echo")).type) == ({}, "unauthorized")


def test_a_model_s_own_account_comes_before_the_provider_s(place: Callable[..., Place]) -> None:
    general, own = place("model", "model", provider="fake"), place("model", "model", provider="fake", model="mine")
    storing.keep(general, {"api_key": "general"})
    storing.keep(Place(**{**own.fields(), "model_type": "llm"}), {"api_key": "own"})
    assert find(own).values == {"api_key": "own"}
    assert find(Place(**{**own.fields(), "model_type": "tts"})).values == {"api_key": "general"}
    assert find(Place(**{**own.fields(), "model": "another"})).values == {"api_key": "general"}


def test_a_sealed_account_cannot_be_given_to_another_plugin(place: Callable[..., Place]) -> None:
    row = storing.keep(place("locked"), {"api_key": "one"})
    Credential.objects.filter(pk=row.pk).update(plugin_id="patchbay/beggar")
    with pytest.raises(vault.VaultFault):
        find(place("beggar", provider="locked"))


def test_repr_tells_no_secret(place: Callable[..., Place]) -> None:
    storing.keep(place("locked"), {"api_key": "hidden"})
    assert "hidden" not in repr(find(place("locked")))


# Tokens.


@pytest.fixture
def here(place: Callable[..., Place]) -> Place:
    return place("oauth")


def signed_in(here: Place, seconds: float) -> Credential:
    """An account whose token expires in so many seconds."""
    storing.keep_client(here, {"client_id": "c"})
    values = {"access_token": "old", "refresh_token": "again"}
    expires_at = timezone.now() + timedelta(seconds=seconds)
    return storing.keep(here, values, type="oauth2", redirect_uri="https://h/oauth/callback", expires_at=expires_at)


def fresh(_: Any = None) -> dict[str, Any]:
    return {"credentials": {"access_token": "new"}, "expires_at": int(time.time()) + 3600}


def test_a_token_with_time_left_is_used_as_it_is(here: Place, plugins: Plugins) -> None:
    signed_in(here, 600)
    assert (find(here).values["access_token"], find(here).type, plugins.asked) == ("old", "oauth2", [])


@pytest.mark.parametrize("seconds", [-600, 60])
def test_a_token_that_expires_is_renewed(here: Place, plugins: Plugins, seconds: float) -> None:
    row = signed_in(here, seconds)
    plugins.answers[REFRESH] = fresh
    assert find(here).values == {"access_token": "new", "refresh_token": "again"}
    (asked,) = plugins.asked
    assert asked["data"] == {
        "provider": "oauth",
        "redirect_uri": "https://h/oauth/callback",
        "system_credentials": {"client_id": "c"},
        "credentials": {"access_token": "old", "refresh_token": "again"},
    }
    row.refresh_from_db()
    assert (row.refreshing_until, row.trouble) == (None, "")
    assert not refreshing.is_due(row)


def test_a_caller_who_leaves_loses_no_new_token(here: Place, plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider has taken the old one back by then."""
    row = signed_in(here, -1)

    async def leaving() -> None:
        asked, answered = asyncio.Event(), asyncio.Event()

        async def slow(*_: Any, **__: Any) -> dict[str, Any]:
            asked.set()
            await answered.wait()
            return fresh()

        monkeypatch.setattr(refreshing, "ask", slow)
        caller = asyncio.create_task(refreshing.refreshed(row.pk))
        await asked.wait()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        answered.set()
        await asyncio.gather(*refreshing.under_way)

    asyncio.run(leaving())
    row.refresh_from_db()
    assert storing.values_of(row)["access_token"] == "new"
    assert not refreshing.is_due(row)


def test_many_callers_renew_once(here: Place, plugins: Plugins) -> None:
    row = signed_in(here, -1)
    plugins.answers[REFRESH] = fresh

    async def all_at_once() -> list[Credential]:
        return await asyncio.gather(*(refreshing.refreshed(row.pk) for _ in range(20)))

    assert [refreshing.is_due(one) for one in asyncio.run(all_at_once())] == [False] * 20
    assert plugins.actions == [REFRESH]


def test_another_process_s_renewal_is_waited_for(here: Place, plugins: Plugins) -> None:
    row = signed_in(here, -1)
    assert refreshing.take(row)
    assert not refreshing.take(row)

    async def meanwhile() -> Any:
        waiting = asyncio.create_task(refreshing.refreshed(row.pk))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await in_thread(refreshing.settled, row, fresh())
        return await waiting

    assert storing.values_of(asyncio.run(meanwhile()))["access_token"] == "new"
    assert plugins.asked == []


def test_a_lease_of_somebody_who_died_ends(here: Place, plugins: Plugins) -> None:
    row = signed_in(here, -1)
    Credential.objects.update(refreshing_until=timezone.now() - timedelta(seconds=1))
    plugins.answers[REFRESH] = fresh
    assert find(here).values["access_token"] == "new"
    assert row.pk


def test_what_cannot_be_renewed_is_used_up_and_then_said(here: Place, plugins: Plugins) -> None:
    row = signed_in(here, 60)
    plugins.answers[REFRESH] = "invalid_grant"
    assert find(here).values["access_token"] == "old"
    row.refresh_from_db()
    assert (row.trouble, row.refreshing_until) == ("invalid_grant", None)
    Credential.objects.update(expires_at=timezone.now())
    warm.forget()
    with pytest.raises(RuntimeFault, match=r"invalid_grant.*sign in again"):
        find(here)


def test_a_plugin_that_is_away_leaves_the_token(here: Place, plugins: Plugins) -> None:
    signed_in(here, 60)
    plugins.answers[REFRESH] = PluginNotFound("plugin not found")
    assert find(here).values["access_token"] == "old"


@pytest.mark.parametrize("answer", [{}, {"credentials": {}}, {"credentials": "text"}])
def test_an_empty_answer_is_no_token(here: Place, plugins: Plugins, answer: dict[str, Any]) -> None:
    signed_in(here, -1)
    plugins.answers[REFRESH] = answer
    with pytest.raises(RuntimeFault, match="gave no new token"):
        find(here)


@pytest.mark.parametrize("never", [-1, 0, None, "soon"])
def test_tokens_without_an_end_are_never_due(never: Any) -> None:
    assert refreshing.moment(never) is None


# Aftercare, and keys.


def test_accounts_of_a_plugin_that_left_are_kept_for_thirty_days(
    place: Callable[..., Place], put: Callable[[str], Installation]
) -> None:
    installation = put("locked")
    row = storing.keep(place("locked"), {"api_key": "one"})
    assert storing.sweep() == 0
    installation.delete()
    assert storing.sweep() == 0
    Credential.objects.update(orphaned_at=timezone.now() - timedelta(days=29))
    assert storing.sweep() == 0
    put("locked")
    storing.sweep()
    row.refresh_from_db()
    assert row.orphaned_at is None
    Installation.objects.all().delete()
    storing.sweep()
    Credential.objects.update(orphaned_at=timezone.now() - timedelta(days=31))
    assert storing.sweep() == 1


def test_a_new_data_key_seals_every_account_again(place: Callable[..., Place]) -> None:
    from django.core.management import call_command

    here = place("oauth")
    row = storing.keep(here, {"access_token": "one"})
    client = storing.keep_client(here, {"client_id": "c"})
    call_command("rotate_keys", "--data-keys")
    sealed = [Credential.objects.get().sealed, OAuthClient.objects.get().sealed]
    assert [text.split(".")[1] for text in (row.sealed, client.sealed, *sealed)] == ["1", "1", "2", "2"]
    assert (find(here).values, storing.client_values(here)) == ({"access_token": "one"}, {"client_id": "c"})
    assert vault.reseal(here.workspace_id) == 0


def test_threads_have_a_door_of_their_own(here: Place, plugins: Plugins) -> None:
    """Also a token is renewed for them, on the loop of the process's node."""
    signed_in(here, -1)
    plugins.answers[REFRESH] = fresh
    fields = here.fields()
    found = for_provider(fields.pop("workspace_id"), **fields)
    assert found.values["access_token"] == "new"
