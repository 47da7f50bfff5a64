"""Uploads: what is kept, what is refused, and that doing it again mends."""

import os
import tracemalloc
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage, default_storage

from marketplace.difypkg import BadPackage, asset_id, open_package
from runtime import preparing, storing, uploading
from runtime.errors import Refused
from runtime.models import Package
from runtime.uploading import upload_bundle, upload_package
from tests.runtime import packages
from tests.runtime.packages import signed, tampered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    """Storage of its own, and a policy that asks for nothing."""
    settings.STORAGES = {**settings.STORAGES, "default": filed(tmp_path / "storage")}
    settings.FORCE_VERIFYING_SIGNATURE = False
    settings.ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES = True
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = False
    return settings


def filed(folder: Path) -> dict[str, Any]:
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}


@pytest.fixture
def our_key(house: Any, tmp_path: Path) -> Path:
    """A third-party key that the host trusts."""
    path = tmp_path / "ours.pem"
    path.write_bytes(packages.keys("ours")[1])
    house.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = True
    house.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS = [str(path)]
    return path


# What is kept.


def test_a_package_is_kept_with_its_row_readmes_and_icons() -> None:
    data = packages.package(files={"readme/README_zh_Hans.md": "# 演示"})
    row = upload_package(data)
    opened = open_package(data)
    icon = asset_id("icon.svg", packages.ICON)
    assert row.unique_identifier == opened.unique_identifier
    assert (row.plugin_id, row.version, row.checksum) == ("acme/demo", "0.0.1", opened.checksum)
    assert (row.category, row.size, row.verified, row.signature) == ("tool", len(data), False, "unsigned")
    assert row.declaration["icon"] == row.declaration["tool"]["identity"]["icon"] == icon
    assert dict(row.readmes.values_list("language", "content")) == {"en_US": "# demo", "zh_Hans": "# 演示"}
    assert storing.read_asset(icon) == packages.ICON
    with storing.open_stored_package(row.unique_identifier) as stored:
        assert stored.read() == data


def test_paths_and_open_files_are_taken_as_well(tmp_path: Path) -> None:
    data = packages.package()
    path = tmp_path / "x.difypkg"
    path.write_bytes(data)
    by_path, by_file, by_bytes = upload_package(path), upload_package(BytesIO(data)), upload_package(data)
    assert by_path.pk == by_file.pk == by_bytes.pk


def test_uploading_again_changes_nothing() -> None:
    first = upload_package(packages.package())
    second = upload_package(packages.package())
    assert first.pk == second.pk
    assert first.uploaded_at == second.uploaded_at
    assert Package.objects.count() == 1
    assert second.readmes.count() == 1


def test_uploading_again_mends_rows_that_were_removed() -> None:
    upload_package(packages.package()).delete()
    assert upload_package(packages.package()).readmes.count() == 1


def test_uploading_again_mends_files_that_were_removed_or_cut_short() -> None:
    data = packages.package()
    row = upload_package(data)
    Path(default_storage.path(storing.package_name(row.unique_identifier))).write_bytes(b"half")
    default_storage.delete(f"assets/{row.declaration['icon']}")
    upload_package(data)
    with storing.open_stored_package(row.unique_identifier) as stored:
        assert stored.read() == data
    assert storing.read_asset(row.declaration["icon"]) == packages.ICON


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    upload_package(packages.package())
    assert list((tmp_path / "storage" / storing.INCOMING).iterdir()) == []


def test_many_at_once_leave_one_whole_file() -> None:
    data = packages.package(files={"big.bin": bytes(range(256)) * 4096})
    threads = [Thread(target=storing.keep_package, args=("acme/demo:1@x", BytesIO(data))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storing.open_stored_package("acme/demo:1@x") as stored:
        assert stored.read() == data
    folder = Path(default_storage.path("plugin_packages/acme"))
    assert [path.name for path in folder.iterdir()] == ["demo:1@x"]


def test_stores_without_paths_keep_exact_names(house: Any) -> None:
    house.STORAGES = {**house.STORAGES, "default": {"BACKEND": f"{InMemoryStorage.__module__}.InMemoryStorage"}}
    data = packages.package()
    row = upload_package(data)
    upload_package(data)
    assert default_storage.listdir("plugin_packages/acme")[1] == [row.unique_identifier.partition("/")[2]]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 64 + "/../x", "", "a" * 63, "A" * 64, "a" * 64 + ".s\0g"])
def test_only_asset_ids_are_looked_for(name: str) -> None:
    assert storing.read_asset(name) is None


# What is refused.


def test_no_package_at_all() -> None:
    with pytest.raises(BadPackage):
        upload_package(b"hello")
    assert not Package.objects.exists()


def test_too_large_files_are_refused_unread(house: Any) -> None:
    class Unreadable(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("must not be read")

    house.MAX_PLUGIN_PACKAGE_SIZE = 1000
    with pytest.raises(Refused, match="file size exceeds the maximum limit"):
        upload_package(Unreadable(bytes(1001)))


def test_more_than_fifty_megabytes_are_kept_without_being_held(house: Any, tmp_path: Path) -> None:
    house.MAX_PLUGIN_PACKAGE_SIZE, house.PLUGIN_WORKING_PATH = 100 << 20, tmp_path / "plugins"
    path = tmp_path / "large.difypkg"
    path.write_bytes(packages.package(files={f"data-{number}.bin": os.urandom(2 << 20) for number in range(30)}))
    tracemalloc.start()
    try:
        row = upload_package(path)
        assert (preparing.unpacked(row) / "data-29.bin").exists(), "what was let in can be started"
        with path.open("rb") as file:
            assert upload_package(file).size == row.size
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert row.size > 60 << 20
    assert most < 20 << 20, "one file of it at a time"


def test_what_unpacks_to_more_than_the_limit_is_refused(house: Any) -> None:
    house.MAX_PLUGIN_PACKAGE_SIZE = 20_000
    with pytest.raises(BadPackage):
        upload_package(packages.package(files={"zeros.bin": bytes(50_000)}))


def test_an_author_must_not_be_a_uuid() -> None:
    data = packages.package(author="0b6f7a8e-6c5f-4a3e-9c59-0b3c9d2f1a77")
    with pytest.raises(BadPackage, match="cannot set author to an UUID"):
        upload_package(data)


def test_a_provider_name_that_no_row_can_hold() -> None:
    with pytest.raises(Refused, match="longer than 127"):
        upload_package(packages.package(provider_name="x" * 128))


def test_nul_characters_are_refused_in_declarations_and_replaced_in_readmes() -> None:
    with pytest.raises((Refused, BadPackage)):
        upload_package(packages.package(label={"en_US": "a\0b"}))
    row = upload_package(packages.package(files={"README.md": "a\0b"}))
    assert row.readmes.get().content == "a\ufffdb"


# Signatures.


@pytest.mark.parametrize("ask", [False, True])
@pytest.mark.parametrize("force", [False, True])
def test_unsigned_packages_are_refused_where_the_host_or_the_caller_asks(house: Any, force: bool, ask: bool) -> None:
    house.FORCE_VERIFYING_SIGNATURE = force
    if force or ask:
        with pytest.raises(Refused, match="has a bad signature: it is not signed at all"):
            upload_package(packages.package(), verify_signature=ask)
        assert not Package.objects.exists()
    else:
        assert upload_package(packages.package(), verify_signature=ask).signature == "unsigned"


def test_a_package_signed_by_a_listed_key(house: Any, our_key: Path) -> None:
    house.FORCE_VERIFYING_SIGNATURE = True
    row = upload_package(signed(packages.package()))
    assert row.verified
    assert row.declaration["verified"] is True
    assert row.verification == {"authorized_category": "community"}
    assert (row.signature, row.signed_by) == ("verified", "ours")
    assert row.signed_at is not None
    assert row.signed_at.timestamp() == 1_780_000_000


def test_listed_keys_count_only_where_they_are_enabled(house: Any, our_key: Path) -> None:
    house.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = False
    assert upload_package(signed(packages.package())).signature == "untrusted"


def test_a_signature_by_a_stranger_says_who_can_change_that(house: Any, our_key: Path) -> None:
    data = signed(packages.package(), by="stranger")
    row = upload_package(data)
    assert (row.signature, row.verified, row.verification, row.signed_by) == ("untrusted", False, None, "")
    house.FORCE_VERIFYING_SIGNATURE = True
    with pytest.raises(Refused, match="THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS"):
        upload_package(data)


def test_content_changed_after_signing_is_told_apart(house: Any, our_key: Path) -> None:
    data = tampered(signed(packages.package()))
    row = upload_package(data)
    assert (row.signature, row.verified, row.signed_by) == ("bad", False, "ours")
    with pytest.raises(Refused, match="its content was changed after ours signed it"):
        upload_package(data, verify_signature=True)


@pytest.mark.parametrize("content", [None, b"", b"no key"])
def test_an_unreadable_key_file_vouches_for_nothing_and_is_told(
    our_key: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    our_key.unlink()
    if content is not None:
        our_key.write_bytes(content)
    assert upload_package(signed(packages.package())).signature == "untrusted"
    assert str(our_key) in caplog.text


def test_a_comment_that_is_no_signature_is_none() -> None:
    assert upload_package(packages.package(comment=b"made by hand")).signature == "unsigned"


def test_trust_that_was_added_later_shows_after_the_next_upload(house: Any, our_key: Path) -> None:
    data = signed(packages.package())
    house.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = False
    assert not upload_package(data).verified
    house.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = True
    assert upload_package(data).declaration["verified"] is True


@pytest.mark.parametrize("author", ["langgenius"])
def test_nobody_else_may_be_langgenius(house: Any, our_key: Path, author: str) -> None:
    data = packages.package(author=author)
    for claimed in (data, signed(data, category="partner"), signed(data, by="stranger", category="langgenius")):
        with pytest.raises(Refused, match="claims to be from Langgenius but lacks official signature verification"):
            upload_package(claimed)
    assert upload_package(signed(data, category="langgenius")).verified
    house.ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES = False
    assert not upload_package(data).verified


# Bundles.


def test_a_bundles_packages_are_kept_and_its_dependencies_answered() -> None:
    one = packages.package()
    data = packages.bundle(
        [
            {"type": "github", "value": {"repo_pattern": "acme/plugins:1.2.3/demo.difypkg"}},
            {"type": "marketplace", "value": {"marketplace_pattern": "acme/other:^1.0.0"}},
            {"type": "package", "value": {"path": "one.difypkg"}},
        ],
        {"one.difypkg": one},
    )
    github, marketplace, package = upload_bundle(data)
    assert github == {
        "type": "github",
        "value": {
            "repo_address": "https://github.com/acme/plugins",
            "repo": "acme/plugins",
            "release": "1.2.3",
            "packages": "demo.difypkg",
        },
    }
    assert marketplace == {
        "type": "marketplace",
        "value": {"organization": "acme", "plugin": "other", "version": "^1.0.0"},
    }
    row = Package.objects.get()
    assert package == {
        "type": "package",
        "value": {"unique_identifier": row.unique_identifier, "manifest": row.declaration},
    }


def test_one_bad_package_keeps_the_whole_bundle_out(our_key: Path) -> None:
    enclosed = {"good.difypkg": signed(packages.package()), "bad.difypkg": packages.package(name="bad")}
    data = packages.bundle([{"type": "package", "value": {"path": name}} for name in enclosed], enclosed)
    with pytest.raises(Refused, match="has a bad signature"):
        upload_bundle(data, verify_signature=True)
    assert not Package.objects.exists()


def test_a_bundle_has_a_limit_of_its_own(house: Any) -> None:
    house.MAX_BUNDLE_PACKAGE_SIZE = 10
    with pytest.raises(Refused, match=uploading.TOO_LARGE):
        upload_bundle(packages.bundle([]))
