"""Sealing: what goes in comes out, only where it belongs, and across rotations of both kinds of keys."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import vault
from runtime.models import DataKey
from runtime.vault import VaultFault

WORKSPACES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
UNDER_LOAD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
often = settings(max_examples=40, deadline=None, suppress_health_check=UNDER_LOAD)


@pytest.fixture(autouse=True)
def cold(db: None) -> Iterator[None]:
    """Opened keys of another test's database open nothing here."""
    vault.forget()
    yield
    vault.forget()


@often
@given(plain=st.binary(max_size=2000), workspace=WORKSPACES, purpose=st.text(max_size=40))
def test_what_is_sealed_opens_again(plain: bytes, workspace: str, purpose: str) -> None:
    sealed = vault.seal(workspace, plain, purpose=purpose)
    assert vault.unseal(workspace, sealed, purpose=purpose) == plain
    assert len(plain) < 8 or plain not in sealed.encode()


@often
@given(value=st.dictionaries(st.text(), st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.none())))
def test_objects_too(value: dict[str, Any]) -> None:
    assert vault.unseal_json("w", vault.seal_json("w", value, purpose="p"), purpose="p") == value


@often
@given(here=st.tuples(WORKSPACES, st.text(max_size=9)), there=st.tuples(WORKSPACES, st.text(max_size=9)))
def test_a_sealed_text_cannot_be_moved(here: tuple[str, str], there: tuple[str, str]) -> None:
    sealed = vault.seal(here[0], b"secret", purpose=here[1])
    if here == there:
        return
    with pytest.raises(VaultFault) as caught:
        vault.unseal(there[0], sealed, purpose=there[1])
    assert "Enter" in caught.value.message


@often
@given(one=st.lists(st.text(max_size=5), max_size=4), other=st.lists(st.text(max_size=5), max_size=4))
def test_names_cannot_run_into_each_other(one: list[str], other: list[str]) -> None:
    assert (vault.bound_to(*one) == vault.bound_to(*other)) == (one == other)


@often
@given(at=st.integers(0, 200), to=st.sampled_from("AZaz09-_.!"))
def test_a_changed_text_does_not_open_to_anything_else(at: int, to: str) -> None:
    sealed = vault.seal("w", b"secret", purpose="p")
    changed = sealed[: at % len(sealed)] + to + sealed[at % len(sealed) + 1 :]
    try:
        assert vault.unseal("w", changed, purpose="p") == b"secret"
    except VaultFault:
        assert changed != sealed


@pytest.mark.parametrize(
    "text", ["", "plain", "v1", "v1.1", "v1.1.", "v1.x.AAAA", "v1.-1.AAAA", "v2.1.AAAA", "v1.²1.A", "v1.1.é"]
)
def test_what_is_no_sealed_text_is_told_so(text: str) -> None:
    vault.seal("w", b"", purpose="p")
    with pytest.raises(VaultFault):
        vault.unseal("w", text, purpose="p")


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    assert len({vault.seal("w", b"secret", purpose="p") for _ in range(50)}) == 50


def test_every_workspace_has_its_own_key() -> None:
    vault.seal("one", b"", purpose="p")
    vault.seal("two", b"", purpose="p")
    rows = DataKey.objects.all()
    assert [row.workspace_id for row in rows] == ["one", "two"]
    assert len({vault.unwrapped(row) for row in rows}) == 2


def test_a_warm_key_asks_no_database(django_assert_num_queries: Any) -> None:
    sealed = vault.seal("w", b"secret", purpose="p")
    with django_assert_num_queries(0):
        assert vault.unseal("w", sealed, purpose="p") == b"secret"
        vault.seal("w", b"more", purpose="p")


def test_keys_cool_down(django_assert_num_queries: Any) -> None:
    sealed = vault.seal("w", b"secret", purpose="p")
    vault.warm["w"].until = 0.0
    with django_assert_num_queries(1):
        assert vault.unseal("w", sealed, purpose="p") == b"secret"


def test_few_keys_are_warm_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "LARGEST_WARM", 3)
    for number in range(5):
        vault.seal(f"w{number}", b"", purpose="p")
    assert list(vault.warm) == ["w2", "w3", "w4"]


def test_a_new_data_key_seals_and_the_old_one_still_opens() -> None:
    old = vault.seal("w", b"secret", purpose="p")
    assert vault.is_fresh("w", old)
    assert vault.add_data_key("w") == 2
    new = vault.seal("w", b"secret", purpose="p")
    assert (old.split(".")[1], new.split(".")[1]) == ("1", "2")
    assert not vault.is_fresh("w", old)
    assert vault.unseal("w", old, purpose="p") == vault.unseal("w", new, purpose="p") == b"secret"


def test_another_process_s_new_key_is_found() -> None:
    before = vault.warm.copy()
    vault.seal("w", b"", purpose="p")
    here = vault.warm["w"]
    vault.add_data_key("w")
    sealed = vault.seal("w", b"secret", purpose="p")
    vault.warm.update(before | {"w": here})
    assert vault.unseal("w", sealed, purpose="p") == b"secret"


@pytest.mark.django_db(transaction=True)
def test_first_seals_at_once_make_one_key() -> None:
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(sealed_in_a_thread, range(4)))
    assert DataKey.objects.count() == 1
    assert [vault.unseal("w", text, purpose="p") for text in sealed] == [b"secret"] * 4


def sealed_in_a_thread(_: int) -> str:
    try:
        return vault.seal("w", b"secret", purpose="p")
    finally:
        connections.close_all()


def test_the_master_key_is_rotated(settings: Any) -> None:
    old, new = secrets.token_hex(32), secrets.token_hex(32)
    settings.VAULT_KEYS = [old]
    sealed = {name: vault.seal(name, b"secret", purpose="p") for name in ("one", "two")}
    settings.VAULT_KEYS = [new, old]
    assert (vault.rotate_master(), vault.rotate_master()) == (2, 0)
    settings.VAULT_KEYS = [new]
    vault.forget()
    assert [vault.unseal(name, text, purpose="p") for name, text in sealed.items()] == [b"secret"] * 2


def test_without_the_master_key_nothing_opens_and_the_message_says_what_to_do(settings: Any) -> None:
    sealed = vault.seal("w", b"secret", purpose="p")
    settings.VAULT_KEYS = [secrets.token_hex(32)]
    vault.forget()
    with pytest.raises(VaultFault, match="VAULT_KEY"):
        vault.unseal("w", sealed, purpose="p")


@pytest.mark.parametrize("key", ["", "short", "zz" * 32, "ab" * 31])
def test_a_master_key_of_another_form_is_refused(settings: Any, key: str) -> None:
    settings.VAULT_KEYS = [key]
    with pytest.raises(VaultFault, match="64 hexadecimal"):
        vault.seal("w", b"", purpose="p")


def test_a_data_key_cannot_be_given_to_another_workspace() -> None:
    sealed = vault.seal("one", b"secret", purpose="p")
    DataKey.objects.update(workspace_id="two")
    vault.forget()
    with pytest.raises(VaultFault):
        vault.unseal("two", sealed, purpose="p")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("abcdef", "******"),
        ("abcdefg", "ab***fg"),
        ("sk-0123456789", "sk*********89"),
        ("äöüäöüä", "äö***üä"),
    ],
)
def test_masks(text: str, shown: str) -> None:
    assert vault.mask(text) == shown


@given(text=st.text(max_size=80))
def test_a_mask_is_as_long_as_the_text_and_tells_four_characters_at_most(text: str) -> None:
    shown = vault.mask(text)
    assert len(shown) == len(text)
    assert len(shown.replace("*", "")) <= 4
