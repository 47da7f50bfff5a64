"""Packages as a whole: reading, extracting, round trips, and the limits of what an archive can do to us."""

import io
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.difypkg import BadPackage, open_directory, open_package, sign
from marketplace.difypkg.zipping import zip_files

from .making import pack, plugin


def tree(root: Path):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_package_opens_from_bytes_paths_and_files(tmp_path):
    data = pack(plugin())
    path = tmp_path / "demo.difypkg"
    path.write_bytes(data)
    for source in (data, path, io.BytesIO(data), path.open("rb")):
        with open_package(source) as package:
            assert package.unique_identifier.startswith("acme/demo:0.0.1@")
            assert (package.plugin_id, package.version, package.category) == ("acme/demo", "0.0.1", "tool")
            assert package.names() == list(plugin())
            assert package.size == len(data)
            assert dict(package.files) == plugin()
            with pytest.raises(BadPackage, match="missing-file"):
                package.read("nothing")
        if isinstance(source, io.BufferedReader):
            source.close()


def test_large_files_are_mapped_not_read(tmp_path):
    noise = random.Random(1).randbytes(17_000_000)
    path = tmp_path / "big.difypkg"
    path.write_bytes(pack(plugin({"noise.bin": noise})))
    with open_package(path) as package:
        assert package.read("noise.bin") == noise


def test_an_unreadable_path_is_not_the_packages_fault(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_package(tmp_path / "nothing")


def test_after_closing_what_was_parsed_stays():
    package = open_package(pack(plugin()))
    package.close()
    assert package.declaration()["name"] == "demo"
    assert package.checksum
    with pytest.raises(BadPackage):
        package.read("main.py")


def test_readmes_by_language():
    files = {
        "README.md": "# Ünï".encode(),
        "readme/README_zh_Hans.md": "# 你好".encode(),
        "readme/README_ja_JP.md": b"\xff\0",
        "readme/README_english.md": b"no",
        "readme/deep/README_pt_BR.md": b"no",
        "README_de_DE.md": b"no",
    }
    assert open_package(pack(plugin(files))).readmes() == {
        "en_US": "# Ünï",
        "zh_Hans": "# 你好",
        "ja_JP": "\ufffd\ufffd",
    }
    without = open_package(pack(plugin({"README.md": ...})))
    assert without.readmes() == {}
    assert without.warnings == ["README.md: is missing, nobody will know what the plugin is for"]


def test_extracting_writes_every_file_and_nothing_else(tmp_path):
    files = plugin({"a/b/c.txt": b"deep", "empty": b"", ".env.example": b"x"})
    target = tmp_path / "new" / "plugin"
    open_package(pack(files)).extract(target)
    assert tree(target) == dict(sorted(files.items()))
    assert [p.name for p in target.parent.iterdir()] == ["plugin"]
    assert target.stat().st_mode & 0o777 == 0o755


def test_extracting_refuses_what_is_there_already(tmp_path):
    package = open_package(pack(plugin()))
    for name, make in (("dir", Path.mkdir), ("file", Path.touch), ("link", lambda p: p.symlink_to("nowhere"))):
        make(tmp_path / name)
        with pytest.raises(FileExistsError):
            package.extract(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dir", "file", "link"]


def test_extracting_is_all_or_nothing(tmp_path):
    source = tmp_path / "source"
    open_package(pack(plugin())).extract(source)
    package = open_directory(source)
    (source / "README.md").unlink()
    with pytest.raises(BadPackage):
        package.extract(tmp_path / "plugin")
    assert [p.name for p in tmp_path.iterdir()] == ["source"]


segments = st.text(
    st.characters(codec="utf-8", categories=["L", "N"]) | st.sampled_from(list("._-+ ")), min_size=1, max_size=8
).filter(lambda s: s[-1] not in ". " and s not in ("aux", "con", "nul", "prn"))
names = st.lists(segments, min_size=1, max_size=4).map("/".join)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(names.map(lambda n: f"data/{n}"), st.binary(max_size=300), max_size=6))
def test_files_round_trip_through_packing_and_extracting(tmp_path, extra):
    files = plugin(extra)
    try:
        package = open_package(zip_files(sorted(files.items())))
    except BadPackage as error:
        assert error.rule in {"name-duplicate", "path-conflict", "name-characters", "name-reserved"}
        return
    assert dict(package.files) == files
    target = tmp_path / os.urandom(8).hex()
    package.extract(target)
    assert tree(target) == dict(sorted(files.items()))


SIGNED_LIKE = pack(plugin({"data/noise": random.Random(7).randbytes(600)}), comment=b'{"signature":"AAAA","time":1}')
mutations = st.lists(
    st.tuples(
        st.integers(0, len(SIGNED_LIKE) - 1),
        st.sampled_from(["flip", "cut", "drop", "insert", "zero", "ff"]),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def mutated(data, changes):
    buffer = bytearray(data)
    for position, how, noise in changes:
        position = min(position, max(len(buffer) - 1, 0))
        end = position + len(noise)
        match how:
            case "flip":
                buffer[position:end] = noise
            case "cut":
                del buffer[position:]
            case "drop":
                del buffer[position:end]
            case "insert":
                buffer[position:position] = noise
            case "zero":
                buffer[position:end] = b"\0" * len(noise)
            case "ff":
                buffer[position:end] = b"\xff" * len(noise)
    return bytes(buffer)


@settings(
    deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(mutations)
def test_mutated_archives_open_or_are_refused_and_never_write_outside(tmp_path, changes):
    root = tmp_path / "root"
    root.mkdir(exist_ok=True)
    try:
        with open_package(mutated(SIGNED_LIKE, changes)) as package:
            package.remapped()
            package.readmes()
            package.extract(root / os.urandom(8).hex())
    except BadPackage as error:
        assert error.rule
        assert str(error)
    assert [p.name for p in tmp_path.iterdir()] == ["root"]
    assert not [p for p in root.iterdir() if p.name.startswith(".")]


END = SIGNED_LIKE.rindex(b"PK\5\6")
DIRECTORY = int.from_bytes(SIGNED_LIKE[END + 16 : END + 20], "little")


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(st.integers(DIRECTORY, END + 21), st.integers(0, 255)), min_size=1, max_size=3))
def test_mutated_directories_open_or_are_refused(changes):
    buffer = bytearray(SIGNED_LIKE)
    for position, value in changes:
        buffer[position] = value
    try:
        open_package(bytes(buffer)).close()
    except BadPackage as error:
        assert error.rule


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data):
    with pytest.raises(BadPackage):
        open_package(data)
    with pytest.raises(BadPackage):
        sign(data, b"no key")


def test_opening_a_small_package_is_quick():
    data = pack(plugin({f"src/m{n}.py": os.urandom(2000) for n in range(200)}))
    started = time.process_time()
    for _ in range(5):
        open_package(data).close()
    assert (time.process_time() - started) / 5 < 0.25
