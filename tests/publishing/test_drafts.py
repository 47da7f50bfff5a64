"""An upload that is still to be completed: what its page shows, keeps, and does not let pass."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace.models import PrivacyStatement, Submission
from tests.difypkg.making import ICON
from tests.listing import listed, package_bytes, submitted

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
PRIVACY = {"PRIVACY.md": b"Nothing is collected."}


@pytest.fixture
def draft(people: SimpleNamespace) -> Submission:
    return submitted(package_bytes(PRIVACY), state="received", organization=people.acme, notes="")


def test_notes_are_kept_for_who_states_privacy_first(visit: Visit, draft: Submission) -> None:
    here = f"/publish/submissions/{draft.pk}"
    there = visit("owner").post(here, {"notes": "It echoes.", "channel": "stable", "then": "privacy"})
    assert there["Location"] == f"{here}/privacy"
    assert "It echoes.</textarea>" in visit("member").get(here).text
    assert Submission.objects.get().state == "received"
    assert visit("stranger").post(here, {"notes": "Mine.", "then": "privacy"}).status_code == 404
    assert Submission.objects.get().notes == "It echoes."


def test_what_was_taken_back_says_how_to_go_on(visit: Visit, draft: Submission) -> None:
    here = f"/publish/submissions/{draft.pk}"
    page = visit("owner").post(f"{here}/withdraw", follow=True).text
    assert "It was taken back." in page
    assert 'href="/publish/acme/upload"' in page
    assert "Upload a version</a>" not in visit("staff").get(here).text


def test_an_empty_statement_of_privacy_is_none(visit: Visit, draft: Submission) -> None:
    here = f"/publish/submissions/{draft.pk}/privacy"
    rows = {f"{name}-{part}": "0" for name in ("use", "recipient") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    refused = visit("owner").post(here, rows)
    assert refused.status_code == 422
    assert "Say at least one use of data, or tick that it collects nothing." in refused.text
    assert not PrivacyStatement.objects.exists()
    assert visit("owner").post(here, rows | {"collects_nothing": "on"}).status_code == 302
    assert PrivacyStatement.objects.get().confirmed_at is not None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"use-TOTAL_FORMS": "x"}, "Part of this page has not arrived."),
        ({"use-TOTAL_FORMS": "9" * 30}, "Look at the rows that are marked."),
        (
            {"recipient-TOTAL_FORMS": "1", "recipient-0-name": "Mailer", "recipient-0-policy": "no"},
            "Recipient 1, policy: must be an address that begins with https://.",
        ),
        ({"use-TOTAL_FORMS": "1", "use-0-kind": "soul"}, "Look at the rows that are marked."),
        ({"use-TOTAL_FORMS": "1", "use-0-retention": "x" * 301}, "Look at the rows that are marked."),
    ],
)
def test_a_broken_statement_is_said_to_be(visit: Visit, draft: Submission, wrong: dict[str, str], said: str) -> None:
    rows = {f"{name}-{part}": "0" for name in ("use", "recipient") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = visit("owner").post(f"/publish/submissions/{draft.pk}/privacy", rows | {"collects_nothing": "on"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert not PrivacyStatement.objects.exists()


@pytest.mark.parametrize("sent", ["2", "39", "x", "-1", ""])
def test_more_rows_keep_what_was_filled_in(visit: Visit, draft: Submission, sent: str) -> None:
    here = f"/publish/submissions/{draft.pk}/privacy"
    rows = {f"{name}-{part}": sent for name in ("use", "recipient") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    filled = rows | {"use-0-kind": "email", "use-0-retention": "a week", "recipient-1-name": "Mailer", "then": "more"}
    page = visit("owner").post(here, filled).text
    total = {"2": 4, "39": 40}.get(sent, 2)
    for name in ("use", "recipient"):
        assert f'name="{name}-TOTAL_FORMS" value="{total}"' in page
    assert f'name="use-{total - 1}-kind"' in page
    assert f'name="use-{total}-kind"' not in page
    assert 'value="a week"' in page
    assert 'value="Mailer"' in page
    assert not PrivacyStatement.objects.exists(), "nothing is said by asking for room"
    assert visit("stranger").post(here, filled).status_code == 404


def test_it_is_shown_as_others_will_see_it(visit: Visit, draft: Submission) -> None:
    page = visit("owner").get(f"/publish/submissions/{draft.pk}").text
    assert 'src="data:image/svg+xml;base64,' in page
    assert re.search(r"<dt>Kind</dt><dd>Tool</dd>", page)
    assert "<dd>English</dd>" in page
    assert 'name="rollout"' not in page
    assert "Complete it" in page


def test_a_large_icon_does_not_make_the_page_heavy(visit: Visit, people: SimpleNamespace) -> None:
    large = {**PRIVACY, "_assets/icon.svg": ICON + b"<!--" + b"x" * 200_000 + b"-->"}
    one = submitted(package_bytes(large), state="received", organization=people.acme)
    assert "data:image" not in visit("owner").get(f"/publish/submissions/{one.pk}").text


def test_a_later_version_can_be_rolled_out_in_steps(visit: Visit, people: SimpleNamespace) -> None:
    listed(package_bytes(PRIVACY))
    one = submitted(package_bytes(PRIVACY, version="0.1.0"), state="received", organization=people.acme)
    one.listing = one.organization.plugins.get()
    one.save()
    assert 'name="rollout"' in visit("owner").get(f"/publish/submissions/{one.pk}").text


def test_a_released_one_leads_to_its_listing(visit: Visit, people: SimpleNamespace) -> None:
    release = listed(package_bytes(PRIVACY), organization=people.acme)
    assert (
        f'href="/plugins/{release.plugin}"' in visit("owner").get(f"/publish/submissions/{release.submission_id}").text
    )


@pytest.mark.parametrize(
    ("state", "act", "text", "said"),
    [
        ("needs_info", "reply", "  ", "This field is required."),
        ("needs_info", "reply", "x" * 10_001, "at most 10000 characters"),
        ("queued", "appeal", "You are wrong.", ""),
    ],
)
def test_what_was_written_in_vain_stays(
    visit: Visit, draft: Submission, state: str, act: str, text: str, said: str
) -> None:
    Submission.objects.filter(pk=draft.pk).update(state=state)
    answer = visit("owner").post(f"/publish/submissions/{draft.pk}/{act}", {"text": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert f"{text.strip()}</textarea>" in answer.text
    assert not draft.comments.exists()
