"""The desk's pages: who sees them, and what can be done there."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from marketplace import keeping
from marketplace.models import (
    Comment,
    Finding,
    PrivacyStatement,
    Submission,
    User,
)
from marketplace.review import thread, urls
from marketplace.signing.decisions import make_key
from tests.review.conftest import kept, released

pytestmark = pytest.mark.django_db
State = Submission.State
Ready = Callable[..., Submission]
ONE = "/desk/submissions/{pk}"
DESK = [
    "/desk/",
    ONE,
    f"{ONE}/files",
    f"{ONE}/files/main.py",
    f"{ONE}/raw/main.py",
    f"{ONE}/changes",
    "/desk/statistics",
]
STAFF = ["/desk/administration", "/desk/audit"]
EVERYBODY = ["/rules/", "/rules/code-readable"]
ACTS = ["claim", "let-go", "ping", "approve", "send-back", "reject", "escalate", "screen", "take-back", "comments"]
ACTS += ["privacy", "privacy/complete", "comments/1/resolve", "findings/1"]
ADMIN = "/desk/administration"
STAFF_ACTS = [f"{ADMIN}/policy", f"{ADMIN}/standing", f"{ADMIN}/reviewers", f"{ADMIN}/reports/1"]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


def visit(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def post(client: Client, one: Submission, act: str, **fields: Any) -> Any:
    return client.post(f"/desk/submissions/{one.pk}/{act}", {"serial": one.serial, **fields})


# Who sees what.


def test_every_address_is_tried_here() -> None:
    tried = {
        *DESK,
        *STAFF,
        *EVERYBODY,
        *STAFF_ACTS,
        *(f"{ONE}/{act}" for act in ACTS),
        "/desk/batch",
        f"{ONE}/changes/main.py",
    }
    asked = {get_resolver().resolve(path.format(pk="00000000-0000-4000-8000-000000000000")).url_name for path in tried}
    assert {pattern.name for pattern in urls.urlpatterns} == asked


@pytest.mark.parametrize(
    ("name", "desk", "staff"),
    [
        ("owner", 404, 404),
        ("mate", 404, 404),
        ("stranger", 404, 404),
        ("ada", 200, 403),
        ("staff", 200, 200),
        ("", 302, 302),
    ],
)
def test_who_sees_the_desk(people: SimpleNamespace, one: Submission, name: str, desk: int, staff: int) -> None:
    client = visit(getattr(people, name) if name else None)
    for path in [*DESK, f"{ONE}/changes/main.py"]:
        assert client.get(path.format(pk=one.pk)).status_code == desk, path
    for path in STAFF:
        assert client.get(path).status_code == staff, path
    for path in EVERYBODY:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(("name", "status"), [("owner", 404), ("mate", 404), ("stranger", 404), ("", 302)])
def test_nobody_else_acts(people: SimpleNamespace, one: Submission, name: str, status: int) -> None:
    client = visit(getattr(people, name) if name else None)
    for path in [*(f"/desk/submissions/{one.pk}/{act}" for act in ACTS), "/desk/batch", *STAFF_ACTS]:
        assert client.post(path).status_code == status, path


def test_reviewers_do_not_govern(people: SimpleNamespace) -> None:
    for path in STAFF_ACTS:
        assert visit(people.ada).post(path).status_code == 403, path


def test_a_reviewer_of_the_organization_looks_on(people: SimpleNamespace, one: Submission) -> None:
    people.mate.is_reviewer = True
    people.mate.save()
    client = visit(people.mate)
    page = client.get(f"/desk/submissions/{one.pk}")
    assert "Others decide" in page.content.decode()
    assert 'id="approve"' not in page.content.decode()
    assert post(client, one, "approve", category="community").status_code == 403
    assert post(client, one, "comments", text="Hm.").status_code == 403
    assert not one.decisions.exists()


def test_pages_hold_neither_script_nor_style(people: SimpleNamespace, one: Submission) -> None:
    for path in [*DESK, *STAFF, *EVERYBODY]:
        if "/raw/" not in path:
            page = visit(people.staff).get(path.format(pk=one.pk)).content.decode()
            assert INLINE.findall(page) == [], path


# The queue.


def test_the_queue_is_in_the_order_of_due_dates_and_can_be_filtered(people: SimpleNamespace, ready: Ready) -> None:
    late = ready(version="2.0.0", due_at="2026-01-02T00:00Z", risk="high")
    later = ready(version="1.0.0", due_at="2026-03-02T00:00Z")
    client = visit(people.ada)
    page = client.get("/desk/").content.decode()
    assert page.index(str(late.pk)) < page.index(str(later.pk))
    assert "days late" in page
    assert str(later.pk) not in client.get("/desk/?risk=high").content.decode()
    assert str(late.pk) not in client.get("/desk/?q=nobody&risk=%00&reason=x&view=y&page=z").content.decode()
    part = client.get("/desk/", headers={"HX-Request": "true", "HX-Target": "queue"}).content.decode()
    assert "<html" not in part


def test_the_queue_asks_the_database_as_often_for_one_as_for_many(
    people: SimpleNamespace, ready: Ready, django_assert_max_num_queries: Any
) -> None:
    client = visit(people.ada)
    for number in range(12):
        ready(version=f"1.{number}.0", due_at="2026-01-02T00:00Z")
    with django_assert_max_num_queries(24):
        client.get("/desk/")


def test_many_are_decided_at_once_each_by_itself(people: SimpleNamespace, ready: Ready) -> None:
    good, bad = ready(), ready(version="1.1.0")
    bad.sections.update(state="failed")
    chosen = [f"{one.pk}@{one.serial}" for one in (good, bad)]
    answer = visit(people.ada).post("/desk/batch", {"chosen": chosen, "act": "approve"}, follow=True)
    assert [Submission.objects.get(pk=one.pk).state for one in (good, bad)] == [State.APPROVED, State.QUEUED]
    assert "Not scanned: secrets" in answer.content.decode()


@pytest.mark.parametrize("chosen", [[], ["x"], ["@1"], ["00000000-0000-4000-8000-000000000000@x"]])
def test_a_batch_of_nonsense_does_nothing(people: SimpleNamespace, chosen: list[str]) -> None:
    answer = visit(people.ada).post("/desk/batch", {"chosen": chosen, "act": "approve"})
    assert answer.status_code == 302


# A submission.


def test_not_scanned_never_looks_clean(people: SimpleNamespace, one: Submission) -> None:
    one.sections.update(state="not_scanned", summary="There is no advisory database.")
    page = visit(people.ada).get(f"/desk/submissions/{one.pk}").content.decode()
    assert "Not scanned" in page
    assert "Nothing found" not in page
    one.sections.all().delete()
    page = visit(people.ada).get(f"/desk/submissions/{one.pk}").content.decode()
    assert "No check has looked at this package" in page


def test_from_claim_to_approval(people: SimpleNamespace, one: Submission) -> None:
    client = visit(people.ada)
    assert post(client, one, "claim").status_code == 302
    assert "Yours until" in client.get(f"/desk/submissions/{one.pk}").content.decode()
    assert "Yours until" in post(client, one, "ping").content.decode()
    assert "Ada is at work" in post(visit(people.bob), one, "ping").content.decode()
    refused = post(visit(people.bob), one, "approve", category="community", reason="Read it all.")
    assert refused.status_code == 403
    assert "Read it all." in refused.content.decode()
    post(client, one, "let-go")
    assert post(client, one, "approve", category="community").status_code == 302
    assert Submission.objects.get(pk=one.pk).state == State.APPROVED


def test_what_was_typed_in_vain_stays(people: SimpleNamespace, ready: Ready) -> None:
    asks = {"resource": {"permission": {"app": {"enabled": True}, "node": {"enabled": True}}}}
    released(ready(declaration={}))
    one = ready(version="1.1.0", declaration=asks)
    fields = {
        "category": "community",
        "tick": ["permissions:app"],
        "reason-permissions:app": "It answers through apps.",
    }
    answer = post(visit(people.ada), one, "approve", **fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tick these under “Change in power” and say why: permissions:node" in page
    assert 'value="It answers through apps."' in page
    assert re.search(r'value="permissions:app" form="approve" checked', page)


@pytest.mark.parametrize("serial", ["", "x", "7"])
def test_a_page_that_is_out_of_date_decides_nothing(people: SimpleNamespace, one: Submission, serial: str) -> None:
    for act, fields in (("approve", {"category": "community"}), ("reject", {"rule": "notes", "text": "x"})):
        assert post(visit(people.ada), one, act, **fields | {"serial": serial}).status_code == 409
    assert not one.decisions.exists()


def test_sent_back_with_a_rules_answer_and_a_date(people: SimpleNamespace, one: Submission) -> None:
    client = visit(people.ada)
    for days in ("soon", "0", "1000"):
        assert post(client, one, "send-back", text="Fix it.", days=days).status_code == 409
    post(client, one, "send-back", text="", rule="notes", days="10")
    one.refresh_from_db()
    assert one.state == State.NEEDS_INFO
    assert one.fix_by is not None
    assert "what has changed" in Comment.objects.get().text


def test_rejected_for_a_rule_that_everybody_can_read(people: SimpleNamespace, one: Submission) -> None:
    post(visit(people.ada), one, "reject", rule="code-readable", text="See main.py.")
    page = visit(people.bob).get(f"/desk/submissions/{one.pk}").content.decode()
    assert "/rules/code-readable?version=1.0" in page
    assert "Code that can be read" in visit(None).get("/rules/code-readable?version=1.0").content.decode()


def test_findings_are_settled_and_opened_again(people: SimpleNamespace, one: Submission) -> None:
    finding = Finding.objects.create(
        section=one.sections.get(),
        rule="secret",
        severity="error",
        blocking=True,
        path="main.py",
        line=2,
        message="A key.",
    )
    client = visit(people.ada)
    assert post(client, one, f"findings/{finding.pk}", reason="").status_code == 409
    post(client, one, f"findings/{finding.pk}", reason="A test’s.")
    assert "A test’s." in client.get(f"/desk/submissions/{one.pk}").content.decode()
    post(client, one, f"findings/{finding.pk}", again="1")
    finding.refresh_from_db()
    assert finding.settled_at is None
    assert "A key." in client.get(f"/desk/submissions/{one.pk}/files/main.py").content.decode()


def test_the_privacy_review_point_by_point(people: SimpleNamespace, one: Submission) -> None:
    points = [
        {"key": "host:a", "text": "It calls a.", "path": "main.py", "line": 1},
        {"key": "b", "text": "It keeps b."},
    ]
    PrivacyStatement.objects.filter(submission=one).update(checklist=points, reviewed_at=None, reviewed_by=None)
    client = visit(people.ada)
    assert post(client, one, "privacy/complete").status_code == 409
    assert post(client, one, "privacy", key="host:a", answer="explained", reason="").status_code == 409
    assert post(client, one, "privacy", key="nothing", answer="explained", reason="x").status_code == 409
    for key in ("host:a", "b"):
        post(client, one, "privacy", key=key, answer="explained", reason="Its own service.")
    assert post(client, one, "privacy/complete").status_code == 302
    post(client, one, "privacy", key="b", answer="to_fix", reason="No.")
    assert PrivacyStatement.objects.get(submission=one).reviewed_at is None


@pytest.mark.parametrize(
    ("act", "given", "said"),
    [
        ("comments", {"text": "Hm.", "path": "a\nb"}, "There is no such file in this package."),
        ("comments", {"text": "Hm.", "path": "../../etc/passwd"}, "There is no such file in this package."),
        ("comments", {"text": "Hm.", "rule": "no-such-rule"}, "Choose the rule of the book"),
        ("comments", {"text": "x" * 20_000}, "Keep it under 10,000 characters."),
        ("send-back", {"text": "Hm.", "days": "9" * 5000}, "in whole days"),
        ("send-back", {"text": "Hm.", "days": "91"}, "between 1 and 90 days"),
        ("approve", {"serial": "9" * 5000}, "Load the page again"),
        ("privacy", {"key": "nothing", "answer": "explained", "reason": "So."}, "no longer on the list"),
    ],
)
def test_what_makes_no_sense_is_said_and_breaks_nothing(
    people: SimpleNamespace, one: Submission, act: str, given: dict[str, str], said: str
) -> None:
    client = visit(people.bob)
    answer = post(client, one, act, **{"serial": str(one.serial), **given})
    assert answer.status_code == 409
    assert said in answer.text
    assert client.get(f"/desk/submissions/{one.pk}").status_code == 200


def test_a_remark_on_a_file_that_has_no_address_is_read_all_the_same(people: SimpleNamespace, one: Submission) -> None:
    Comment.objects.create(submission=one, by=people.ada, text="From before.", path="a\nb")
    assert "From before." in visit(people.bob).get(f"/desk/submissions/{one.pk}").content.decode()


def test_a_line_beyond_all_files_is_no_line(people: SimpleNamespace, one: Submission) -> None:
    post(visit(people.bob), one, "comments", text="Hm.", path="main.py", line="9" * 30)
    assert (one.comments.get().path, one.comments.get().line) == ("main.py", None)


def test_comments_on_lines_lead_back_to_them(people: SimpleNamespace, one: Submission) -> None:
    here = f"/desk/submissions/{one.pk}/files/main.py"
    client = visit(people.ada)
    assert 'name="line" value="2"' in client.get(f"{here}?line=2").content.decode()
    answer = post(client, one, "comments", text="Why?", path="main.py", line="2", back=f"{here}#L2")
    assert answer["Location"] == f"{here}#L2"
    for elsewhere in ("https://example.org/", "//example.org", "/desk/", f"/desk/submissions/{one.pk}/\\\\example.org"):
        answer = post(client, one, "comments", text="Why?", internal="on", back=elsewhere)
        assert answer["Location"] == f"/desk/submissions/{one.pk}#thread"
    page = client.get(here).content.decode()
    assert "&lt;b&gt;" in page
    assert "Why?" in page


def test_files_are_saved_never_shown_by_the_browser(people: SimpleNamespace, one: Submission) -> None:
    answer = visit(people.ada).get(f"/desk/submissions/{one.pk}/raw/main.py")
    assert answer["Content-Disposition"] == 'attachment; filename="main.py"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert "This file is not shown" in visit(people.ada).get(f"/desk/submissions/{one.pk}/files/logo").content.decode()
    for path in ("files/none.py", "raw/none.py", "changes/none.py", "files/../../x"):
        assert visit(people.ada).get(f"/desk/submissions/{one.pk}/{path}").status_code == 404


def test_changes_against_the_last_approved_version(people: SimpleNamespace, ready: Ready) -> None:
    lines = [f"line_{number} = {number}\n" for number in range(60)]
    released(ready(package=kept(main_py="".join(lines))))
    lines[30] = "line_30 = 'changed'\n"
    one = ready(version="1.1.0", package=kept(main_py="".join(lines)))
    page = visit(people.ada).get(f"/desk/submissions/{one.pk}/changes").content.decode()
    assert "27 lines as before" in page
    assert "line_3<" not in page.replace("line_30<", "")
    assert (
        "as before"
        not in visit(people.ada)
        .get(f"/desk/submissions/{one.pk}/changes/main.py?all")
        .content.decode()
        .partition("<table")[2]
    )


def test_a_submission_whose_package_is_gone_can_still_be_read(people: SimpleNamespace, ready: Ready) -> None:
    one = ready(package="f" * 64)
    client = visit(people.ada)
    assert client.get(f"/desk/submissions/{one.pk}").status_code == 200
    assert client.get(f"/desk/submissions/{one.pk}/files").status_code == 404
    assert client.get(f"/desk/submissions/{one.pk}/changes").status_code == 404
    assert keeping.DIGEST.match(one.package)


def test_escalated_and_stopped(people: SimpleNamespace, one: Submission) -> None:
    assert post(visit(people.ada), one, "escalate", text=" ").status_code == 409
    post(visit(people.ada), one, "escalate", text="An odd protocol.")
    one.refresh_from_db()
    post(visit(people.ada), one, "approve", category="community")
    one.refresh_from_db()
    assert one.state == State.SECONDING
    post(visit(people.bob), one, "approve", category="community")
    assert post(visit(people.eve), one, "take-back", text="No.").status_code == 403
    post(visit(people.staff), one, "take-back", text="A report.")
    assert Submission.objects.get(pk=one.pk).state == State.QUEUED


def test_screened_again_what_was_decided_falls(people: SimpleNamespace, one: Submission) -> None:
    post(visit(people.ada), one, "screen")
    one.refresh_from_db()
    assert (one.state, one.round) == (State.SCREENING, 2)


def test_a_remark_is_marked_as_dealt_with(people: SimpleNamespace, one: Submission) -> None:
    said = thread.remark(one, by=people.ada, text="Why?", path="main.py", line=1)
    post(visit(people.bob), one, f"comments/{said.pk}/resolve")
    said.refresh_from_db()
    assert said.resolved_at is not None


def test_who_has_a_key_of_their_own_opens_it(people: SimpleNamespace, one: Submission) -> None:
    make_key(people.ada, secret="correct horse battery staple")
    client = visit(people.ada)
    assert "Passphrase of your signing key" in client.get(f"/desk/submissions/{one.pk}").content.decode()
    for wrong in ("", "correct horse battery"):
        assert post(client, one, "approve", category="community", signing_secret=wrong).status_code == 409
    assert not one.decisions.exists()
    assert (
        post(client, one, "approve", category="community", signing_secret="correct horse battery staple").status_code
        == 302
    )
    assert one.decisions.get().signature
