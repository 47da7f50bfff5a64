"""What a revoked key signed is signed anew: another file of the same identifier, logged, recorded, told."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace import keeping
from marketplace.difypkg import generate_keys, open_package
from marketplace.difypkg.zipping import zip_files
from marketplace.mirroring.editions import add_edition
from marketplace.mirroring.wheels import Machine
from marketplace.models import AuditEntry, LogLeaf, OfflineEdition, Release, SigningKey
from marketplace.signing import SigningFault, anew, keys, records, trusting
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


@pytest.fixture
def edition(lost: tuple[SigningKey, Release]) -> OfflineEdition:
    """With a wheel inside, signed before the key was revoked, and from a moment in which it was lost already."""
    key, release = lost
    SigningKey.objects.filter(pk=key.pk).update(state=SigningKey.State.ACTIVE)
    with open_package(keeping.read(release.package)) as package:
        files = {name: content for name, content in package.files.items() if name != ".verification.dify.json"}
    data = zip_files([*files.items(), ("wheels/six-1.17-py3-none-any.whl", b"a wheel")])
    made = add_edition(release, Machine("3.12", "any"), data=data, wheels=["six-1.17-py3-none-any.whl"])
    SigningKey.objects.filter(pk=key.pk).update(state=SigningKey.State.REVOKED)
    return made


def test_offline_editions_are_signed_anew_too(
    lost: tuple[SigningKey, Release], edition: OfflineEdition, second_key: SigningKey
) -> None:
    key, _ = lost
    assert trusting.objection(key.fingerprint, edition.unique_identifier, category="community") == "revoked"
    said = StringIO()
    call_command("signing", "sign-anew", key.fingerprint[:12], stdout=said)
    after = OfflineEdition.objects.get()
    assert after.unique_identifier == edition.unique_identifier
    assert after.unique_identifier in said.getvalue()
    data = keeping.read(after.package)
    assert independent.category(data, second_key.public.encode()) == "community"
    with open_package(data) as package:
        assert package.unique_identifier == after.unique_identifier
        assert package.read("wheels/six-1.17-py3-none-any.whl") == b"a wheel"
    leaf = json.loads(LogLeaf.objects.filter(subject=after.unique_identifier).latest("pk").body)
    assert (leaf["key"], leaf["replaces"]) == (second_key.fingerprint, edition.package)
    assert trusting.objection(second_key.fingerprint, after.unique_identifier, category="community") == ""
    assert not anew.disbelieved_editions(key)


def test_with_a_key_that_is_kept_elsewhere(
    lost: tuple[SigningKey, Release], edition: OfflineEdition, tmp_path: Path
) -> None:
    key, before = lost
    private, public = generate_keys(bits=2048)
    elsewhere = keys.register(public, role="release", name="In a safe", by=None, categories=keys.CATEGORIES)
    (tmp_path / "release.pem").write_bytes(private)
    wanted, told, made = StringIO(), StringIO(), StringIO()
    call_command("signing", "sign-anew", key.fingerprint, stdout=wanted, stderr=told)
    assert "2 of them wait for the key that is not here" in told.getvalue()
    assert Release.objects.get().package == before.package
    (tmp_path / "wanted").write_text(wanted.getvalue())
    how = ["--digests", str(tmp_path / "wanted"), "--private-key", str(tmp_path / "release.pem")]
    call_command("signing", "sign-offline", *how, stdout=made)
    (tmp_path / "made").write_text(made.getvalue())
    call_command("signing", "sign-anew", key.fingerprint, signatures=tmp_path / "made", stdout=StringIO())
    for row in (Release.objects.get(), OfflineEdition.objects.get()):
        assert independent.category(keeping.read(row.package), elsewhere.public.encode()) == "community"


def test_a_signature_of_another_key_is_not_taken(lost: tuple[SigningKey, Release], tmp_path: Path) -> None:
    key, before = lost
    keys.register(generate_keys(bits=2048)[1], role="release", name="Safe", by=None, categories=keys.CATEGORIES)
    wanted, told = StringIO(), StringIO()
    call_command("signing", "sign-anew", key.fingerprint, stdout=wanted, stderr=StringIO())
    (tmp_path / "made").write_text(f"{wanted.getvalue().split()[0]} {'ab' * 256}")
    with pytest.raises(CommandError, match="1 release could not"):
        call_command("signing", "sign-anew", key.fingerprint, signatures=tmp_path / "made", stderr=told)
    assert "is not the signature of" in told.getvalue()
    assert Release.objects.get().package == before.package


def test_a_file_without_digests_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wanted").write_text("nothing to sign\n")
    (tmp_path / "release.pem").write_bytes(generate_keys(bits=2048)[0])
    how = ["--digests", str(tmp_path / "wanted"), "--private-key", str(tmp_path / "release.pem")]
    with pytest.raises(CommandError, match="begins with a digest"):
        call_command("signing", "sign-offline", *how)


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
