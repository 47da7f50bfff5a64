"""The publishers' pages: who may see and do what, and the way from nothing to a submission."""

import io
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from marketplace.models import (
    Invitation,
    NamespaceClaim,
    Organization,
    PluginTransfer,
    PrivacyStatement,
    Publisher,
    Release,
    Submission,
    TrustedPublisher,
    UploadToken,
    User,
)
from marketplace.publishers.claims import claim
from marketplace.publishers.tokens import issue, token_of
from marketplace.publishers.transferring import offer
from marketplace.publishers.trusting import trust_job
from marketplace.registering import invite
from tests.listing import listed, package_bytes, submitted

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
HEAVIEST = 100_000
PRIVACY = {"PRIVACY.md": b"Nothing is collected."}


def upload(data: bytes, name: str = "demo.difypkg") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return {"file": file}


@pytest.fixture
def world(people: SimpleNamespace, settings: Any) -> SimpleNamespace:
    """Acme with a release, a draft, one under review, a token, a trusted job, a claim and an offer."""
    release = listed(package_bytes(PRIVACY, version="0.1.0"))
    draft = submitted(package_bytes(PRIVACY, version="0.2.0"), state="received", organization=people.acme)
    queued = submitted(package_bytes(PRIVACY, version="0.3.0"), state="queued", organization=people.acme)
    token, _ = issue(people.acme, name="ci", by=people.owner)
    job = {"issuer": settings.TRUSTED_ISSUERS[0], "repository": "acme/demo", "workflow": "r.yml", "environment": ""}
    trust = trust_job(people.acme, by=people.owner, plugin_name="demo", **job)
    claim(people.acme, evidence="See our site.", by=people.owner)
    return SimpleNamespace(release=release, draft=draft, queued=queued, token=token, trust=trust, plugin=release.plugin)


RELEASE_ACTS = ("yank", "restore", "roll-back", "rollout", "halt", "promote", "link")
LOOKING = [
    "/publish/acme",
    "/publish/acme/people",
    "/publish/acme/tokens",
    "/publish/acme/trusted",
    "/publish/acme/about",
    "/publish/plugins/acme/demo",
    "/publish/submissions/{draft.pk}",
    "/publish/submissions/{queued.pk}",
]
EVERYBODY = ["/publish/", "/publish/new"]
PUBLISHING = [
    "/publish/acme/upload",
    "/publish/submissions/{draft.pk}/privacy",
    "/publish/submissions/{queued.pk}/reply",
    "/publish/submissions/{queued.pk}/appeal",
    "/publish/submissions/{draft.pk}/withdraw",
    *(
        f"/publish/releases/{{release.pk}}/{act}"
        for act in ("yank", "restore", "roll-back", "rollout", "halt", "promote", "link")
    ),
]
OWNING = [
    "/publish/acme/people",
    "/publish/acme/trusted",
    "/publish/acme/trusted/{trust.pk}/remove",
    "/publish/acme/about",
    "/publish/acme/claim",
    "/publish/acme/switch",
    *(f"/publish/plugins/acme/demo/{act}" for act in ("deprecate", "undeprecate", "close", "reopen", "transfer")),
]


def counts() -> dict[str, int]:
    models = (
        Organization,
        Publisher,
        UploadToken,
        TrustedPublisher,
        NamespaceClaim,
        PluginTransfer,
        Submission,
        Release,
    )
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("address", LOOKING)
def test_people_and_staff_may_look_and_others_find_nothing(visit: Visit, world: SimpleNamespace, address: str) -> None:
    here = address.format(**vars(world))
    seen = {name: visit(name).get(here).status_code for name in ("owner", "member", "staff", "stranger", "reviewer")}
    assert seen == {"owner": 200, "member": 200, "staff": 200, "stranger": 404, "reviewer": 404}
    assert Client().get(here)["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("address", EVERYBODY)
def test_everybody_with_an_account_may_begin(visit: Visit, world: SimpleNamespace, address: str) -> None:
    assert {visit(name).get(address).status_code for name in ("owner", "member", "stranger", "staff")} == {200}
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address", PUBLISHING)
def test_only_its_people_publish_and_steer(visit: Visit, world: SimpleNamespace, address: str) -> None:
    here, before = address.format(**vars(world)), counts()
    assert visit("stranger").post(here).status_code == 404
    assert visit("reviewer").post(here).status_code == 404
    assert visit("staff").post(here).status_code == 403
    assert Client().post(here)["Location"].startswith("/sign-in")
    world.release.refresh_from_db()
    assert (counts(), world.release.status) == (before, "listed")


@pytest.mark.parametrize("address", OWNING)
def test_only_owners_govern(visit: Visit, world: SimpleNamespace, address: str) -> None:
    here, before = address.format(**vars(world)), counts()
    assert visit("member").post(here).status_code == 403
    assert visit("stranger").post(here).status_code == 404
    assert Client().post(here)["Location"].startswith("/sign-in")
    world.plugin.refresh_from_db()
    assert (counts(), world.plugin.status) == (before, "active")


def test_every_page_is_tried_by_everybody() -> None:
    """A page that is added must be added to one of the lists above."""
    elsewhere = {"publish-claims", "publish-claim-decide", "publish-standing"}
    elsewhere |= {"publish-offer", "publish-person", "publish-token-revoke", "publish-starter"}
    tried = {pattern_of(address) for address in (*LOOKING, *EVERYBODY, *PUBLISHING, *OWNING)}
    names = {
        str(one.name) for one in routes(get_resolver().url_patterns) if str(one.name).partition("-")[0] == "publish"
    }
    assert names - tried == elsewhere


def pattern_of(address: str) -> str:
    here = re.sub(
        r"\{\w+\.pk\}", lambda found: "1" if "trust" in found[0] else "00000000-0000-0000-0000-000000000000", address
    )
    return str(get_resolver().resolve(here).url_name)


def routes(patterns: list[Any]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in patterns:
        found += routes(one.url_patterns) if isinstance(one, URLResolver) else [one]
    return found


@pytest.mark.parametrize("address", [*LOOKING, *EVERYBODY, *PUBLISHING[:2]])
def test_pages_are_light_and_hold_no_script(visit: Visit, world: SimpleNamespace, address: str) -> None:
    page = visit("owner").get(address.format(**vars(world))).text
    assert not INLINE.search(page)
    assert len(page) < HEAVIEST


# The way of somebody new.


def test_from_nothing_to_a_submission(visit: Visit, people: SimpleNamespace) -> None:
    newcomer = visit("reviewer")
    assert "Publish your first plugin" in newcomer.get("/publish/").text
    made = newcomer.post("/publish/new", {"handle": "weather-lab", "name": "Weather Lab"})
    assert made["Location"] == "/publish/weather-lab"
    page = newcomer.get("/publish/weather-lab").text
    assert "author: weather-lab" in page
    assert "/publish/weather-lab/starter/tool" in page
    data = package_bytes(PRIVACY | {"CHANGELOG.md": b"# 0.0.1\nIt knows the weather.\n"}, author="weather-lab")
    sent = newcomer.post("/publish/weather-lab/upload", upload(data))
    draft = newcomer.get(sent["Location"]).text
    assert "It knows the weather." in draft
    assert "Keep data" in draft
    fields = {"notes": "The first.", "channel": "stable", "rollout": "100"}
    assert newcomer.post(sent["Location"], fields).status_code == 302
    found = Submission.objects.get()
    assert (found.state, found.notes, found.made_by) == ("screening", "The first.", people.reviewer)
    assert "Being screened" in newcomer.get(sent["Location"]).text


def test_what_is_wrong_is_said_where_it_was_sent(visit: Visit, people: SimpleNamespace) -> None:
    owner = visit("owner")
    for data, why in (
        (b"x", "The package is refused"),
        (package_bytes(PRIVACY, author="umbrella"), "you publish as acme"),
    ):
        answer = owner.post("/publish/acme/upload", upload(data))
        assert answer.status_code == 422
        assert why in answer.text
    assert "Choose a file first." in owner.post("/publish/acme/upload", {}).text
    sent = owner.post("/publish/acme/upload", upload(package_bytes(PRIVACY, version="0.0.1-rc")))
    assert 'name="rollout"' not in owner.get(sent["Location"]).text, "the first one goes to everybody"
    refused = owner.post(sent["Location"], {"notes": "", "channel": "stable"})
    assert refused.status_code == 422
    assert "This field is required" in refused.text
    refused = owner.post(sent["Location"], {"notes": "New.", "channel": "stable"})
    assert "pre-release by its number" in refused.text
    assert "New." in refused.text
    assert "looks like dify" in owner.post("/publish/new", {"handle": "d1fy", "name": "D"}).text


def test_a_token_is_on_one_page_once(visit: Visit, people: SimpleNamespace) -> None:
    member = visit("member")
    answer = member.post("/publish/acme/tokens", {"name": "laptop", "plugin_name": "", "days": "30"})
    found = re.search(r"pbt_[\w-]{43}", answer.text)
    assert found is not None
    assert answer["Cache-Control"] == "no-store"
    assert token_of(f"Bearer {found[0]}").name == "laptop"
    assert found[0] not in member.get("/publish/acme/tokens").text


def test_members_end_their_own_tokens_and_owners_all(visit: Visit, people: SimpleNamespace) -> None:
    owned, _ = issue(people.acme, name="a", by=people.owner)
    own, _ = issue(people.acme, name="b", by=people.member)
    assert visit("member").post(f"/publish/acme/tokens/{owned.pk}/revoke").status_code == 404
    assert visit("stranger").post(f"/publish/acme/tokens/{owned.pk}/revoke").status_code == 404
    assert visit("member").post(f"/publish/acme/tokens/{own.pk}/revoke").status_code == 302
    assert visit("owner").post(f"/publish/acme/tokens/{owned.pk}/revoke").status_code == 302
    assert not UploadToken.objects.filter(revoked_at=None).exists()


def test_people_are_added_changed_and_may_leave(visit: Visit, people: SimpleNamespace) -> None:
    owner = visit("owner")
    assert owner.post("/publish/acme/people", {"email": "stranger@example.org", "role": "member"}).status_code == 302
    assert "Nobody with this address" in owner.post("/publish/acme/people", {"email": "x@y.org", "role": "member"}).text
    row = Publisher.objects.get(organization=people.acme, user=people.stranger)
    assert visit("member").post(f"/publish/acme/people/{row.pk}", {"remove": "1"}).status_code == 403
    owner.post(f"/publish/acme/people/{row.pk}", {"role": "owner"})
    row.refresh_from_db()
    assert row.role == "owner"
    assert visit("stranger").post(f"/publish/acme/people/{row.pk}", {"remove": "1"})["Location"] == "/publish/"
    assert not Publisher.objects.filter(pk=row.pk).exists()


def test_a_release_is_steered_from_its_page(visit: Visit, world: SimpleNamespace) -> None:
    owner, act = visit("owner"), f"/publish/releases/{world.release.pk}"
    page = owner.post(f"{act}/yank", {"reason": ""}, follow=True).text
    assert "Why: This field is required." in page
    page = owner.post(f"{act}/yank", {"reason": "It loses data."}, follow=True).text
    assert "Yanked" in page
    assert "It loses data." in page
    assert "Offer it again" in page
    assert "It is offered again." in owner.post(f"{act}/restore", follow=True).text
    assert "not being rolled out" in owner.post(f"{act}/halt", follow=True).text
    assert owner.post(f"{act}/explode").status_code == 404


def test_a_plugin_is_given_away_over_two_pages(visit: Visit, world: SimpleNamespace, people: SimpleNamespace) -> None:
    page = visit("owner").post("/publish/plugins/acme/demo/transfer", {"to": "nobody", "note": ""}, follow=True).text
    assert "no organization nobody" in page
    page = (
        visit("owner")
        .post("/publish/plugins/acme/demo/transfer", {"to": "umbrella", "note": "Yours."}, follow=True)
        .text
    )
    assert "Offered to Umbrella" in page
    found = PluginTransfer.objects.get()
    assert visit("reviewer").post(f"/publish/offers/{found.pk}/accept").status_code == 404
    assert "Take it over" in visit("stranger").get("/publish/").text
    visit("stranger").post(f"/publish/offers/{found.pk}/accept")
    assert visit("stranger").get("/publish/plugins/acme/demo").status_code == 200
    assert visit("owner").get("/publish/plugins/acme/demo").status_code == 404


def test_an_offer_is_taken_back(visit: Visit, world: SimpleNamespace, people: SimpleNamespace) -> None:
    found = offer(world.plugin, to=people.umbrella, by=people.owner)
    visit("owner").post(f"/publish/offers/{found.pk}/withdraw")
    found.refresh_from_db()
    assert found.state == "withdrawn"


def test_claims_are_for_staff(visit: Visit, world: SimpleNamespace) -> None:
    found = NamespaceClaim.objects.get()
    for name in ("owner", "member", "stranger", "reviewer"):
        assert visit(name).get("/publish/claims").status_code == 404
        assert visit(name).post(f"/publish/claims/{found.pk}", {"grant": "true"}).status_code == 404
    assert "See our site." in visit("staff").get("/publish/claims").text
    visit("staff").post(f"/publish/claims/{found.pk}", {"grant": "true", "answer": "Seen."})
    assert "Verified" in visit("owner").get("/publish/acme").text
    assert (
        visit("owner").post("/publish/acme/standing", {"standing": "partner"}, follow=True).text.count("Only staff")
        == 1
    )
    visit("staff").post("/publish/acme/standing", {"standing": "partner"})
    assert Organization.objects.get(handle="acme").standing == "partner"


def test_a_sent_back_submission_says_why_and_is_answered(visit: Visit, world: SimpleNamespace) -> None:
    Submission.objects.filter(pk=world.queued.pk).update(state="needs_info")
    here = f"/publish/submissions/{world.queued.pk}"
    assert "A reviewer has sent it back." in visit("member").get(here).text
    visit("member").post(f"{here}/reply", {"text": "It is fixed."})
    page = visit("owner").get(here).text
    assert "It is fixed." in page
    assert "Waits for a reviewer" in page


def test_privacy_is_stated_by_a_form(visit: Visit, world: SimpleNamespace) -> None:
    owner, here = visit("owner"), f"/publish/submissions/{world.draft.pk}/privacy"
    assert "Say what becomes of people" in owner.get(f"/publish/submissions/{world.draft.pk}").text
    page = owner.get(here).text
    assert "Guessed from" in page
    counts = {f"{name}-{what}": "0" for name in ("use", "recipient") for what in ("INITIAL_FORMS", "MIN_NUM_FORMS")}
    sent = counts | {"use-TOTAL_FORMS": "1", "recipient-TOTAL_FORMS": "1", "deletion": "ask us"}
    sent |= {"use-0-kind": "email", "use-0-purpose": "function", "use-0-recipients": "Mailer, Postbox"}
    sent |= {"recipient-0-name": "Mailer", "recipient-0-hosts": "api.mailer.example, *.mailer.example"}
    answer = owner.post(here, sent)
    assert answer.status_code == 422
    assert "“Postbox” is not among the recipients" in answer.text
    assert "api.mailer.example" in answer.text
    assert owner.post(here, sent | {"use-0-recipients": "Mailer"}).status_code == 302
    found = PrivacyStatement.objects.get(submission=world.draft)
    assert (found.source, found.confirmed_by) == ("form", User.objects.get(email="owner@example.org"))
    assert found.statement["recipients"][0]["hosts"] == ["api.mailer.example", "*.mailer.example"]
    assert "Its privacy is stated." in owner.get(f"/publish/submissions/{world.draft.pk}").text
    assert "both collect nothing" in owner.post(here, sent | {"use-0-recipients": "", "collects_nothing": "on"}).text


def test_a_guess_is_to_be_confirmed_and_then_compared_again(visit: Visit, world: SimpleNamespace) -> None:
    PrivacyStatement.objects.create(submission=world.queued, source="guess", statement={"collects_nothing": True})
    here = f"/publish/submissions/{world.queued.pk}"
    assert "Confirm what it does" in visit("member").get(here).text
    assert "Confirm what it does" not in visit("staff").get(here).text
    nothing = {f"{name}-{what}_FORMS": "0" for name in ("use", "recipient") for what in ("INITIAL", "TOTAL")}
    visit("member").post(f"{here}/privacy", nothing | {"collects_nothing": "on"})
    world.queued.refresh_from_db()
    assert world.queued.state == "screening"
    Submission.objects.filter(pk=world.queued.pk).update(state="released")
    assert "It is decided upon" in visit("member").get(f"{here}/privacy", follow=True).text


# Accounts.


def test_by_default_one_signs_up_with_an_invitation(people: SimpleNamespace) -> None:
    assert "needs an invitation" in Client().get("/sign-up").text
    _, code = invite(by=people.staff, email="new@example.org")
    browser, here = Client(), f"/sign-up/{code}"
    assert "invites you" in browser.get(here).text
    fields = {"name": "Nova", "email": "other@example.org", "password": "a long enough phrase"}
    assert "for new@example.org" in browser.post(here, fields).text
    assert browser.post(here, fields | {"email": "new@example.org"})["Location"] == "/publish/"
    assert "Publish your first plugin" in browser.get("/publish/").text
    assert Client().get(here).status_code == 404
    assert Invitation.objects.get().used_by == User.objects.get(email="new@example.org")


def test_an_open_server_lets_everybody_in(people: SimpleNamespace, settings: Any) -> None:
    settings.REGISTRATION = "open"
    assert "/sign-up" in Client().get("/sign-in").text
    fields = {"name": "N", "email": "n@example.org", "password": "short"}
    answer = Client().post("/sign-up", fields)
    assert answer.status_code == 422
    assert "too short" in answer.text
    fields["password"] = "a long enough phrase"
    assert Client().post("/sign-up", fields | {"next": "https://evil.example.org/"})["Location"] == "/publish/"
    assert "account with this address already" in Client().post("/sign-up", fields).text


def test_a_closed_server_lets_nobody_in(people: SimpleNamespace, settings: Any) -> None:
    _, code = invite(by=people.staff)
    settings.REGISTRATION = "closed"
    assert Client().get(f"/sign-up/{code}").status_code == 404
    assert Client().get("/sign-up").status_code == 403
    assert not User.objects.filter(email="n@example.org").exists()


def test_staff_invite_and_take_it_back(visit: Visit) -> None:
    for name in ("owner", "member", "stranger", "reviewer"):
        assert visit(name).get("/invitations").status_code == 404
    answer = visit("staff").post("/invitations", {"email": ""})
    link = re.search(r"/sign-up/[\w-]+", answer.text)
    assert link is not None
    assert Client().get(link[0]).status_code == 200
    visit("staff").post(f"/invitations/{Invitation.objects.get().pk}/end")
    assert Client().get(link[0]).status_code == 404
