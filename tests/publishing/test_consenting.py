"""Consent: what a release does with data is on the install sheet, and an update that wants more must be agreed to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace import keeping
from marketplace.consenting import terms
from marketplace.difypkg import sign
from marketplace.models import PrivacyStatement, Release
from marketplace.releasing import release
from marketplace.review import approved
from runtime.models import Installation, InstallTask
from runtime.uploading import upload_package
from tests.listing import keys, package_bytes, submitted
from tests.pages.conftest import cluster, house, install, loop, people, visit, workspace

__all__ = ["cluster", "house", "install", "loop", "people", "visit", "workspace"]
pytestmark = pytest.mark.django_db

MAIL = {
    "uses": [{"data": "email", "purpose": "function", "recipients": ["Mailer"]}],
    "recipients": [{"name": "Mailer", "hosts": ["api.mailer.example"]}],
}


def released(version: str, statement: dict[str, Any], **permission: object) -> Release:
    resource = {"memory": 1024, "permission": permission}
    made = submitted(package_bytes(version=version, resource=resource), state="released")
    PrivacyStatement.objects.create(submission=made, source="form", statement=statement, reviewed_at=timezone.now())
    signed = sign(keeping.read(made.package), keys()[0], category="community")
    return approved.leave(release(made, signed=signed, category="community"))


def test_terms_say_what_becomes_of_data() -> None:
    told = terms(released("1.0.0", MAIL).unique_identifier)
    assert told is not None
    assert "It sends data to Mailer." in told.privacy
    assert any("Email addresses" in one for one in told.privacy)
    assert told.grows == []
    assert terms("acme/other:1.0.0@" + "0" * 64) is None


def test_only_more_must_be_agreed_to(visit: Callable[..., Client], install: Callable[..., Installation]) -> None:
    old = released("1.0.0", {"collects_nothing": True})
    new = released("2.0.0", MAIL, storage={"enabled": True, "size": 1 << 29})
    install(upload_package(keeping.read(old.package)))
    upload_package(keeping.read(new.package))
    told = terms(new.unique_identifier, old.unique_identifier)
    assert told is not None
    for part in ("Keep data", "Mailer becomes a recipient."):
        assert any(part in one for one in told.grows), (part, told.grows)
    assert terms(old.unique_identifier, new.unique_identifier).grows == []  # type: ignore[union-attr]
    address = f"/w/support/install?p={new.unique_identifier}"
    page = visit().get(address).content.decode()
    assert "New against version 1.0.0" in page
    assert 'name="agreed"' in page
    assert visit().post(address).status_code == 422
    assert not InstallTask.objects.exists()
    assert visit().post(address, {"agreed": "yes"}).status_code == 302
    assert InstallTask.objects.count() == 1
