"""An organization with an owner and a member; a stranger, staff and a reviewer; browsers for all of them."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace.models import Organization, Publisher, User

PASSWORD = "open sesame"


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """owner and member of acme, stranger (owner of umbrella), staff, reviewer, admin."""
    names = ("owner", "member", "stranger", "staff", "reviewer")
    found = {name: User.objects.create_user(f"{name}@example.org", PASSWORD) for name in names}
    User.objects.filter(email="staff@example.org").update(is_staff=True)
    User.objects.filter(email="reviewer@example.org").update(is_reviewer=True)
    acme = Organization.objects.create(handle="acme", name="Acme")
    umbrella = Organization.objects.create(handle="umbrella", name="Umbrella")
    Publisher.objects.create(organization=acme, user=found["owner"], role="owner")
    Publisher.objects.create(organization=acme, user=found["member"], role="member")
    Publisher.objects.create(organization=umbrella, user=found["stranger"], role="owner")
    for one in found.values():
        one.refresh_from_db()
    return SimpleNamespace(**found, acme=acme, umbrella=umbrella)


@pytest.fixture
def visit(people: SimpleNamespace) -> Callable[..., Client]:
    """A browser in which somebody has signed in."""

    def signed_in(name: str = "owner") -> Client:
        client = Client()
        client.force_login(getattr(people, name))
        return client

    return signed_in
