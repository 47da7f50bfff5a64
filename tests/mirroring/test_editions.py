"""Offline editions: a package with its wheels, which installs where there is no index; catalogues hand them out."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from marketplace import keeping
from marketplace.difypkg import load_public_key, open_package, verify
from marketplace.mirroring.editions import edition_of
from marketplace.mirroring.wheels import Machine, NoWheels, wheels_of
from marketplace.models import Catalogue, OfflineEdition, Release, SigningKey
from marketplace.signing import keys as signing_keys
from runtime import environment
from runtime.environment import EnvironmentOptions
from tests.dify import expected
from tests.dify.client import Console, content
from tests.listing import keys, listed, package_bytes
from tests.runtime.environment import wheels

pytestmark = pytest.mark.django_db
MACHINE = Machine("3.12", "x86_64-manylinux_2_28")


@pytest.fixture(autouse=True)
def release_key(db: None) -> SigningKey:
    return signing_keys.take_in(keys()[0], role="release", name="First", by=None, categories=signing_keys.CATEGORIES)


@pytest.fixture(autouse=True)
def index(settings: Any, tmp_path: Path) -> Path:
    """A folder of wheels is all that there is to take from."""
    folder = tmp_path / "index"
    wheels.sdk(folder)
    wheels.make_wheel(folder, "six", "1.16")
    wheels.make_wheel(folder, "six", "1.17", requires=["tiny>=2"])
    wheels.make_wheel(folder, "tiny", "2.0")
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = str(folder), True
    settings.PLUGIN_CACHE_PATH = tmp_path / "cache"
    return folder


def plugin(requirements: str = "dify_plugin\nsix\n", **manifest: Any) -> bytes:
    return package_bytes({"requirements.txt": requirements.encode()}, **manifest)


def test_an_edition_has_all_wheels_by_their_hashes(index: Path) -> None:
    release = listed(plugin())
    made = edition_of(release, MACHINE)
    assert made.wheels == [
        "dify_plugin-0.10.2-py3-none-any.whl",
        "six-1.17-py3-none-any.whl",
        "tiny-2.0-py3-none-any.whl",
    ]
    assert made.unique_identifier.partition("@")[0] == release.unique_identifier.partition("@")[0]
    assert made.checksum != release.checksum
    with open_package(keeping.read(made.package)) as package:
        assert verify(package, [load_public_key(keys()[1])])
        assert package.unique_identifier == made.unique_identifier
        lines = package.read("requirements.txt").decode().splitlines()
        assert lines[:2] == ["--no-index", "--find-links ./wheels/"]
        assert lines[3] == f"six==1.17 --hash={wheels.sha256(index / 'six-1.17-py3-none-any.whl')}"
        for name in made.wheels:
            assert package.read(f"wheels/{name}") == (index / name).read_bytes()
        assert package.read("tools/echo.yaml")
    assert edition_of(release, MACHINE) == made


@pytest.mark.parametrize(
    "sources",
    [
        {"offline": True},
        {"index_url": "http://127.0.0.1:1/simple"},
        {"index_url": "http://127.0.0.1:1/simple", "offline": True},
        {},
    ],
)
def test_it_installs_where_there_is_no_index(tmp_path: Path, sources: Any) -> None:
    made = edition_of(listed(plugin()), MACHINE)
    folder = tmp_path / "unpacked"
    with open_package(keeping.read(made.package)) as package:
        package.extract(folder)
    options = EnvironmentOptions(root=tmp_path / "environments", cache=tmp_path / "new-cache", **sources)
    built = environment.build(folder, options, progress=lambda _: None, marker=uuid.uuid4().hex)
    found = {path.name for path in built.python.parent.parent.glob("lib/*/site-packages/*")}
    assert {"six.py", "tiny.py", "dify_plugin"} <= found


def test_what_a_plugin_locks_itself_is_not_resolved_anew(index: Path) -> None:
    locked = wheels.lock("demo", [index / "dify_plugin-0.10.2-py3-none-any.whl", index / "six-1.16-py3-none-any.whl"])
    project = '[project]\nname = "demo"\nversion = "0.0.1"\nrequires-python = ">=3.12"\ndependencies = ["dify-plugin", "six"]\n'
    files = {"pyproject.toml": project.encode(), "uv.lock": locked.encode(), "requirements.txt": ...}
    made = edition_of(listed(package_bytes(files)), MACHINE)
    assert "six-1.16-py3-none-any.whl" in made.wheels
    with open_package(keeping.read(made.package)) as package:
        assert not {"pyproject.toml", "uv.lock"} & set(package.names())


def test_a_lock_without_its_project_is_none(index: Path) -> None:
    """uv reads them together; the list beside it says what is needed, here as where the plugin is installed."""
    made = edition_of(listed(package_bytes({"requirements.txt": b"six\n", "uv.lock": b"version = 1\n"})), MACHINE)
    assert any(name.startswith("six-") for name in made.wheels)


def test_a_plugin_that_needs_nothing_has_an_edition_without_wheels() -> None:
    assert edition_of(listed(), MACHINE).wheels == []


def test_what_is_no_wheel_cannot_be_taken_along(index: Path) -> None:
    wheels.make_source(index, "sourced", "1.0")
    with pytest.raises(NoWheels, match="sourced"):
        edition_of(listed(plugin("sourced\n")), MACHINE)
    with pytest.raises(NoWheels, match="unheard"):
        edition_of(listed(plugin("unheard\n", name="other")), MACHINE)
    assert not OfflineEdition.objects.exists()


def test_wheels_have_to_fit_into_a_package() -> None:
    with open_package(plugin()) as package, pytest.raises(NoWheels, match="MAX_PLUGIN_PACKAGE_SIZE"):
        wheels_of(package, MACHINE, limit=100)


def test_a_wheel_that_has_changed_is_not_taken(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.mirroring.wheels.read", lambda *_: b"something else")
    with open_package(plugin()) as package, pytest.raises(NoWheels, match="hash differs"):
        wheels_of(package, MACHINE, limit=1_000_000)


def test_a_catalogue_hands_out_editions_for_its_machine() -> None:
    release = listed(plugin())
    made = edition_of(release, MACHINE)
    other = listed(plugin(name="other"))
    for token, platform in (("here", MACHINE.platform), ("elsewhere", "aarch64-manylinux_2_28")):
        policy = {"edition": {"python": "3.12", "platform": platform}}
        Catalogue.objects.create(name=token, token=token, policy=policy)
    here, elsewhere = Console("/c/here"), Console("/c/elsewhere")
    [card] = here.post("plugins/search/advanced", {"page": 1, "exclude": ["acme/other"]})["plugins"]
    assert expected.card(card)["latest_package_identifier"] == made.unique_identifier
    assert given(here, release) == made.unique_identifier
    assert given(here, other) == other.unique_identifier
    assert given(elsewhere, release) == given(Console(), release) == release.unique_identifier
    exact = here.ask("GET", f"plugins/download?unique_identifier={release.unique_identifier}")
    assert expected.package(content(exact), [keys()[1]]) == release.unique_identifier
    counted = here.post("stats/plugins/install_count", {"unique_identifier": made.unique_identifier})
    assert counted == {}
    named = {"plugin_tuples": [{"org": "acme", "name": "demo", "version": f"0.0.1@{made.checksum}"}]}
    [element] = here.post("plugins/versions/batch", named)["list"]
    assert element["version"]["unique_identifier"] == made.unique_identifier


def given(console: Console, release: Release) -> str:
    return expected.package(content(console.download(release.unique_identifier)), [keys()[1]])
