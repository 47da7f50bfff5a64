"""What plugins keep: by key, within a quota, one writer at a time (protocol.md 7.3)."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from runtime import storage
from runtime.database import in_thread
from runtime.host.faults import HostFault
from runtime.models import StorageUse, StoredValue
from runtime.session import Session
from tests.reverse.plugins import Failed, running, session_of, told

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = 1 << 20  # as the manifest of `caller` declares


def session(workspace="w", plugin="acme/keeps:0.0.1@x", size=SIZE):
    permission = {"storage": {"enabled": True, "size": size}}
    return Session(workspace=workspace, plugin=plugin, type="tool", action="", data={}, permission=permission)


def ask(opt, key, value=b"", **of):
    return storage.run(session(**of), {"opt": opt, "key": key, "value": value.hex()})


def test_what_is_set_can_be_got_looked_for_and_deleted():
    assert ask("exist", "k") == {"data": False, "exist_num": 0}
    assert ask("set", "k", b"\x00\xff") == {"data": "ok"}
    assert ask("get", "k") == {"data": "00ff"}
    assert ask("exist", "k") == {"data": True, "exist_num": 1}
    assert ask("del", "k") == {"data": "ok", "deleted_num": 1}
    assert ask("exist", "k") == {"data": False, "exist_num": 0}
    assert storage.used("w", "acme/keeps") == 0


def test_an_empty_value_is_a_value():
    ask("set", "k")
    assert ask("get", "k") == {"data": ""}


@pytest.mark.parametrize(
    ("opt", "message"),
    [("get", storage.NOT_SET), ("del", "delete data failed: the key is not set")],
)
def test_what_is_not_there_is_an_error(opt, message):
    with pytest.raises(HostFault, match=message):
        ask(opt, "none")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("k" * 257, "save data failed: key length must be less than 256 characters"),
        ("é" * 129, "key length"),
        ("../k", "path traversal attempt"),
        ("a/../../k", "path traversal attempt"),
        ("a\\b", "path traversal attempt"),
        ("//k", "path traversal attempt"),
        ("", "must be a name"),
        (".", "must be a name"),
        ("a\0b", "must be a name"),
    ],
)
def test_keys_are_checked(key, message):
    with pytest.raises(HostFault, match=message):
        ask("set", key, b"v")
    assert not StoredValue.objects.exists()


def test_a_key_is_a_clean_path():
    ask("set", "k" * 256, b"longest")
    ask("set", "a/./b", b"v")
    assert ask("get", "a/b") == {"data": b"v".hex()}
    assert ask("get", "/a//b") == {"data": b"v".hex()}


def test_values_must_be_hexadecimal():
    with pytest.raises(HostFault, match="decode data failed"):
        storage.run(session(), {"opt": "set", "key": "k", "value": "xyz"})
    with pytest.raises(HostFault, match="unknown storage operation: list"):
        ask("list", "k")


def test_workspaces_and_plugins_do_not_see_each_other_but_versions_do():
    ask("set", "k", b"mine")
    assert ask("get", "k", plugin="acme/keeps:0.0.2@y") == {"data": b"mine".hex()}
    assert not ask("exist", "k", workspace="other")["data"]
    assert not ask("exist", "k", plugin="acme/other:0.0.1@x")["data"]


def test_the_quota_counts_bytes_and_is_checked_before_anything_is_kept():
    ask("set", "k", b"x" * SIZE)
    with pytest.raises(HostFault, match="allocated size is greater than max storage size"):
        ask("set", "more", b"x")
    assert not ask("exist", "more")["data"]
    ask("set", "k", b"x" * (SIZE - 1))
    ask("set", "more", b"x")
    with pytest.raises(HostFault, match="allocated size"):
        ask("set", "k", b"y" * SIZE)
    assert ask("get", "k") == {"data": (b"x" * (SIZE - 1)).hex()}, "the old value stays"
    assert storage.used("w", "acme/keeps") == SIZE
    ask("del", "k")
    assert storage.used("w", "acme/keeps") == 1


def test_the_host_may_allow_less_than_is_declared(settings):
    settings.PERSISTENCE_STORAGE_MAX_SIZE = 10
    with pytest.raises(HostFault, match="allocated size"):
        ask("set", "k", b"x" * 11)
    assert storage.quota({"storage": {"enabled": True}}) == 0


def test_what_takes_no_more_room_is_granted_over_quota():
    """A new version may declare less than the old one has filled."""
    ask("set", "k", b"x" * 100)
    ask("set", "k", b"y" * 100, size=50)
    with pytest.raises(HostFault, match="allocated size"):
        ask("set", "k", b"y" * 101, size=50)


def race(numbers, write):
    def once(number):
        try:
            return write(number)
        except HostFault:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return [one for one in pool.map(once, numbers) if one]


def sums_agree():
    kept = sum(StoredValue.objects.values_list("size", flat=True))
    assert StorageUse.objects.get().size == kept
    assert kept == sum(len(value) for value in StoredValue.objects.values_list("value", flat=True))
    return kept


def test_concurrent_writers_never_pass_the_quota():
    """Forty writers of 100 bytes, room for ten: exactly ten get in (runtime.md 1, row 25)."""
    done = race(range(40), lambda number: ask("set", f"k{number}", b"x" * 100, size=1024))
    assert len(done) == 10
    assert sums_agree() == 1000


def test_concurrent_writers_of_one_key_are_counted_once():
    race(range(40), lambda number: ask("set", "k", b"x" * (number + 1)))
    race(range(20), lambda number: ask("set", f"k{number % 3}", b"y" * number) and ask("del", f"k{number % 3}"))
    sums_agree()


async def test_the_sdk_keeps_and_gets_values():
    async with running("caller") as plugin:
        session = session_of("caller", "storage", key="k", value="größer")
        assert await told(plugin, session) == {"same": True, "there": True, "there_still": False}
        with pytest.raises(Failed, match="please check if the key is correct"):
            await told(plugin, session_of("caller", "storage", key="none", operation="get"))


async def test_the_sdk_is_told_that_the_quota_is_used_up():
    async with running("caller") as plugin:
        fill = session_of("caller", "storage", key="k", operation="fill", size=SIZE)
        assert await told(plugin, fill) == {"size": SIZE}
        again = session_of("caller", "storage", workspace=fill.workspace, key="l", operation="fill", size=1)
        with pytest.raises(Failed, match="save data failed: allocated size is greater than max storage size"):
            await told(plugin, again)
        assert await in_thread(storage.used, fill.workspace, "patchbay/caller") == SIZE


async def test_five_hundred_at_once_in_one_session():
    async with running("caller") as plugin:
        session = session_of("caller", "crowd", count=500)
        assert await told(plugin, session) == {"count": 500, "same": True}


async def test_a_value_is_whole_whenever_the_plugin_dies():
    async with running("caller") as plugin:
        keep = session_of("caller", "storage", key="k", operation="fill", size=SIZE // 2)
        assert await told(plugin, keep) == {"size": SIZE // 2}
        again = session_of("caller", "storage", workspace=keep.workspace, key="k", operation="fill", size=SIZE)
        stream = plugin.stream(again)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.05)
        os.kill(plugin.pid, 9)
        await first
    assert await in_thread(sums_agree) in (SIZE // 2, SIZE)
