"""Releases on a disk: written on one side, checked and listed on the other, with identifiers as they were."""

import base64
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from marketplace import keeping
from marketplace.difypkg import generate_keys, load_public_key, open_package, verify
from marketplace.mirroring import airgap
from marketplace.mirroring.airgap import BadBundle
from marketplace.models import Decision, OfflineEdition, Plugin, Release, SigningKey, Submission, User
from marketplace.signing import keys as signing_keys
from marketplace.signing import making
from tests.listing import keys, listed, package_bytes
from tests.runtime.environment import wheels

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def release_key(db: None) -> SigningKey:
    return signing_keys.take_in(keys()[0], role="release", name="First", by=None, categories=signing_keys.CATEGORIES)


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.org", "open sesame")


@pytest.fixture
def trusted(tmp_path: Path) -> str:
    path = tmp_path / "exporter.public.pem"
    path.write_bytes(keys()[1])
    return str(path)


@pytest.fixture
def run(tmp_path: Path, settings: Any, operator: User) -> Callable[..., str]:
    """The command; wheels come from a folder."""
    index = tmp_path / "index"
    wheels.make_wheel(index, "six", "1.17")
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = str(index), True
    settings.PLUGIN_CACHE_PATH = tmp_path / "cache"

    def command(*arguments: object) -> str:
        out = io.StringIO()
        try:
            call_command("airgap", *map(str, arguments), stdout=out)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    return command


def forget() -> None:
    """As on the other side of the gap, where nothing of it is known."""
    Plugin.objects.update(latest=None)
    Decision.objects.all().delete()
    OfflineEdition.objects.all().delete()
    Release.objects.all().delete()
    Submission.objects.all().delete()
    Plugin.objects.all().delete()
    shutil.rmtree(keeping.storage().path(""), ignore_errors=True)


def identifiers(kind: type[Release] | type[OfflineEdition]) -> set[str]:
    return set(kind.objects.values_list("unique_identifier", flat=True))


def test_releases_cross_the_gap_with_their_wheels(run: Callable[..., str], tmp_path: Path, trusted: str) -> None:
    one = listed(package_bytes({"requirements.txt": b"six\n"}, version="1.0.0"), notes="Better.")
    two = listed(package_bytes(name="other"), category="partner")
    bundle = tmp_path / "disk" / "plugins.bundle"
    bundle.parent.mkdir()
    assert run("export", bundle, "--python", "3.12").startswith("2 releases and 2 offline editions")
    assert [path.name for path in bundle.parent.iterdir()] == ["plugins.bundle"]
    before = {one.unique_identifier, two.unique_identifier, *identifiers(OfflineEdition)}
    forget()
    said = run("import", bundle, "--trust", trusted)
    assert f"{one.unique_identifier}: listed, 1 offline editions" in said
    found = Release.objects.select_related("plugin")
    after = {*identifiers(Release), *identifiers(OfflineEdition)}
    assert after == before
    assert {(row.plugin.plugin_id, row.category) for row in found} == {
        ("acme/demo", "community"),
        ("acme/other", "partner"),
    }
    for row in found:
        assert row.plugin.latest == row
        assert row.lineage["bundle"] == "another Patchbay"
        assert row.lineage["key"] == load_public_key(keys()[1]).fingerprint
        assert row.lineage["unreviewed"] is True
    assert Release.objects.get(version="1.0.0").notes == "Better."
    edition = OfflineEdition.objects.get(release__version="1.0.0")
    with open_package(keeping.read(edition.package)) as package:
        assert verify(package, [load_public_key(keys()[1])])
        assert package.read("wheels/six-1.17-py3-none-any.whl")
    again = run("import", bundle, "--trust", trusted)
    assert again.count("was there already") == 2


def test_chosen_releases_only(run: Callable[..., str], tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        listed(package_bytes(version=version))
    listed(package_bytes(name="other"))
    for names, versions in (((), ["1.1.0", "0.0.1"]), (("acme/demo",), ["1.1.0"]), (("acme/demo:1.0.0",), ["1.0.0"])):
        run("export", tmp_path / "some.bundle", *names)
        found = airgap.opened(tmp_path / "some.bundle", [load_public_key(keys()[1])])
        assert [one["version"] for one in found.releases] == versions
    assert (
        run("export", tmp_path / "none.bundle", "acme/none")
        == "There is no release acme/none that could be handed out."
    )
    assert not (tmp_path / "none.bundle").exists()


def test_what_cannot_be_had_as_wheels_leaves_no_file(run: Callable[..., str], tmp_path: Path) -> None:
    listed(package_bytes({"requirements.txt": b"unheard\n"}))
    assert "unheard" in run("export", tmp_path / "x.bundle", "--python", "3.12")
    assert list(tmp_path.glob("*x.bundle*")) == []


@pytest.fixture
def bundle(run: Callable[..., str], tmp_path: Path) -> Path:
    listed()
    path = tmp_path / "plugins.bundle"
    run("export", path)
    forget()
    return path


def rewritten(path: Path, changes: dict[str, bytes]) -> Path:
    """The bundle with other content in some of its files."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_only_what_a_trusted_key_has_signed(
    bundle: Path, run: Callable[..., str], tmp_path: Path, trusted: str
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(generate_keys(bits=2048)[1])
    assert run("import", bundle, "--trust", other).startswith("No key that you trust has signed it.")
    assert run("import", bundle).startswith("Name the exporter's public key")
    assert "is no public key" in run("import", bundle, "--trust", bundle)
    assert not Submission.objects.exists()
    assert "listed" in run("import", bundle, "--trust", other, "--trust", trusted)


def test_an_index_that_was_changed_is_refused(bundle: Path, run: Callable[..., str], trusted: str) -> None:
    with zipfile.ZipFile(bundle) as archive:
        index = json.loads(archive.read("index.json"))
    index["releases"][0]["category"] = "langgenius"
    rewritten(bundle, {"index.json": json.dumps(index).encode()})
    assert run("import", bundle, "--trust", trusted).startswith("No key that you trust has signed it.")


def test_a_package_that_was_changed_is_refused(bundle: Path, run: Callable[..., str], trusted: str) -> None:
    with zipfile.ZipFile(bundle) as archive:
        name = next(name for name in archive.namelist() if name.startswith("files/"))
    rewritten(bundle, {name: package_bytes(version="6.6.6")})
    said = run("import", bundle, "--trust", trusted)
    assert "is not what the index says" in said
    assert said.endswith("1 were refused.")
    assert not Release.objects.exists()


@pytest.mark.parametrize("cut", [0, 100, -30])
def test_a_file_that_was_not_copied_to_its_end(bundle: Path, cut: int) -> None:
    bundle.write_bytes(bundle.read_bytes()[:cut])
    with pytest.raises(BadBundle, match="was not copied to its end"):
        airgap.opened(bundle, [load_public_key(keys()[1])])


def test_a_signature_of_a_package_is_none_of_an_index(release_key: SigningKey) -> None:
    text = b'{"format": 1}'
    plain = making.signature(release_key, text)
    with pytest.raises(BadBundle, match="No key that you trust"):
        airgap.signed_by(text, base64.b64encode(plain), [load_public_key(keys()[1])])
    with pytest.raises(BadBundle, match="cannot be read"):
        airgap.signed_by(text, b"?!", [])


def test_who_may_import(bundle: Path, run: Callable[..., str], trusted: str, operator: User) -> None:
    User.objects.create_user("member@example.org", "open sesame")
    assert "not both staff and a reviewer" in run("import", bundle, "--trust", trusted, "--by", "member@example.org")
    assert run("import", bundle, "--trust", trusted, "--by", "nobody@example.org").startswith("Nobody of this address")
    assert "listed" in run("import", bundle, "--trust", trusted, "--by", operator.email)
