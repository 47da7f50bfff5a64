"""What a revoked key signed is signed anew: another file of the same identifier, logged, recorded, told."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace import keeping
from marketplace.difypkg import generate_keys, open_package
from marketplace.models import AuditEntry, LogLeaf, Release, SigningKey
from marketplace.signing import SigningFault, anew, keys, records
from tests.signing import independent

pytestmark = pytest.mark.django_db
Released = Callable[..., Release]


@pytest.fixture
def lost(release_key: SigningKey, released: Released) -> tuple[SigningKey, Release]:
    """A release, and its key that was revoked from before it signed it."""
    release = released()
    keys.revoke(release_key, by=None, reason="The server was stolen", since=timezone.now() - timedelta(days=1))
    release_key.refresh_from_db()
    return release_key, release


@pytest.fixture
def second_key(lost: tuple[SigningKey, Release]) -> SigningKey:
    private = generate_keys(bits=2048)[0]
    return keys.take_in(private, role="release", name="Second", by=None, categories=keys.CATEGORIES)


def test_it_has_another_signature_and_remembers_the_old(
    lost: tuple[SigningKey, Release], second_key: SigningKey
) -> None:
    key, before = lost
    said = StringIO()
    call_command("signing", "sign-anew", key.fingerprint[:12], stdout=said)
    after = Release.objects.get()
    assert after.unique_identifier in said.getvalue()
    assert (after.version, after.pk) == (before.version, before.pk)
    assert after.unique_identifier == before.unique_identifier
    assert after.lineage["signed_before"] == [before.package] != [after.package]
    data = keeping.read(after.package)
    assert independent.category(data, second_key.public.encode()) == "community"
    assert independent.category(data, key.public.encode()) is None
    with open_package(data) as new, open_package(keeping.read(before.package)) as old:
        assert {name: new.read(name) for name in new.files} == {name: old.read(name) for name in old.files}
        assert new.unique_identifier == after.unique_identifier
    assert not anew.disbelieved(key).exists()  # a second run has nothing to do


def test_log_record_and_trail_speak_of_the_new_one(lost: tuple[SigningKey, Release], second_key: SigningKey) -> None:
    key, before = lost
    after = anew.sign_anew(before, by=None)
    assert not anew.disbelieved(key).exists()
    leaf = json.loads(LogLeaf.objects.filter(kind="release").latest("pk").body)
    assert (leaf["subject"], leaf["replaces"]) == (after.unique_identifier, before.package)
    assert leaf["key"] == second_key.fingerprint
    records.verify(after.record)
    assert json.loads(after.record.body)["package_sha256"] == after.package
    told = {"package_sha256": before.package, "key": key.fingerprint}
    assert AuditEntry.objects.get(act="release.sign_anew").before == told


def test_a_key_that_is_good_leaves_nothing_to_do(release_key: SigningKey, released: Released) -> None:
    released()
    with pytest.raises(SigningFault, match="is not revoked"):
        anew.disbelieved(release_key)


def test_what_was_signed_before_the_moment_stays(release_key: SigningKey, released: Released) -> None:
    released()
    keys.revoke(release_key, by=None, reason="Lost just now")
    release_key.refresh_from_db()
    assert not anew.disbelieved(release_key).exists()


def test_without_another_key_it_says_so(lost: tuple[SigningKey, Release]) -> None:
    told = StringIO()
    with pytest.raises(CommandError, match="1 release could not be signed anew"):
        call_command("signing", "sign-anew", lost[0].fingerprint, stderr=told)
    assert lost[1].unique_identifier in told.getvalue()
