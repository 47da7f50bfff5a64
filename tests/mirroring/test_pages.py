"""Staff's pages of mirrors, and who does not see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from marketplace.mirroring.following import look
from marketplace.models import AuditEntry, Mirror, User
from tests.listing import keys, listed
from tests.mirroring.upstream import Marketplace

pytestmark = pytest.mark.django_db
type Follow = Callable[..., Mirror]


def visit(**columns: Any) -> Client:
    person = User.objects.create_user(f"p{User.objects.count()}@example.org", "open sesame", **columns)
    client = Client()
    client.force_login(person)
    return client


def test_a_mirror_is_made_looks_and_goes(there: Marketplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.mirroring.following.begin", look)
    listed()
    there.move_there()
    staff = visit(is_staff=True)
    assert "Nothing is followed yet" in staff.get("/desk/mirrors").content.decode()
    fields = {"name": "There", "address": there.address, "public_key": keys()[1].decode(), "every_hours": 6, "most": 5}
    made = staff.post("/desk/mirrors/new", fields | {"plugins": "acme/demo\nacme/other", "categories": ["tool"]})
    row = Mirror.objects.get()
    assert made["Location"] == f"/desk/mirrors/{row.pk}"
    assert row.rules == {"plugins": ["acme/demo", "acme/other"], "categories": ["tool"], "most": 5}
    page = staff.post(f"/desk/mirrors/{row.pk}/look", follow=True).content.decode()
    assert "acme publishes here" in page
    form = staff.get(f"/desk/mirrors/{row.pk}").context["form"]
    assert (form["plugins"].value(), form["categories"].value()) == ("acme/demo\nacme/other", ["tool"])
    assert "every 6 h" in staff.get("/desk/mirrors").content.decode()
    staff.post(f"/desk/mirrors/{row.pk}", fields | {"everything": "on", "paused": "on"})
    row.refresh_from_db()
    assert (row.rules, row.paused) == ({"everything": True, "most": 5}, True)
    staff.post(f"/desk/mirrors/{row.pk}/remove")
    assert not Mirror.objects.exists()
    acts = AuditEntry.objects.filter(act__startswith="mirror.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["mirror.make", "mirror.change", "mirror.remove"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Nothing would be followed"),
        ({"plugins": "demo"}, "plugins.0:"),
        ({"everything": "on", "public_key": "no key"}, "The key is not a PEM file"),
        ({"everything": "on", "address": "there"}, "Enter a valid URL."),
        ({"everything": "on", "every_hours": 0}, "At least 1."),
    ],
)
def test_faults_are_told_at_their_field(fields: Any, said: str) -> None:
    start = {"name": "There", "address": "https://there.example.org", "every_hours": 6, "most": 5}
    response = visit(is_staff=True).post("/desk/mirrors/new", start | fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Mirror.objects.exists()


@pytest.mark.parametrize(
    ("columns", "status"),
    [({"is_staff": True}, 200), ({"is_superuser": True}, 200), ({"is_reviewer": True}, 403), ({}, 404)],
)
def test_only_staff_sees_mirrors(follow: Follow, columns: Any, status: int) -> None:
    row, client = follow(everything=True), visit(**columns)
    for path in ("/desk/mirrors", "/desk/mirrors/new", f"/desk/mirrors/{row.pk}"):
        assert client.get(path).status_code == status
    for act in ("look", "remove"):
        if status != 200:
            assert client.post(f"/desk/mirrors/{row.pk}/{act}").status_code == status
    assert Client().get("/desk/mirrors")["Location"].startswith("/sign-in")
    assert Mirror.objects.exists()
