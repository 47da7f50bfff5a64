"""The audit trail: every act once, chained, and a chain that shows each change."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace import auditing
from marketplace.canonical import canonical
from marketplace.models import AuditEntry, User
from marketplace.whereabouts import whereabouts

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
UNDER_LOAD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
few = settings(max_examples=20, deadline=None, suppress_health_check=UNDER_LOAD)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@example.org", "secret", name="Ada")


def written() -> list[str]:
    auditing.chain()
    return list(auditing.lines())


def test_an_entry_says_who_what_and_from_where(ada: User) -> None:
    auditing.record("key.retire", "abc", by=ada, before={"state": "active"}, after={"state": "retired"}, address="::1")
    entry = json.loads(written()[0])
    assert entry["by"] == "Ada <ada@example.org>"
    assert entry["by_id"] == str(ada.pk)
    assert (entry["act"], entry["subject"], entry["address"]) == ("key.retire", "abc", "::1")
    assert (entry["before"], entry["after"]) == ({"state": "active"}, {"state": "retired"})
    assert (entry["number"], entry["previous"]) == (1, auditing.GENESIS)


@few
@given(values=st.lists(st.dictionaries(st.text(max_size=8), JSON, max_size=3), min_size=1, max_size=5))
def test_whatever_is_written_the_chain_is_whole(db: None, values: list[dict[str, Any]]) -> None:
    for value in values:
        auditing.record("x", "y", after=value)
    assert list(auditing.faults(iter(written()))) == []


def test_an_act_that_is_taken_back_leaves_no_entry(db: None) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        auditing.record("x", "gone")
        raise RuntimeError
    assert written() == []


@pytest.fixture
def exported(db: None) -> list[str]:
    for number in range(5):
        auditing.record("x", f"s{number}", after={"n": number})
    return written()


CHANGES: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "another person": lambda rows: rows[2].update(by="Mallory"),
    "another value": lambda rows: rows[2]["after"].update(n=7),
    "one taken out": lambda rows: rows.pop(2),
    "two changed places": lambda rows: rows.insert(1, rows.pop(2)),
    "one put in": lambda rows: rows.insert(2, dict(rows[1])),
    "another beginning": lambda rows: rows[0].update(previous="1" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_shows(exported: list[str], change: Callable[[list[dict[str, Any]]], object]) -> None:
    rows = [json.loads(line) for line in exported]
    change(rows)
    assert list(auditing.faults(canonical(row) for row in rows)) != []


def test_a_hash_that_was_made_anew_breaks_the_next_one(exported: list[str]) -> None:
    row = json.loads(exported[2])
    row["by"] = "Mallory"
    stated = row.pop("hash")
    forged = auditing.digest(AuditEntry(**{**row, "by_id": None, "at": AuditEntry.objects.get(number=3).at}))
    assert forged != stated
    rows = [*exported[:2], canonical({**row, "hash": forged}), *exported[3:]]
    assert list(auditing.faults(iter(rows))) == ["Entry 4 does not follow from the one before it."]


def test_the_command_exports_and_proves(exported: list[str], tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trail.jsonl"
    call_command("audit", "export", "-o", str(file))
    assert file.read_text().splitlines() == exported
    call_command("audit", "verify", str(file))
    assert "5 entries" in capsys.readouterr().out
    file.write_text(file.read_text().replace("s3", "s9"))
    with pytest.raises(CommandError, match="not whole"):
        call_command("audit", "verify", str(file))
    call_command("audit", "export", "--after", "3")
    assert capsys.readouterr().out.splitlines() == exported[3:]


def test_models_refuse(exported: list[str]) -> None:
    entry = AuditEntry.objects.get(number=1)
    acts: list[Callable[[], object]] = [
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(by="Mallory"),
        lambda: AuditEntry.objects.bulk_update([entry], ["by"]),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied, match="ledger"):
            act()
    assert list(auditing.faults(iter(written()))) == []


# Where it comes from.


def test_a_request_says_where_it_comes_from(ada: User, settings: Any) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.9"}, REMOTE_ADDR="192.0.2.7")
    found: list[str] = []

    def act(_: HttpRequest) -> HttpResponse:
        found.append(auditing.record("x", "y").address)
        return HttpResponse()

    answer = whereabouts(act)
    answer(request)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer(request)
    assert found == ["192.0.2.7", "10.0.0.9"]
    assert auditing.record("x", "y").address == ""
