"""Accounts and workspaces: the first person, who is in, who may change what."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from marketplace import workspaces
from marketplace.accounts import ensure_admin
from marketplace.models import Member, Role, User, Workspace

pytestmark = pytest.mark.django_db


# The first person.


def test_the_first_start_makes_an_administrator_who_owns_a_workspace() -> None:
    password = ensure_admin("Ada@Example.org")
    ada = User.objects.get()
    assert password is not None
    assert ada.check_password(password)
    assert (ada.email, ada.is_superuser) == ("ada@example.org", True)
    assert [(str(one.workspace), one.role) for one in ada.memberships.all()] == [("Default", "owner")]
    assert Workspace.objects.get().slug == "default"


def test_a_given_password_is_used_and_not_told() -> None:
    assert ensure_admin("ada@example.org", "correct horse") is None
    assert User.objects.get().check_password("correct horse")


def test_later_starts_change_nothing() -> None:
    ensure_admin("ada@example.org", "correct horse")
    assert ensure_admin("bob@example.org", "something else") is None
    assert User.objects.get().check_password("correct horse")


# Who is in.


@pytest.mark.parametrize(("name", "governs", "owns"), [("owner", 1, 1), ("admin", 1, 0), ("member", 0, 0)])
def test_members_have_a_membership_that_says_what_they_may(
    people: SimpleNamespace, name: str, governs: int, owns: int
) -> None:
    found = workspaces.access(getattr(people, name), "support")
    assert (found.id, found.slug) == (str(people.workspace.id), "support")
    assert (found.governs, found.owns) == (bool(governs), bool(owns))


def test_for_strangers_the_workspace_does_not_exist(people: SimpleNamespace) -> None:
    for user in (people.stranger, AnonymousUser()):
        with pytest.raises(Http404):
            workspaces.access(user, "support")


def test_addresses_are_made_from_names_and_are_nobody_elses(people: SimpleNamespace) -> None:
    slugs = [workspaces.create_workspace(name=name, owner=people.owner).slug for name in ("Support", "支持", "new")]
    assert slugs[0].startswith("support-")
    assert slugs[1].startswith("workspace-")
    assert slugs[2].startswith("new-")


# Members.


def test_a_person_is_added_by_email(people: SimpleNamespace) -> None:
    member = workspaces.add_member(people.workspace, email=" STRANGER@example.org", role=Role.MEMBER)
    assert (member.user, member.role) == (people.stranger, "member")


@pytest.mark.parametrize(("email", "code"), [("nobody@example.org", "unknown"), ("member@example.org", "present")])
def test_who_cannot_be_added_is_told_why(people: SimpleNamespace, email: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        workspaces.add_member(people.workspace, email=email, role=Role.MEMBER)
    assert refused.value.code == code


def test_the_last_owner_stays_an_owner(people: SimpleNamespace) -> None:
    owner = Member.objects.get(user=people.owner, workspace=people.workspace)
    with pytest.raises(ValidationError):
        workspaces.remove_member(owner)
    with pytest.raises(ValidationError):
        workspaces.change_role(owner, role=Role.ADMIN)
    admin = Member.objects.get(user=people.admin, workspace=people.workspace)
    workspaces.change_role(admin, role=Role.OWNER)
    workspaces.remove_member(owner)
    assert not Member.objects.filter(user=people.owner, workspace=people.workspace).exists()


# Signing in.


def test_signing_in_leads_to_the_workspace(people: SimpleNamespace, client: Client) -> None:
    answer = client.post("/sign-in", {"username": "Owner@Example.org", "password": "open sesame"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/w/support/plugins"


def test_a_wrong_password_is_told_at_the_form(people: SimpleNamespace, client: Client) -> None:
    answer = client.post("/sign-in", {"username": "owner@example.org", "password": "open barley"})
    assert "do not match" in answer.text
    assert 'value="owner@example.org"' in answer.text
    assert "open barley" not in answer.text


def test_signing_in_leads_back_to_the_page_that_was_asked_for(people: SimpleNamespace, client: Client) -> None:
    asked = client.get("/w/support/plugins?q=echo")
    assert asked["Location"] == "/sign-in?next=%2Fw%2Fsupport%2Fplugins%3Fq%3Decho"
    answer = client.post(asked["Location"], {"username": "owner@example.org", "password": "open sesame"})
    assert answer["Location"] == "/w/support/plugins?q=echo"


def test_signing_in_leads_nowhere_else(people: SimpleNamespace, client: Client) -> None:
    answer = client.post(
        "/sign-in?next=https://evil.example/", {"username": "owner@example.org", "password": "open sesame"}
    )
    assert answer["Location"] == "/start"


def test_signing_out_needs_a_post(visit: Callable[..., Client]) -> None:
    browser = visit()
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out")["Location"] == "/sign-in"
    assert browser.get("/start")["Location"].startswith("/sign-in")


def test_who_is_in_no_workspace_is_told_what_to_do(people: SimpleNamespace, visit: Callable[..., Client]) -> None:
    Member.objects.filter(user=people.member).delete()
    assert "You are in no workspace yet" in visit("member").get("/start").text


def test_home_is_the_workspace_that_was_open_last(people: SimpleNamespace, visit: Callable[..., Client]) -> None:
    workspaces.create_workspace(name="Another", owner=people.owner)
    browser = visit()
    assert browser.get("/start")["Location"] == "/w/another/plugins"
    browser.get("/w/support/plugins")
    assert browser.get("/start")["Location"] == "/w/support/plugins"


# The pages.


def test_a_workspace_is_made_on_its_page(visit: Callable[..., Client]) -> None:
    browser = visit("member")
    assert browser.post("/workspaces/new", {"name": "Lab"})["Location"] == "/w/lab/plugins"
    assert browser.get("/w/lab/settings").status_code == 200
    assert browser.post("/workspaces/new", {"name": " "}).status_code == 422


def test_owners_and_admins_add_members_on_the_page(visit: Callable[..., Client], workspace: Workspace) -> None:
    answer = visit("admin").post("/w/support/members", {"email": "stranger@example.org", "role": "member"}, follow=True)
    assert "is now in Support" in answer.text
    assert workspace.people.filter(email="stranger@example.org").exists()


def test_a_person_without_an_account_is_refused_at_the_field(visit: Callable[..., Client]) -> None:
    answer = visit().post("/w/support/members", {"email": "nobody@example.org", "role": "member"})
    assert answer.status_code == 422
    assert "Nobody with this address" in answer.text
    assert 'value="nobody@example.org"' in answer.text


def test_members_change_nobody(visit: Callable[..., Client], people: SimpleNamespace) -> None:
    browser = visit("member")
    admin = Member.objects.get(user=people.admin)
    assert browser.post("/w/support/members", {"email": "stranger@example.org", "role": "member"}).status_code == 403
    assert browser.post(f"/w/support/members/{admin.pk}/role", {"role": "member"}).status_code == 403
    assert browser.post(f"/w/support/members/{admin.pk}/remove").status_code == 403
    assert browser.post("/w/support/settings", {"name": "Mine"}).status_code == 403


def test_admins_make_no_owners_and_touch_none(visit: Callable[..., Client], people: SimpleNamespace) -> None:
    browser = visit("admin")
    owner = Member.objects.get(user=people.owner, workspace=people.workspace)
    member = Member.objects.get(user=people.member)
    browser.post(f"/w/support/members/{member.pk}/role", {"role": "owner"})
    member.refresh_from_db()
    assert member.role == "member"
    assert browser.post(f"/w/support/members/{owner.pk}/role", {"role": "member"}).status_code == 403
    assert browser.post(f"/w/support/members/{owner.pk}/remove").status_code == 403


def test_everybody_may_leave(visit: Callable[..., Client], people: SimpleNamespace) -> None:
    member = Member.objects.get(user=people.member)
    assert visit("member").post(f"/w/support/members/{member.pk}/remove")["Location"] == "/start"
    assert not Member.objects.filter(pk=member.pk).exists()


def test_strangers_remove_nobody(visit: Callable[..., Client], people: SimpleNamespace) -> None:
    member = Member.objects.get(user=people.member)
    browser = visit("stranger")
    assert browser.post(f"/w/support/members/{member.pk}/remove").status_code == 404
    assert browser.post(f"/w/elsewhere/members/{member.pk}/remove").status_code == 404
    assert Member.objects.filter(pk=member.pk).exists()


def test_settings_show_what_a_client_needs(visit: Callable[..., Client], workspace: Workspace) -> None:
    page = visit("member").get("/w/support/settings")
    assert str(workspace.id) in page.text
    assert "X-Api-Key" in page.text
    assert "FORCE_VERIFYING_SIGNATURE" in page.text


def test_the_server_key_is_on_no_page(visit: Callable[..., Client], settings: object) -> None:
    assert settings.SERVER_KEY not in visit().get("/w/support/settings").text  # type: ignore[attr-defined]


def test_renaming_keeps_the_address(visit: Callable[..., Client], workspace: Workspace) -> None:
    visit("admin").post("/w/support/settings", {"name": "Help desk"})
    workspace.refresh_from_db()
    assert (workspace.name, workspace.slug) == ("Help desk", "support")
