"""The debugging page: who sees the key, who is connected, what was called, and what comes back afterwards."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest
from django.utils import timezone

from debugging import connections, keys, watching
from debugging.backend import DebuggingBackend
from debugging.errors import Refused
from debugging.masking import MASK, masked
from debugging.models import Connection, DebugKey
from runtime import node
from runtime.logs import PluginLog
from runtime.models import Installation, Package
from runtime.session import Session
from runtime.uploading import upload_package
from tests.debugging.test_handshake import good_lines, taken
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace

__all__ = ["cluster", "house", "install", "loop", "people", "visit", "workspace"]
pytestmark = pytest.mark.django_db

PAGE = "/w/support/debugging"
CALLS = f"{PAGE}/patchbay/handmade/-/calls"
ID = "patchbay/handmade"


def arrived(workspace):
    key = keys.fetch(str(workspace.id))
    registered = taken(*good_lines()).registered
    return connections.arrive(key, registered, origin="10.0.0.7:5000 by TCP")


@pytest.fixture
def guest(workspace, loop, tmp_path):
    """A connected plugin whose other side never answers; one call of it is recorded."""
    connection, installation = arrived(workspace)

    async def welcome():
        log = PluginLog(tmp_path / "log")
        backend = DebuggingBackend(connection.unique_identifier, origin="10.0.0.7", log=log, end=lambda _: None)
        await node.here().welcome(backend)
        data = {"tool": "greet", "tool_parameters": {"text": "<b>moin</b>"}, "credentials": {"api_key": "hush-hush"}}
        session = Session(str(workspace.id), connection.unique_identifier, "tool", "invoke_tool", data)
        event = '{{"event":"session","session_id":"{}","data":{{"type":"{}","data":{}}}}}\n'
        lines = event.format(session.id, "stream", '{"token":"t0p-secret","text":"hi"}') + event.format(
            session.id, "end", "{}"
        )
        asyncio.get_running_loop().call_later(0.02, backend.feed, lines.encode())
        async with aclosing(backend.stream(session)) as batches:
            async for _ in batches:
                pass
        return backend

    return connection, installation, asyncio.run_coroutine_threadsafe(welcome(), loop).result(5)


def test_only_who_governs_sees_and_makes_the_key(visit):
    assert visit().post(f"{PAGE}/key", {"hours": "24"}).status_code == 302
    key = keys.text_of(DebugKey.objects.get())
    assert key in visit().get(PAGE).content.decode()
    assert key in visit("admin").get(PAGE).content.decode()
    assert key not in visit("member").get(PAGE).content.decode()
    assert visit("member").post(f"{PAGE}/key", {"hours": "24"}).status_code == 403
    assert visit("stranger").get(PAGE).status_code == 404
    assert visit("stranger").post(f"{PAGE}/key").status_code == 404


def test_a_key_is_sealed_renewed_and_revoked(visit, workspace):
    visit().post(f"{PAGE}/key", {"hours": "2"})
    row = DebugKey.objects.get()
    first = keys.text_of(row)
    assert first not in row.sealed
    assert row.expires_at is not None
    assert timedelta(minutes=119) < row.expires_at - timezone.now() <= timedelta(hours=2)
    assert keys.admitted(first) == row
    visit().post(f"{PAGE}/key", {"hours": ""})
    with pytest.raises(Refused):
        keys.admitted(first)
    second = keys.current(str(workspace.id))
    assert second is not None
    assert second.expires_at is None
    visit().post(f"{PAGE}/key", {"act": "revoke"})
    assert keys.current(str(workspace.id)) is None
    DebugKey.objects.update(revoked_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refused):
        keys.admitted(keys.text_of(second))


def test_who_is_connected_and_what_was_called_is_shown_without_secrets(visit, guest):
    page = visit("member").get(PAGE).content.decode()
    assert "Handmade" in page
    assert "10.0.0.7:5000 by TCP" in page
    calls = visit("member").get(CALLS).content.decode()
    assert "greet" in calls
    assert "&lt;b&gt;moin" in calls
    assert "hush-hush" not in calls
    assert "t0p-secret" not in calls
    assert MASK in calls
    assert "Answered" in calls
    assert visit("stranger").get(CALLS).status_code == 404


def test_news_alone_are_sent_to_who_has_seen_the_rest(visit, guest):
    turn = watching.calls(guest[0].unique_identifier, 0)["turn"]
    answer = visit().get(f"{CALLS}?after={turn}&last=1", headers={"HX-Request": "true"}).content.decode()
    assert 'id="call-1"' not in answer
    changed = visit().get(f"{CALLS}?after={turn - 1}&last=1", headers={"HX-Request": "true"}).content.decode()
    assert 'id="call-1" hx-swap-oob="true"' in changed


def test_deadlines_can_be_switched_off_for_breakpoints(visit, guest):
    _, installation, backend = guest
    assert visit().post(f"{PAGE}/{ID}/-/patience", {"on": "yes"}).status_code == 302
    installation.refresh_from_db()
    assert installation.patient
    assert backend.patient
    assert b"Deadlines are off" in visit().get(CALLS).content
    visit().post(f"{PAGE}/{ID}/-/patience", {"on": "no"})
    assert not backend.patient
    assert visit("stranger").post(f"{PAGE}/{ID}/-/patience", {"on": "yes"}).status_code == 404


# What was installed before.


def test_a_regular_installation_is_shadowed_and_given_back(workspace, install, package_of, loop):
    regular = install(upload_package(package_of("echo").read_bytes()))
    package, source, meta = regular.package, regular.source, regular.meta
    declaration = {**package.declaration, "version": "9.9.9"}
    shadow = Package.objects.create(
        unique_identifier="patchbay/echo:9.9.9@" + "0" * 64,
        plugin_id="patchbay/echo",
        version="9.9.9",
        checksum="0" * 64,
        category="tool",
        size=0,
        declaration=declaration,
    )
    from runtime import hosting

    row = hosting.admit(regular.workspace_id, shadow)
    assert (row.pk, row.package, row.shadowed, row.runtime_type) == (regular.pk, shadow, package, "remote")
    hosting.admit(regular.workspace_id, shadow)  # a reconnect shadows nothing anew
    assert hosting.leave(regular.workspace_id, "patchbay/echo", package_id=shadow.pk)
    regular.refresh_from_db()
    assert (regular.package, regular.source, regular.meta, regular.runtime_type) == (package, source, meta, "local")
    assert regular.shadowed is None
    assert not Package.objects.filter(pk=shadow.pk).exists()
    assert not hosting.leave(regular.workspace_id, "patchbay/echo", package_id=shadow.pk)


def test_what_a_killed_node_left_is_cleared_by_the_next(workspace, loop):
    connection, installation = arrived(workspace)
    connections.sweep()  # it may come back
    assert Installation.objects.filter(pk=installation.pk).exists()
    connection.refresh_from_db()
    assert connection.left_why == "its node is gone"
    Connection.objects.update(left_at=timezone.now() - connections.RETURNS_WITHIN - timedelta(seconds=1))
    connections.sweep()
    assert not Installation.objects.filter(pk=installation.pk).exists()


def test_a_connection_that_lives_is_left_alone(guest):
    connection, installation, _ = guest
    connections.sweep()
    connection.refresh_from_db()
    assert connection.left_at is None
    assert Installation.objects.filter(pk=installation.pk).exists()


def test_secrets_are_masked_by_where_they_stand():
    given = {"credentials": {"endpoint": "https://x", "on": True, "none": None}, "api_key": "a", "text": "b", "n": [1]}
    shown = {"credentials": {"endpoint": MASK, "on": True, "none": None}, "api_key": MASK, "text": "b", "n": [1]}
    assert masked(given) == shown
