"""What reverse calls cost: added up per workspace, plugin, day and kind."""

import contextlib
import threading
from contextlib import aclosing
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from django.db import OperationalError, connections
from django.db.models import F

from runtime import accounting, reverse
from runtime.accounting import Call, counted
from runtime.database import in_thread
from runtime.host import choice
from runtime.models import ReverseUse, SessionUse
from tests.reverse.dify import plain, serving, streamed
from tests.reverse.plugins import Failed, session_of
from tests.reverse.test_dify import EMBEDDED, LAST, LLM, chunk
from tests.reverse.world import ask

pytestmark = pytest.mark.django_db(transaction=True)


async def answered(session, kind, request):
    call = {"type": kind, "backwards_request_id": "r", "request": request}
    async with aclosing(reverse.answer(session, call)) as answers:
        return [one["event"] async for one in answers]


def rows():
    accounting.flush()
    names = ("kind", "calls", "errors", "prompt_tokens", "completion_tokens", "price", "currency")
    return {row[0]: row[1:] for row in ReverseUse.objects.values_list(*names)}


async def test_tokens_prices_and_errors_of_calls():
    session = session_of("caller", "x")
    async with serving() as stub:
        choice.current = stub.host()
        stub.answers = {
            "invoke/llm": streamed(chunk("a"), LAST),
            "invoke/text-embedding": plain(EMBEDDED),
            "invoke/moderation": plain(None, "broken"),
        }
        for _ in range(3):
            await answered(session, "llm", LLM)
        await answered(session, "text_embedding", {"provider": "p", "model": "m", "texts": ["t"]})
        await answered(session, "moderation", {"provider": "p", "model": "m", "text": "t"})
        await choice.close()
    assert await in_thread(rows) == {
        "llm": (3, 0, 3, 6, Decimal("0.03"), "USD"),
        "text_embedding": (1, 0, 1, 0, Decimal(0), "USD"),
        "moderation": (1, 1, 0, 0, Decimal(0), ""),
    }
    (row, *_) = await in_thread(lambda: list(ReverseUse.objects.all()))
    assert (row.workspace_id, row.plugin_id) == (session.workspace, "patchbay/caller")
    assert row.day == accounting.today()
    assert row.seconds > 0


@pytest.mark.parametrize(
    ("tool", "parameters", "kind", "asked"),
    [
        ("llm", {"prompt": "one two"}, "llm", 1),
        ("structured", {"prompt": "no JSON"}, "llm_structured_output", 2),
        ("node", {"query": "nothing in it"}, "node_parameter_extractor", 2),
        ("summary", {"text": "one two"}, "system_summary", 1),
    ],
)
async def test_all_that_models_were_asked_for_a_call_is_on_its_account(world, tool, parameters, kind, asked):
    """Also a first answer that did not fit, and calls whose own answer tells no usage."""
    with contextlib.suppress(Failed):
        await ask(world, tool, **parameters)
    models = [one for one in world.sessions if one.type == "model"]
    assert len(models) == asked
    (found,) = (await in_thread(rows)).items()
    assert (found[0], found[1][0]) == (kind, 1)
    told = sum(len(str(message["content"]).split()) for one in models for message in one.data["prompt_messages"])
    assert found[1][2] == told, "the model counts a token a word"


async def test_refusals_cost_nothing():
    session = session_of("caller", "x")
    session.permission = {}
    assert await answered(session, "llm", LLM) == ["error"]
    assert accounting.waiting == {}


def test_what_is_left_early_counts_as_an_error():
    with pytest.raises(KeyError), counted(session_of("caller", "x"), "llm"):
        raise KeyError
    ((key, spent),) = accounting.waiting.items()
    assert key[3] == "llm"
    assert (spent.calls, spent.errors) == (1, 1)


def test_what_is_counted_is_added_to_what_is_there():
    for _ in range(2):
        with counted(session_of("caller", "x", workspace="w"), "tool"):
            pass
        accounting.flush()
    assert ReverseUse.objects.get().calls == 2
    assert accounting.waiting == {}


def test_what_cannot_be_written_is_kept_for_the_next_time(monkeypatch):
    with counted(session_of("caller", "x"), "tool"), counted(session_of("caller", "x"), "llm"):
        pass

    def broken(key, spent):
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(accounting, "write", broken)
        with pytest.raises(OperationalError):
            accounting.flush()
    assert len(accounting.waiting) == 2
    accounting.flush()
    assert ReverseUse.objects.count() == 2


def test_nothing_is_lost_between_two_that_flush():
    def count():
        for _ in range(50):
            with counted(session_of("caller", "x", workspace="w"), "tool"):
                pass
            accounting.flush()
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ReverseUse.objects.get().calls == 150


@pytest.mark.parametrize(
    "usage", [{"total_tokens": -5}, {"total_price": "NaN"}, {"total_price": "x"}, [1], {"total_tokens": "7"}]
)
def test_a_model_may_tell_nonsense(usage):
    call = Call()
    call.see(orjson.dumps({"delta": {"usage": usage}}))
    assert (call.prompt_tokens, call.price) == (0, Decimal(0))


@pytest.mark.parametrize(
    "usage",
    [
        {"total_tokens": 2**63, "completion_tokens": 2**62, "total_price": 1},
        {"total_tokens": 1e300, "prompt_tokens": 1e300, "total_price": "9" * 12},
        {"total_tokens": 1, "total_price": "1e-999999"},
        {"total_tokens": 1, "total_price": "1." + "1" * 40},
    ],
)
def test_nonsense_keeps_nothing_else_from_being_written(usage):
    for _ in range(20):
        with counted(session_of("caller", "x", workspace="w"), "llm") as call:
            call.see(orjson.dumps({"delta": {"usage": usage}}))
    accounting.flush()
    assert ReverseUse.objects.get().calls == 20


def test_a_session_that_is_told_after_its_day_was_written_is_not_lost():
    accounting.stayed(session_of("caller", "x", workspace="w"), Call())
    accounting.flush()
    assert SessionUse.objects.count() == 1


@pytest.mark.parametrize(("currency", "kept"), [("USD", "USD"), ("x" * 99, ""), (None, ""), ("usd", ""), (7, "")])
def test_currencies_have_three_letters(currency, kept):
    call = Call()
    call.see(orjson.dumps({"usage": {"total_tokens": 1, "currency": currency}}))
    assert call.currency == kept


def test_a_chart_shows_the_days_of_one_plugin():
    for workspace in ("w", "other"):
        with counted(session_of("caller", "x", workspace=workspace), "tool"):
            pass
    accounting.flush()
    (row,) = accounting.by_day("w", "patchbay/caller")
    assert (row["day"], row["kind"], row["calls"], row["errors"]) == (accounting.today(), "tool", 1, 0)
    assert accounting.by_day("w", "patchbay/caller", days=0) == []


def test_old_days_are_deleted():
    with counted(session_of("caller", "x"), "tool"):
        pass
    accounting.flush()
    accounting.expire()
    assert ReverseUse.objects.count() == 1
    ReverseUse.objects.update(day="2020-01-01")
    accounting.expire()
    assert ReverseUse.objects.count() == 0


def uses(workspace="w", plugin_id="patchbay/caller"):
    accounting.flush()
    return accounting.of_sessions(workspace, plugin_id)


def test_sessions_are_told_one_by_one_and_added_up_over_what_was_written():
    long, short = (session_of("caller", "x", workspace="w") for _ in range(2))
    short.trace = "the-door"
    for _ in range(2):
        with counted(long, "tool"):
            pass
        accounting.flush()
    with pytest.raises(KeyError), counted(short, "llm") as call:
        call.see(orjson.dumps({"usage": {"total_tokens": 5, "total_price": "0.5", "currency": "USD"}}))
        raise KeyError
    last, first = uses()
    assert (first["session_id"], first["trace"], first["calls"], first["errors"]) == (long.id, long.id, 2, 0)
    assert (last["session_id"], last["trace"], last["calls"], last["errors"]) == (short.id, "the-door", 1, 1)
    assert (last["prompt_tokens"], last["price"], last["currency"]) == (5, Decimal("0.5"), "USD")
    assert first["began"] <= first["ended"] <= last["ended"]
    assert SessionUse.objects.count() == 3


def test_a_flood_of_sessions_is_told_by_day_and_only_some_by_session(monkeypatch):
    monkeypatch.setattr(accounting, "MOST_SESSIONS", 3)
    for _ in range(5):
        with counted(session_of("caller", "x", workspace="w"), "tool"):
            pass
    assert len(uses()) == 3
    assert ReverseUse.objects.get().calls == 5


def test_sessions_that_cannot_be_written_are_kept_for_the_next_time(monkeypatch):
    with counted(session_of("caller", "x", workspace="w"), "tool"):
        pass

    def broken(rows):
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(SessionUse.objects, "bulk_create", broken)
        with pytest.raises(OperationalError):
            accounting.flush()
    assert ReverseUse.objects.count() == 0, "both are written, or none"
    assert len(uses()) == 1
    assert ReverseUse.objects.get().calls == 1


def test_old_sessions_are_deleted_before_old_days(settings):
    with counted(session_of("caller", "x"), "tool"):
        pass
    accounting.flush()
    SessionUse.objects.update(ended_at=F("ended_at") - timedelta(days=settings.USAGE_SESSIONS_DAYS + 1))
    accounting.expire()
    assert (SessionUse.objects.count(), ReverseUse.objects.count()) == (0, 1)
