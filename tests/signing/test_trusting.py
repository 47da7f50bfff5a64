"""A runtime beside the marketplace trusts its keys, and of what they signed only what was released."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from marketplace import keeping
from marketplace.difypkg import open_package, sign
from marketplace.models import LogLeaf, OfflineEdition, Release, SigningKey
from marketplace.signing import keys, sign_edition
from runtime.errors import Refused
from runtime.models import Package
from runtime.pages.trust import trust
from runtime.uploading import judge_again, upload_package
from tests import listing
from tests.signing.conftest import pair
from tests.signing.test_packages import packed, parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(settings: Any, tmp_path: Path) -> None:
    """The policy that is the default: only what a trusted key has signed."""
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "runtime"}}
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    settings.FORCE_VERIFYING_SIGNATURE = True


def signed(release: Release) -> bytes:
    return keeping.read(release.package)


@pytest.mark.parametrize(
    ("category", "word"), [("community", "Certified"), ("partner", "Partner"), ("official", "Official")]
)
def test_what_was_approved_here_installs_without_a_warning(released: Any, category: str, word: str) -> None:
    release = released(category=category)
    package = upload_package(signed(release))
    shown = trust(package)
    assert (shown.tone, shown.word) == ("ok", word)
    assert "Reviewed in this marketplace, and signed with the key “First”" in shown.means
    assert package.unique_identifier == release.unique_identifier
    assert package.signed_with == keys.for_release(category).fingerprint


def test_what_was_signed_without_a_review_says_so(released: Any) -> None:
    release = released(provenance={"lineage": {"unreviewed": True, "import": "first"}})
    shown = trust(upload_package(signed(release)))
    assert (shown.tone, shown.full) == ("warn", "Signed, not reviewed")
    assert '"unreviewed":true' in release.record.body


def test_changed_names_are_caught(released: Callable[..., Release]) -> None:
    """Their signature is good, their identifier is none of ours."""
    files, comment = parts(signed(released()))
    names = [name for name, _ in files]
    at, other = names.index("README.md"), names.index("main.py")
    files[at], files[other] = (names[other], files[at][1]), (names[at], files[other][1])
    with pytest.raises(Refused, match="changed after First signed it"):
        upload_package(packed(files, comment))


def test_a_changed_file_is_caught(released: Callable[..., Release]) -> None:
    files, comment = parts(signed(released()))
    changed = [(name, content + b"#" if name == "main.py" else content) for name, content in files]
    with pytest.raises(Refused, match="changed after First signed it"):
        upload_package(packed(changed, comment))


def test_what_the_key_signed_past_the_review_is_not_trusted(release_key: SigningKey) -> None:
    past = sign(listing.package_bytes(), pair()[0], category="community")
    with pytest.raises(Refused, match="changed after"):
        upload_package(past)


def test_nor_is_a_category_that_is_not_the_keys(release_key: SigningKey) -> None:
    with pytest.raises(Refused, match="does not know"):
        upload_package(sign(listing.package_bytes(), pair()[0], category="langgenius"))


def test_a_retired_key_is_still_trusted(released: Callable[..., Release], release_key: SigningKey) -> None:
    release = released()
    keys.retire(release_key, by=None)
    assert upload_package(signed(release)).verified


def test_a_key_revoked_now_is_trusted_for_what_the_log_knows(released: Any, release_key: SigningKey) -> None:
    release = released()
    keys.revoke(release_key, by=None, reason="Precaution")
    assert upload_package(signed(release)).verified


def test_a_key_revoked_from_a_moment_is_not_trusted_from_then(
    released: Any, release_key: SigningKey, django_capture_on_commit_callbacks: Any
) -> None:
    release = released()
    installed = upload_package(signed(release))
    with django_capture_on_commit_callbacks(execute=True):
        keys.revoke(release_key, by=None, reason="Stolen", since=timezone.now() - timedelta(days=1))
    installed.refresh_from_db()
    assert not installed.verified
    assert trust(installed).full == "Unsafe: its key was revoked"
    with pytest.raises(Refused, match="a key that the marketplace has revoked"):
        upload_package(signed(release))


def test_backdating_does_not_help_whoever_stole_the_key(released: Any, release_key: SigningKey) -> None:
    """The moment counts by the log, not by the time that a signature claims."""
    release = released()
    forged = sign(signed(release), pair()[0], category="community", time=1_000_000_000)
    LogLeaf.objects.all().place(LogLeaf.objects.get(kind="release").pk, at=timezone.now() + timedelta(minutes=1))
    keys.revoke(release_key, by=None, reason="Stolen")
    with pytest.raises(Refused, match="revoked"):
        upload_package(forged)


def test_an_edition_is_trusted_once_its_row_is_there(released: Any) -> None:
    release = released()
    data = sign_edition(release, listing.package_bytes({"wheels/x.whl": b"wheel"}))
    with pytest.raises(Refused):
        upload_package(data)
    with open_package(data) as package:
        OfflineEdition.objects.create(
            release=release,
            python="3.12",
            platform="x",
            unique_identifier=package.unique_identifier,
            checksum=package.checksum,
            package=keeping.keep(data),
            package_size=len(data),
        )
    assert upload_package(data).verified


def test_a_runtime_alone_trusts_none_of_it(released: Any, settings: Any) -> None:
    release = released()
    settings.RUNTIME_VOUCHERS = ""
    with pytest.raises(Refused, match="does not know"):
        upload_package(signed(release))


def test_a_file_that_is_gone_holds_up_nobody(people: SimpleNamespace, released: Any, release_key: SigningKey) -> None:
    """Where one cannot be judged again the others still are, and it vouches for nothing itself."""
    known = {"signed_with": release_key.fingerprint, "size": 1, "declaration": {}, "verified": True}
    Package.objects.create(unique_identifier="a/gone:0.0.1@0", plugin_id="a/gone", version="0.0.1", **known)
    kept = upload_package(signed(released()))
    judge_again(release_key.fingerprint)
    assert list(Package.objects.filter(verified=True)) == [kept]


def test_nothing_else_is_looked_at_again(people: SimpleNamespace, released: Any) -> None:
    upload_package(signed(released()))
    assert judge_again("0" * 64) == 0
    assert Package.objects.get().verified
