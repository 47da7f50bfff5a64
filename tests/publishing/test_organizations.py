"""Organizations, their people, their claims and their names."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404

from marketplace.models import AuditEntry, NamespaceClaim, Organization, Plugin, Publisher, UploadToken, User
from marketplace.publishers.claims import claim, decide, set_standing
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import (
    access,
    add_person,
    change_organization,
    change_person,
    close_organization,
    create_organization,
    organizations_of,
    remove_person,
    reopen_organization,
    role_in,
)
from marketplace.publishers.protecting import check_new_plugin
from marketplace.publishers.tokens import issue
from tests.listing import listed

pytestmark = pytest.mark.django_db


def test_who_makes_an_organization_owns_it(people: SimpleNamespace) -> None:
    made = create_organization(handle="weather-lab", name="Weather Lab", by=people.member)
    assert role_in(people.member, made) == "owner"
    assert list(organizations_of(people.member)) == [people.acme, made]
    assert AuditEntry.objects.filter(act="organization.create", subject="weather-lab").exists()


@pytest.mark.parametrize("handle", ["", "a", "Acme", "a b", "a/b", "ä", "x" * 65, "new", "0" * 32])
def test_a_handle_is_what_a_manifest_may_have_as_author(people: SimpleNamespace, handle: str) -> None:
    with pytest.raises(Refused):
        create_organization(handle=handle, name="Name", by=people.owner)
    assert Organization.objects.count() == 2


def test_a_handle_is_taken_once(people: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="acme is taken"):
        create_organization(handle="acme", name="Acme", by=people.stranger)


@pytest.mark.parametrize(
    ("handle", "name"), [("1anggenius", "Lab"), ("dify-hq", "Lab"), ("lab", "ԁіfу"), ("lab", "Dify Official")]
)
def test_protected_names_are_for_staff_to_give(people: SimpleNamespace, handle: str, name: str) -> None:
    with pytest.raises(Refused, match="protected") as refused:
        create_organization(handle=handle, name=name, by=people.owner)
    assert refused.value.code == "protected_name"
    assert create_organization(handle=handle, name=name, by=people.staff).handle == handle


def test_a_name_is_not_changed_into_a_protected_one(people: SimpleNamespace) -> None:
    rest = {"about": "We", "website": "", "contact": ""}
    with pytest.raises(Refused, match="protected"):
        change_organization(people.acme, by=people.owner, name="LangGenius", **rest)
    changed = change_organization(people.acme, by=people.owner, name="Acme Works", **rest)
    assert (changed.name, changed.about) == ("Acme Works", "We")


def test_what_is_protected_is_for_the_operator_to_say(people: SimpleNamespace, settings: Any) -> None:
    settings.PROTECTED_NAMES = ["weather"]
    create_organization(handle="difi", name="Difi", by=people.owner)
    with pytest.raises(Refused, match="weather"):
        create_organization(handle="vveather", name="W", by=people.owner)


def test_look_alikes_of_publishers_are_refused_where_the_operator_says_so(
    people: SimpleNamespace, settings: Any
) -> None:
    settings.LOOKALIKES = "refuse"
    with pytest.raises(Refused, match="umbrella") as refused:
        create_organization(handle="urnbrella", name="Rain", by=people.owner)
    assert refused.value.code == "lookalike_organization"
    settings.LOOKALIKES = "queue"
    made = create_organization(handle="urnbrella", name="Rain", by=people.owner)
    assert "umbrella" in check_new_plugin(made, "weather")


def test_look_alikes_of_plugins_that_many_have(people: SimpleNamespace, settings: Any) -> None:
    listed()
    Plugin.objects.update(name="translator", install_count=10)
    assert check_new_plugin(people.umbrella, "trans1ator") == ""
    Plugin.objects.update(install_count=settings.LOOKALIKE_INSTALLS)
    assert "acme/demo" in check_new_plugin(people.umbrella, "trans1ator")
    assert check_new_plugin(people.acme, "trans1ator") == ""
    settings.LOOKALIKES = "allow"
    assert check_new_plugin(people.umbrella, "trans1ator") == ""
    settings.LOOKALIKES = "refuse"
    with pytest.raises(Refused, match="Choose a name"):
        check_new_plugin(people.umbrella, "trans1ator")


def test_who_may_look(people: SimpleNamespace) -> None:
    seen = {name: access(getattr(people, name), "acme").role for name in ("owner", "member", "staff")}
    assert seen == {"owner": "owner", "member": "member", "staff": "staff"}
    for name in ("stranger", "reviewer"):
        with pytest.raises(Http404):
            access(getattr(people, name), "acme")
    assert not access(people.member, "acme").governs
    assert not access(people.staff, "acme").publishes


def test_people_come_by_the_address_of_their_account(people: SimpleNamespace) -> None:
    made = add_person(people.acme, email=" Stranger@Example.org ", role="member", by=people.owner)
    assert role_in(people.stranger, people.acme) == "member"
    with pytest.raises(Refused, match="already"):
        add_person(people.acme, email="stranger@example.org", role="member", by=people.owner)
    with pytest.raises(Refused, match="Nobody with this address"):
        add_person(people.acme, email="nobody@example.org", role="member", by=people.owner)
    change_person(made, role="owner", by=people.owner)
    assert role_in(people.stranger, people.acme) == "owner"


def test_an_organization_keeps_an_owner(people: SimpleNamespace) -> None:
    last = Publisher.objects.get(organization=people.acme, user=people.owner)
    with pytest.raises(Refused, match="needs an owner"):
        remove_person(last, by=people.owner)
    with pytest.raises(Refused, match="needs an owner"):
        change_person(last, role="member", by=people.owner)
    assert role_in(people.owner, people.acme) == "owner"


def test_tokens_go_with_whoever_made_them(people: SimpleNamespace) -> None:
    token, _ = issue(people.acme, name="ci", by=people.member)
    kept, _ = issue(people.acme, name="ci", by=people.owner)
    remove_person(Publisher.objects.get(organization=people.acme, user=people.member), by=people.owner)
    assert UploadToken.objects.get(pk=token.pk).revoked_at is not None
    assert UploadToken.objects.get(pk=kept.pk).revoked_at is None


def test_closing_ends_what_could_publish(people: SimpleNamespace) -> None:
    issue(people.acme, name="ci", by=people.owner)
    with pytest.raises(NotAllowed):
        close_organization(people.acme, by=people.member)
    close_organization(people.acme, by=people.owner)
    assert not UploadToken.objects.filter(revoked_at=None).exists()
    with pytest.raises(Refused, match="closed"):
        issue(people.acme, name="ci", by=people.owner)
    reopen_organization(people.acme, by=people.owner)
    assert issue(people.acme, name="ci", by=people.owner)


# Claims.


def test_staff_without_a_part_in_it_decide_on_a_claim(people: SimpleNamespace) -> None:
    made = claim(people.acme, evidence="See https://acme.example.org", by=people.owner)
    with pytest.raises(Refused, match="not been answered"):
        claim(people.acme, evidence="Again", by=people.owner)
    for name in ("owner", "member", "stranger", "reviewer"):
        with pytest.raises(NotAllowed):
            decide(made, grant=True, answer="", by=getattr(people, name))
    add_person(people.acme, email="staff@example.org", role="member", by=people.owner)
    with pytest.raises(NotAllowed, match="Somebody else"):
        decide(made, grant=True, answer="", by=people.staff)
    other = User.objects.create_user("other@example.org", is_staff=True)
    assert decide(made, grant=True, answer="Seen.", by=other).state == NamespaceClaim.State.GRANTED
    people.acme.refresh_from_db()
    assert people.acme.verified_at is not None
    with pytest.raises(Refused, match="already"):
        decide(made, grant=False, answer="", by=other)


def test_a_refused_claim_can_be_made_again(people: SimpleNamespace) -> None:
    made = claim(people.acme, evidence="Trust me", by=people.owner)
    decide(made, grant=False, answer="Put the code on your site.", by=people.staff)
    people.acme.refresh_from_db()
    assert people.acme.verified_at is None
    assert claim(people.acme, evidence="Done", by=people.owner).state == "open"


def test_standing_is_given_by_staff(people: SimpleNamespace) -> None:
    with pytest.raises(NotAllowed):
        set_standing(people.acme, standing="partner", by=people.owner)
    assert set_standing(people.acme, standing="partner", by=people.staff).standing == "partner"
