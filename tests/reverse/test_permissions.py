"""What a plugin may call back is what its manifest declares, less what its workspace denies; refusals are recorded."""

import contextlib
from contextlib import aclosing
from typing import Any

import pytest

from runtime import audit, lookup, policy, reverse
from runtime.database import in_thread
from runtime.host import choice
from runtime.models import Refusal
from runtime.reverse.table import BY_KIND, ROWS
from tests.reverse.dify import plain, serving
from tests.reverse.plugins import Failed, running, session_of, told

pytestmark = pytest.mark.django_db(transaction=True)

DENIED = "permission denied, you need to enable {} access in plugin manifest"
# tool of `caller` with parameters, the permission as the refusal names it
CALLS: list[Any] = [
    ("llm", {"prompt": "p"}, "llm"),
    ("structured", {"prompt": "p"}, "llm"),
    ("summary", {"text": "t"}, "llm"),
    ("embedding", {"text": "t"}, "text-embedding"),
    ("embedding", {"text": "t", "multimodal": True}, "text-embedding"),
    ("rerank", {"query": "q", "texts": ["a"]}, "rerank"),
    ("rerank", {"query": "q", "texts": ["a"], "multimodal": True}, "rerank"),
    ("tts", {"text": "t"}, "tts"),
    ("speech2text", {"text": "t"}, "speech2text"),
    ("moderation", {"text": "t"}, "moderation"),
    ("tool", {"text": "t"}, "tool"),
    ("node", {"query": "q"}, "node"),
    ("node", {"query": "q", "kind": "classify"}, "node"),
    ("app", {"app_id": "a"}, "app"),
    ("fetch_app", {"app_id": "a"}, "app"),
    ("storage", {"key": "k"}, "storage"),
]


@pytest.fixture
async def dify():
    """Every call that goes out would be answered: refusals are ours."""
    async with serving() as stub:
        choice.current = stub.host()
        yield stub
        await choice.close()


def permission_without(needs):
    """All that there is but this one, by the name in the refusal."""
    kinds = ("llm", "text_embedding", "rerank", "tts", "speech2text", "moderation")
    groups = {name: {"enabled": name != needs} for name in ("tool", "node", "app")}
    model = {kind: kind.replace("_", "-") != needs for kind in kinds} | {"enabled": True}
    return groups | {"model": model, "storage": {"enabled": needs != "storage", "size": 1024}}


async def test_every_row_is_refused_without_its_permission(dify):
    async with running("caller") as plugin:
        for tool, parameters, needs in CALLS:
            session = session_of("caller", tool, **parameters)
            session.permission = permission_without(needs)
            with pytest.raises(Failed, match=DENIED.format(needs)):
                await told(plugin, session)
    assert dify.seen == []
    assert await in_thread(Refusal.objects.count) == len(CALLS)


def permission_for(needs):
    """Nothing but this one."""
    kind = needs.replace("-", "_")
    if needs in ("tool", "node", "app", "storage"):
        return {kind: {"enabled": True, "size": 1024}}
    return {"model": {"enabled": True, kind: True}}


async def test_every_row_is_granted_by_its_permission_alone(dify):
    async with running("caller") as plugin:
        for tool, parameters, needs in CALLS:
            session = session_of("caller", tool, **parameters)
            session.permission = permission_for(needs)
            with contextlib.suppress(Failed):  # what Dify would answer is not this test's affair
                await told(plugin, session)
    assert len(dify.seen) == len([call for call in CALLS if call[2] != "storage"])
    assert await in_thread(Refusal.objects.count) == 0


async def test_a_kind_of_model_needs_the_group_as_well(dify):
    session = session_of("caller", "x")
    for permission in ({"model": {"enabled": False, "llm": True}}, {"model": {"llm": True}}, {"model": None}, {}):
        session.permission = permission
        assert await refused(session, "llm") == DENIED.format("llm")


async def refused(session, kind, request=None):
    """The one response to a call that is not answered."""
    call = {"type": kind, "backwards_request_id": "r", "request": request or {}}
    async with aclosing(reverse.answer(session, call)) as answers:
        (only,) = [one async for one in answers]
    assert (only["event"], only["data"]) == ("error", None)
    return only["message"]


@pytest.mark.parametrize("tool", ["storage", "llm", "tool"])
async def test_the_beggar_gets_nothing(tool, dify):
    parameters = {"storage": {"key": "k"}, "llm": {"prompt": "p"}, "tool": {"text": "t"}}[tool]
    async with running("beggar") as plugin:
        session = session_of("beggar", tool, **parameters)
        with pytest.raises(Failed, match=DENIED.format(tool)):
            await told(plugin, session)
    row = await in_thread(Refusal.objects.get)
    assert (row.workspace_id, row.plugin_id, row.call) == (session.workspace, "patchbay/beggar", tool)
    assert row.version == session.plugin
    assert row.reason == DENIED.format(tool)
    assert row.created_at is not None


async def test_uploading_needs_no_permission(dify):
    dify.answers["upload/file/request"] = plain({"url": "http://files/1"})
    session = session_of("caller", "x")
    session.permission = {}
    call = {"type": "upload_file", "backwards_request_id": "r", "request": {"filename": "a", "mimetype": "b/c"}}
    async with aclosing(reverse.answer(session, call)) as answers:
        assert [one["event"] async for one in answers] == ["response"]


async def test_models_may_not_call_back(dify):
    session = session_of("caller", "x")
    session.type = "model"
    assert await refused(session, "storage") == "you can not invoke dify from model"


async def test_what_is_no_row_is_refused(dify):
    for kind in ("encrypt", "x" * 1000):
        assert await refused(session_of("caller", "x", workspace="w"), kind) == f"unsupported invoke type: {kind}"
    row = await in_thread(Refusal.objects.get)
    assert (row.call, row.reason) == ("unknown", "unsupported invoke type: encrypt")


async def test_calls_in_a_circle_are_stopped(dify):
    session = session_of("caller", "x")
    session.depth = reverse.DEEPEST
    assert "nested more than 10 deep" in await refused(session, "llm")
    flat = [row.kind for row in ROWS if not row.nests]
    assert flat == ["fetch_app", "storage", "upload_file"]


async def test_requests_are_checked_by_their_row(dify):
    session = session_of("caller", "x")
    start = "unmarshal backwards invoke request failed: "
    assert await refused(session, "llm", {"provider": "p"}) == f"{start}model: Field required"
    message = await refused(session, "node_question_classifier", {"classes": [{"id": 1}], "model": {}, "query": "q"})
    assert message.startswith(start)
    assert "classes.0.name: Field required" in message
    assert await in_thread(Refusal.objects.count) == 0, "that was a mistake, not an attempt"


async def test_a_workspace_takes_permissions_away_but_gives_none(dify):
    dify.answers["invoke/moderation"] = plain({"result": False})
    session, other = session_of("caller", "x"), session_of("caller", "x")
    request = {"provider": "p", "model": "m", "text": "t"}
    await in_thread(policy.deny, session.workspace, "model.moderation")
    await in_thread(policy.deny, session.workspace, "storage", plugin_id="patchbay/other")
    lookup.forget()
    policy.forget()
    assert "this workspace does not grant moderation access" in await refused(session, "moderation", request)
    assert not await policy.denies(session, "storage"), "that is another plugin's"
    assert not await policy.denies(other, "model.moderation"), "that is another workspace's"
    await in_thread(policy.deny, session.workspace, "model")
    policy.forget()
    assert await policy.denies(session, "model.llm"), "the group takes its kinds along"
    await in_thread(policy.allow, session.workspace, "model")
    await in_thread(policy.allow, session.workspace, "model.moderation")
    policy.forget()
    assert not await policy.denies(session, "model.moderation")
    session.permission = {}
    assert await refused(session, "moderation", request) == DENIED.format("moderation")


async def test_the_same_refusal_again_is_counted_in_one_row(dify):
    session = session_of("caller", "x")
    session.permission = {}
    for _ in range(5):
        await refused(session, "llm")
    await refused(session, "tool")
    await in_thread(audit.flush)
    rows = await in_thread(lambda: dict(Refusal.objects.values_list("call", "times")))
    assert rows == {"llm": 5, "tool": 1}
    for one in audit.recent.values():
        one.since -= audit.TOGETHER + 1
    await in_thread(audit.flush)
    await refused(session, "llm")
    assert await in_thread(Refusal.objects.count) == 3, "a minute later it is a new row"


def test_each_row_says_who_gates_it():
    assert len(BY_KIND) == 17
    assert {row.kind for row in ROWS if not row.permission} == {"upload_file"}
