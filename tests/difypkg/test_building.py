"""Building packages from directories."""

import os
import stat

import pytest

from marketplace.difypkg import BadPackage, build_package, open_directory, open_package, write_package

from .making import plugin, provider
from .test_folder import write

PYPROJECT = b'[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
LOCK = b"""version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "demo"
version = "0.1.0"
source = { virtual = "." }
"""


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "demo"
    write(root, plugin())
    return root


def test_the_same_content_gives_the_same_bytes(source, tmp_path):
    first = build_package(source)
    for path in source.rglob("*"):
        os.utime(path, (1, 1))
    (source / "main.py").chmod(0o777)
    assert build_package(source) == first
    other = tmp_path / "elsewhere"
    write(other, dict(reversed(plugin().items())))
    assert build_package(other) == first


def test_files_are_sorted_and_plain(source, tmp_path):
    write(source, {"a-b/x": b"", "a/x": b"", "a.x": b"", "Z": b""})
    package = write_package(source, tmp_path / "demo.difypkg")
    assert package.names() == sorted(package.names(), key=str.encode)
    assert package.checksum == open_directory(source).checksum
    assert open_package(tmp_path / "demo.difypkg").unique_identifier == package.unique_identifier
    assert stat.S_IMODE((tmp_path / "demo.difypkg").stat().st_mode) == 0o644


def test_a_bad_directory_leaves_the_target_as_it_was(source, tmp_path):
    target = tmp_path / "demo.difypkg"
    target.write_bytes(b"old")
    write(source, {"provider/demo.yaml": b"identity: 7"})
    with pytest.raises(BadPackage):
        write_package(source, target)
    assert target.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["demo", "demo.difypkg"]


def test_an_icon_that_is_missing_is_refused(source):
    (source / "_assets" / "icon.svg").unlink()
    with pytest.raises(BadPackage, match="missing-asset"):
        build_package(source)


def test_requirements_are_exported_from_the_lock(source):
    write(source, {"pyproject.toml": PYPROJECT, "uv.lock": LOCK})
    with open_package(build_package(source)) as package:
        assert package.read("requirements.txt").strip() == b""
    assert not (source / "requirements.txt").exists()


def test_requirements_that_are_there_are_kept(source):
    write(source, {"pyproject.toml": PYPROJECT, "uv.lock": b"broken", "requirements.txt": b"dify_plugin\n"})
    with open_package(build_package(source)) as package:
        assert package.read("requirements.txt") == b"dify_plugin\n"


def test_a_lock_that_uv_cannot_read_is_refused_in_one_sentence(source):
    write(source, {"pyproject.toml": PYPROJECT, "uv.lock": b"no toml ["})
    with pytest.raises(BadPackage, match=r"uv\.lock: uv export failed: .*\(uv-export\)") as caught:
        build_package(source)
    assert "\n" not in str(caught.value)


def test_without_uv_the_error_says_so(source, monkeypatch):
    write(source, {"pyproject.toml": PYPROJECT, "uv.lock": LOCK})
    monkeypatch.setattr("marketplace.difypkg.building.find_uv_bin", lambda: "/nowhere/uv")
    with pytest.raises(BadPackage, match="uv could not be run"):
        build_package(source)


def test_warnings_survive_packing(source, tmp_path):
    from .making import dumped

    write(source, {"provider/demo.yaml": dumped(provider(extra={"python": {"source": "gone.py"}}))})
    package = write_package(source, tmp_path / "x.difypkg")
    assert package.warnings == ["provider/demo.yaml: names 'gone.py', which is not in the package"]
