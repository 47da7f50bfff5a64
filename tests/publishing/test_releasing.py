"""What is kept, how versions sort, and what a signed package becomes."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace import keeping
from marketplace.difypkg import open_package, sign, version_key
from marketplace.models import PluginTag, Release
from marketplace.releasing import CannotRelease, refresh_latest, release
from marketplace.requirements import requirement
from marketplace.versions import LETTERS, order
from tests.listing import keys, listed, many, organization, package_bytes, submitted

NUMBERS = some.integers(0, 9999).map(str)
SUFFIXES = some.text(LETTERS + "0123456789", min_size=1, max_size=16)
VERSIONS = some.builds(
    lambda parts, suffix: ".".join(parts) + (f"-{suffix}" if suffix else ""),
    some.lists(NUMBERS, min_size=1, max_size=4),
    some.none() | SUFFIXES,
)


# Keeping.


def test_the_same_bytes_are_kept_once_and_found_by_their_hash(settings: Any, tmp_path: Path) -> None:
    at(settings, tmp_path)
    digest = keeping.keep(b"content")
    assert keeping.keep(b"content") == digest
    assert keeping.read(digest) == b"content"
    with keeping.opened(digest) as file:
        assert file.read(3) == b"con"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [digest]


def test_what_changed_in_storage_is_not_believed(settings: Any, tmp_path: Path) -> None:
    at(settings, tmp_path)
    digest = keeping.keep(b"content")
    (tmp_path / digest[:2] / digest).write_bytes(b"CONTENT")
    with pytest.raises(keeping.Damaged):
        keeping.read(digest)


def test_what_was_cut_off_is_written_again(settings: Any, tmp_path: Path) -> None:
    at(settings, tmp_path)
    digest = keeping.keep(b"content")
    (tmp_path / digest[:2] / digest).write_bytes(b"cont")
    keeping.keep(b"content")
    assert keeping.read(digest) == b"content"


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
def test_only_digests_name_files(digest: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        keeping.read(digest)


def test_nothing_is_found_that_was_not_kept() -> None:
    with pytest.raises(FileNotFoundError):
        keeping.read("0" * 64)


def test_any_storage_of_django_will_do(settings: Any) -> None:
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "marketplace": memory}
    assert keeping.read(keeping.keep(b"far away")) == b"far away"


def at(settings: Any, folder: Path) -> None:
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": here}


# Versions.


@given(VERSIONS, VERSIONS)
def test_texts_sort_as_versions_do(one: str, other: str) -> None:
    assert (order(one) < order(other)) == (version_key(one) < version_key(other))
    assert (order(one) == order(other)) == (version_key(one) == version_key(other))


@given(VERSIONS)
def test_no_collation_can_change_the_order(version: str) -> None:
    assert len(order(version)) <= 80
    assert set(order(version)) <= set("0123456789abcdefghijklmnopqrstuvwxyz")


def test_some_versions_in_order() -> None:
    known = ["0.0.1", "0.0.2-beta", "0.0.2", "0.0.10", "1.0.0-rc2", "1.0.0-rc10", "1.0.0", "1.0.0.1"]
    keys_in_order = [order(version) for version in known]
    assert sorted(keys_in_order) == keys_in_order


# Releases.


@pytest.mark.django_db
def test_a_signed_package_is_listed_with_all_that_is_shown_of_it() -> None:
    files = {
        "_assets/shot.png": b"png",
        "requirements.txt": b"dify_plugin==0.5.0\n# no\n-i https://x\nhttpx>=0.2 # why\n",
    }
    made = listed(package_bytes(files, tags=["search", "news"], repo="https://example.org/demo"), category="partner")
    plugin = made.plugin
    plugin.refresh_from_db()
    assert (plugin.plugin_id, plugin.category, plugin.latest) == ("acme/demo", "tool", made)
    assert (plugin.label, plugin.tags, plugin.repository) == (
        {"en_US": "Demo"},
        ["news", "search"],
        "https://example.org/demo",
    )
    assert sorted(PluginTag.objects.values_list("tag", flat=True)) == ["news", "search"]
    assert (made.version, made.category, made.channel, made.rollout) == ("0.0.1", "partner", "stable", 100)
    assert made.dependencies == ["dify_plugin==0.5.0", "httpx>=0.2"]
    assert sorted(made.assets.values_list("name", flat=True)) == ["icon.svg", "shot.png"]
    assert made.submission is not None
    assert made.submission.listing == plugin


@pytest.mark.django_db
def test_the_uploaded_and_the_signed_file_are_both_kept() -> None:
    data = package_bytes()
    made = listed(data)
    assert keeping.read(made.original) == data
    with open_package(keeping.read(made.package)) as signed:
        assert signed.unique_identifier == made.unique_identifier
        assert signed.signature is not None
        assert made.signed_at.timestamp() == signed.signature.time


@pytest.mark.django_db
def test_a_version_is_released_once() -> None:
    listed()
    with pytest.raises(CannotRelease, match="released before"):
        listed()
    assert Release.objects.count() == 1


@pytest.mark.django_db
def test_another_package_is_not_released_in_its_place() -> None:
    other = sign(package_bytes(version="9.9.9"), keys()[0], category="community")
    with pytest.raises(CannotRelease, match="not acme/demo"):
        release(submitted(), signed=other, category="community")


@pytest.mark.django_db
def test_latest_is_the_newest_that_is_meant_for_everybody() -> None:
    plugin = listed(package_bytes(version="0.2.0")).plugin
    listed(package_bytes(version="0.1.0"))
    listed(package_bytes(version="0.3.0"), channel="beta")
    listed(package_bytes(version="0.4.0"), rollout=10)
    hidden = listed(package_bytes(version="0.5.0"), channel="unlisted")
    plugin.refresh_from_db()
    assert plugin.latest is not None
    assert plugin.latest.version == "0.2.0"
    assert len(hidden.link) == 43


@pytest.mark.django_db
def test_without_a_release_for_everybody_nothing_is_latest() -> None:
    made = listed(channel="beta")
    made.plugin.refresh_from_db()
    assert made.plugin.latest is None
    assert made.plugin.label == {"en_US": "Demo"}
    Release.objects.update(channel="stable", status="yanked")
    assert refresh_latest(made.plugin).latest is None


@pytest.mark.django_db
def test_tags_follow_the_latest_release() -> None:
    listed(package_bytes(version="0.1.0", tags=["search", "news"]))
    listed(package_bytes(version="0.2.0", tags=["news", "travel"]))
    assert sorted(PluginTag.objects.values_list("tag", flat=True)) == ["news", "travel"]


@pytest.mark.django_db
def test_many_and_ready_plugins_can_be_listed() -> None:
    assert [made.plugin.name for made in many(2)] == ["demo-0", "demo-1"]
    assert listed("echo", organization=organization("patchbay")).plugin_id
    assert "zh_Hans" in Release.objects.get(plugin__name="echo").plugin.label


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("requests==2.0 \\", "requests==2.0"),
        ("  --hash=sha256:abc", ""),
        ("a==1 --hash=sha256:abc", "a==1"),
        ("git+https://x/y#egg=z", "git+https://x/y#egg=z"),
        ("# remark", ""),
        ("-r other.txt", ""),
    ],
)
def test_requirements_are_read_without_what_is_pips(line: str, found: str) -> None:
    assert requirement(line) == found
