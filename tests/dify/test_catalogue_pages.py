"""Making and governing catalogues in the browser, and asking for what one does not have."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from marketplace.dify.catalogues import preview
from marketplace.dify.forms import document
from marketplace.dify.policies import checked
from marketplace.models import AuditEntry, Catalogue, CatalogueRequest, Member, Role, User
from marketplace.workspaces import create_workspace
from tests.dify.client import Console, content
from tests.listing import listed, package_bytes

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Dify of support",
    "otherwise": "deny",
    "allow_publishers": "acme",
    "rollout": "usual",
    "cool_down_days": "0",
}


@pytest.fixture
def people() -> SimpleNamespace:
    """owner, admin and member of one workspace, the owner of another one, and staff."""
    names = ("owner", "admin", "member", "stranger", "staff")
    found = {name: User.objects.create_user(f"{name}@example.org", "open sesame") for name in names}
    workspace = create_workspace(name="Support", owner=found["owner"])
    for name in ("admin", "member"):
        Member.objects.create(workspace=workspace, user=found[name], role=Role(name))
    create_workspace(name="Elsewhere", owner=found["stranger"])
    found["staff"].is_staff = True
    found["staff"].save()
    return SimpleNamespace(**found, workspace=workspace)


@pytest.fixture
def visit(people: SimpleNamespace) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(people, name))
        return client

    return signed_in


@pytest.fixture
def made(people: SimpleNamespace) -> Catalogue:
    return Catalogue.objects.create(name="Support", token="tester", workspace=people.workspace, made_by=people.owner)


def test_a_catalogue_is_made_and_answers(people: SimpleNamespace, visit: Callable[[str], Client]) -> None:
    listed()
    listed(package_bytes(author="other"))
    owner = visit("owner")
    assert "No catalogues yet" in owner.get("/catalogues/").content.decode()
    response = owner.post(
        "/catalogues/new", FORM | {"workspace": people.workspace.pk, "origins": "https://dify.example.org/"}
    )
    made = Catalogue.objects.get()
    assert response["Location"] == f"/catalogues/{made.pk}/"
    assert made.policy == {"otherwise": "deny", "allow": checked(made.policy).allow.model_dump()}
    assert made.origins == ["https://dify.example.org"]
    page = owner.get(response["Location"]).content.decode()
    assert "This Dify sees 1 of 2 plugins" in page
    assert f"MARKETPLACE_API_URL=http://testserver/c/{made.token}" in page
    assert Console(f"/c/{made.token}").search() == ["acme/demo"]
    assert list(AuditEntry.objects.values_list("act", flat=True))[-1:] == ["catalogue.make"]


def test_what_it_would_answer_is_seen_before_it_is_saved(made: Catalogue, visit: Callable[[str], Client]) -> None:
    listed(package_bytes(meta={"minimum_dify_version": "1.13.0"}))
    listed(package_bytes(name="other"))
    owner, address = visit("owner"), f"/catalogues/{made.pk}/"
    for fields, sees in (
        ({}, 2),
        ({"deny_plugins": "acme/other"}, 1),
        ({"dify": "1.12.0"}, 1),
        ({"otherwise": "deny", "pins": "acme/demo 9.9.9", "allow_plugins": "acme/demo"}, 0),
    ):
        asked = {"name": "x", "otherwise": "allow", "rollout": "usual", "preview": "1"} | fields
        page = owner.post(address, asked, headers={"HX-Request": "true"}).content.decode()
        assert f"This Dify sees {sees} of 2 plugins" in page
        assert "<html" not in page
    made.refresh_from_db()
    assert made.policy == {}
    assert preview(checked({"deny": {"plugins": ["acme/other"]}})).seen == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pins": "acme/demo latest"}, "version &#x27;latest&#x27; is none of"),
        ({"allow_plugins": "demo"}, "allow.plugins.0:"),
        ({"allow_plugins": "a/b", "deny_plugins": "a/b"}, "a/b is both allowed and denied in plugins"),
        ({"origins": "dify.example.org"}, "dify.example.org is no address of a console"),
        ({"document": "{"}, "The document is not valid JSON"),
        ({"document": '{"surprise": 1}'}, "surprise: there is no such setting."),
        ({"document": "[]"}, "there is no such setting"),
        ({"edition_python": "3.12"}, "edition.platform:"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_faults_are_told_at_their_field(
    made: Catalogue, visit: Callable[[str], Client], fields: Any, said: str
) -> None:
    response = visit("owner").post(f"/catalogues/{made.pk}/", FORM | fields)
    assert response.status_code == 422
    assert said.lower() in response.content.decode().lower()
    made.refresh_from_db()
    assert made.policy == {}


def test_fields_and_document_say_the_same(made: Catalogue, visit: Callable[[str], Client]) -> None:
    owner, address = visit("owner"), f"/catalogues/{made.pk}/"
    policy = {
        "otherwise": "deny",
        "allow": {"plugins": ["acme/demo"], "publishers": ["acme"], "categories": ["tool"], "trust": ["partner"]},
        "deny": {"plugins": [], "publishers": [], "categories": ["model"], "trust": []},
        "pins": {"acme/demo": "^1.0.0"},
        "cool_down_days": 3,
        "channels": ["stable", "beta"],
        "minimum_rating": 2.5,
        "rollout": "last",
        "requests": True,
        "edition": {"python": "3.12", "platform": "x86_64-manylinux_2_28"},
    }
    assert owner.post(address, FORM | {"document": json.dumps(policy)}).status_code == 302
    form = owner.get(address).context["form"]
    filled = {name: form[name].value() for name in form.fields}
    assert document({**filled, "document": ""}) == policy
    response = owner.post(address, {key: value for key, value in filled.items() if value} | {"name": "Again"})
    assert response.status_code == 302
    made.refresh_from_db()
    assert (made.name, made.policy) == ("Again", policy)


def test_the_secret_address_is_shown_once(made: Catalogue, visit: Callable[[str], Client]) -> None:
    listed()
    made.policy = {"private_downloads": True}
    made.save()
    owner = visit("owner")
    page = owner.post(f"/catalogues/{made.pk}/secret", follow=True).content.decode()
    found = re.search(r"/c/tester/s/([\w-]+)", page)
    assert found
    assert found[1] not in owner.get(f"/catalogues/{made.pk}/").content.decode()
    content(Console(f"/c/tester/s/{found[1]}").download("acme/demo:0.0.1"))
    owner.post(f"/catalogues/{made.pk}/secret")
    assert Console(f"/c/tester/s/{found[1]}").ask("GET", "collections").status_code == 404


def test_removing_asks_for_the_name(made: Catalogue, visit: Callable[[str], Client]) -> None:
    owner = visit("owner")
    owner.post(f"/catalogues/{made.pk}/remove", {"name": "Suport"})
    assert Catalogue.objects.exists()
    owner.post(f"/catalogues/{made.pk}/remove", {"name": "Support"})
    assert not Catalogue.objects.exists()


@pytest.mark.parametrize(
    ("name", "look", "change"),
    [("owner", 200, 302), ("admin", 200, 302), ("staff", 200, 302), ("member", 200, 403), ("stranger", 404, 404)],
)
def test_who_may_what(made: Catalogue, visit: Callable[[str], Client], name: str, look: int, change: int) -> None:
    client, address = visit(name), f"/catalogues/{made.pk}/"
    asked = CatalogueRequest.objects.create(catalogue=made, plugin=listed().plugin, asked_by="Bo", reason="For work")
    assert client.get(address).status_code == look
    assert client.post(f"{address}secret").status_code == change
    assert client.post(f"{address}requests/{asked.pk}", {"act": "grant"}).status_code == change
    assert client.post(address, FORM).status_code == change
    assert client.post(f"{address}remove", {"name": "x"}).status_code == change
    assert ("Support" in client.get("/catalogues/").content.decode().partition("<main")[2]) is (look == 200)


def test_nobody_gets_in_without_signing_in(made: Catalogue) -> None:
    for path in ("/catalogues/", "/catalogues/new", f"/catalogues/{made.pk}/"):
        assert Client().get(path)["Location"].startswith("/sign-in?next=")


def test_who_governs_nothing_makes_nothing(people: SimpleNamespace, visit: Callable[[str], Client]) -> None:
    assert visit("member").get("/catalogues/new").status_code == 403
    refused = visit("admin").post("/catalogues/new", FORM | {"workspace": "00000000-0000-0000-0000-000000000000"})
    assert refused.status_code == 422
    assert visit("stranger").post("/catalogues/new", FORM | {"workspace": people.workspace.pk}).status_code == 422
    assert visit("staff").post("/catalogues/new", FORM).status_code == 302
    assert Catalogue.objects.get().workspace is None


def test_asking_for_what_is_not_allowed(
    made: Catalogue, visit: Callable[[str], Client], people: SimpleNamespace
) -> None:
    listed()
    made.policy = {"otherwise": "deny", "requests": True}
    made.save()
    person, address = Client(), "/c/tester/ask/acme/demo"
    assert "Ask for acme/demo" in person.get(address).content.decode()
    assert person.post(address, {"asked_by": "Bo"}).status_code == 422
    for _ in range(3):
        assert person.post(address, {"asked_by": "Bo", "reason": "For work"}).status_code == 302
    asked = CatalogueRequest.objects.get()
    assert asked.times == 3
    assert "waits for an answer" in person.get(address).content.decode()
    owner, answer = visit("owner"), f"/catalogues/{made.pk}/requests/{asked.pk}"
    page = owner.get(f"/catalogues/{made.pk}/").content.decode()
    assert "Waits for you" in page
    assert "3 times in all" in page
    owner.post(answer, {"act": "grant", "answer": "Yes", "until": "not a day"})
    assert Console("/c/tester").search() == []
    owner.post(answer, {"act": "grant", "answer": "Yes"})
    assert Console("/c/tester").search() == ["acme/demo"]
    assert "This Dify may have it" in person.get(address).content.decode()
    again = owner.post(answer, {"act": "refuse"}, follow=True).content.decode()
    assert "Somebody has answered this request already." in again
    owner.post(answer, {"act": "take-back"})
    assert Console("/c/tester").search() == []
    assert "refused" in person.get(address).content.decode()
    acts = AuditEntry.objects.filter(act="catalogue.request").count()
    assert acts == 2


def test_there_is_nothing_to_ask_where_the_policy_does_not_say_so(made: Catalogue) -> None:
    listed()
    assert Client().get("/c/tester/ask/acme/demo").status_code == 404
    assert Client().get("/c/unknown/ask/acme/demo").status_code == 404


def test_a_catalogues_own_pages(made: Catalogue) -> None:
    listed()
    listed(package_bytes(name="other"))
    made.policy = {"deny": {"plugins": ["acme/other"]}}
    made.origins = ["https://dify.example.org"]
    made.save()
    source = "https%253A%252F%252Fdify.example.org"
    for path in ("/c/tester", "/c/tester/", "/c/tester/plugins", "/c/tester/plugins/tool"):
        page = Client().get(f"{path}?source={source}").content.decode()
        assert "acme/demo" in page
        assert "acme/other" not in page
        assert "catalogue=tester" in page
    assert "acme/demo" not in Client().get("/c/tester/plugins/model").content.decode()
    moved = Client().get(f"/c/tester/plugins/acme/demo?source={source}&view=modal&theme=dark")
    assert moved["Location"] == f"/plugins/acme/demo?source={source}&view=modal&theme=dark&catalogue=tester".replace(
        source, "https%253A%252F%252Fdify.example.org"
    )
    framed = Client().get(moved["Location"])
    assert "frame-ancestors 'self' https://dify.example.org" in framed["Content-Security-Policy"]
    assert Client().get("/c/unknown").status_code == 404


def test_the_schema_is_public(db: None) -> None:
    assert Client().get("/catalogues/policy.schema.json").json()["title"] == "Policy"
