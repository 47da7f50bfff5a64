"""Hostile archives: each is refused by one rule that names the file."""

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from marketplace.difypkg import BadPackage, Limits, open_package
from marketplace.difypkg.archive import Archive

from .making import Lie, forged, pack, plugin

DEEP = b"/".join([b"d"] * 40)

HOSTILE = {
    "path-traversal": Lie(name=b"../evil.py"),
    "path-traversal inside": Lie(name=b"a/../../evil.py"),
    "path-absolute": Lie(name=b"/etc/passwd"),
    "path-absolute drive": Lie(name=b"C:evil.txt"),
    "name-backslash": Lie(name=b"..\\evil.py"),
    "name-nul": Lie(name=b"evil.py\0.txt"),
    "name-empty": Lie(name=b""),
    "name-encoding": Lie(name=b"caf\xe9.txt"),
    "name-characters": Lie(name="a\u202egpj.exe".encode()),
    "name-characters newline": Lie(name=b"a\nb"),
    "name-reserved": Lie(name=b"aux.py"),
    "name-reserved dot": Lie(name=b"folder./x"),
    "path-not-clean": Lie(name=b"a//b"),
    "path-not-clean dot": Lie(name=b"./a"),
    "path-too-long": Lie(name=b"a" * 300),
    "path-too-long in all": Lie(name=b"/".join([b"a" * 200] * 3)),
    "path-too-deep": Lie(name=DEEP),
    "directory-entry": Lie(name=b"folder/", content=b""),
    "symlink": Lie(mode=0o120777, content=b"/etc/passwd"),
    "special-file": Lie(mode=0o020644),
    "encrypted": Lie(flags=1),
    "encrypted strongly": Lie(flags=0x41),
    "encrypted masked": Lie(flags=0x2000),
    "compression": Lie(method=14),
    "compression patched": Lie(flags=0x20),
    "name-duplicate": Lie(name=b"main.py"),
    "name-duplicate case": Lie(name=b"MAIN.py"),
    "path-conflict": Lie(name=b"main.py/x"),
    "path-conflict case": Lie(name=b"Main.PY/x"),
    "crc": Lie(crc=1),
    "deflate": Lie(data=b"\xff\xff\xff"),
    "size-lie more": Lie(content=b"a" * 100, size=50, local_size=50),
    "size-lie less": Lie(content=b"a" * 100, size=200, local_size=200),
    "size-lie stored": Lie(method=0, size=3, local_size=3),
    "size-lie tail": Lie(data=Lie().packed + b"more"),
    "truncated": Lie(packed_size=1_000_000),
    "truncated header": Lie(header=0x00FFFFFF),
    "overlap": Lie(header=0, name=b"manifest.yaml2", local_name=b"manifest.yaml"),
    "header-mismatch name": Lie(local_name=b"y.txt"),
    "header-mismatch size": Lie(local_size=4),
    "header-mismatch encrypted": Lie(local_flags=1),
    "zip64": Lie(size=0xFFFFFFFF),
    "zip64 offset": Lie(header=0xFFFFFFFF),
    "zip-multipart": Lie(disk=1),
    "zip-bomb": Lie(content=b"\0" * 8_000_000),
    "file-too-large": Lie(size=60_000_000, local_size=60_000_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_each_hostile_entry_is_refused_by_its_rule(case):
    rule, lie = case.split()[0], HOSTILE[case]
    with pytest.raises(BadPackage) as caught:
        open_package(forged([lie]))
    assert caught.value.rule == rule
    assert rule in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.file is not None


def test_unicode_forms_of_one_name_are_duplicates():
    with pytest.raises(BadPackage) as caught:
        open_package(forged([Lie(name="é.txt".encode()), Lie(name="e\u0301.txt".encode())]))
    assert caught.value.rule == "name-duplicate"


ENDS = {
    "zip64": {"count": 0xFFFF, "here": 0xFFFF},
    "zip64 offset": {"offset": 0xFFFFFFFF},
    "zip-multipart": {"disk": 1},
    "zip-multipart count": {"here": 1},
    "zip-layout": {"offset": 5},
    "zip-layout size": {"size": 5},
    "zip-directory": {"here": 7, "count": 7},
    "zip-directory more": {"here": 9, "count": 9},
    "not-a-zip": {"comment": 9},
}


@pytest.mark.parametrize("case", ENDS)
def test_each_lie_in_the_end_record_is_refused_by_its_rule(case):
    with pytest.raises(BadPackage) as caught:
        open_package(forged([Lie()], end=ENDS[case]))
    assert caught.value.rule == case.split()[0]


def test_a_forged_archive_without_lies_opens():
    with open_package(forged([Lie()])) as package:
        assert package.read("x.txt") == b"hello"


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6", b"no zip at all" * 100, b"\0" * 200_000])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(BadPackage, match="not-a-zip"):
        open_package(data)


@pytest.mark.parametrize("cut", [1, 10, 22, 100, 500])
def test_truncated_archives_are_refused(cut):
    with pytest.raises(BadPackage):
        open_package(pack(plugin())[:-cut])


@pytest.mark.parametrize(("before", "after"), [(b"#!/bin/sh\n", b""), (b"", b"tail")])
def test_data_around_the_archive_is_refused(before, after):
    with pytest.raises(BadPackage) as caught:
        open_package(before + pack(plugin()) + after)
    assert caught.value.rule in {"zip-layout", "not-a-zip"}


def test_an_archive_hidden_in_the_comment_is_refused():
    inner = pack(plugin(version="6.6.6"))
    with pytest.raises(BadPackage):
        open_package(pack(plugin(), comment=inner[-2000:]))
    with pytest.raises(BadPackage):
        open_package(pack(plugin(), comment=b"PK\5\6 is what an end looks like"))


def test_a_zip64_locator_is_refused():
    data = pack(plugin())
    end = data.rindex(b"PK\5\6")
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    with pytest.raises(BadPackage, match="zip64"):
        open_package(data[:end] + locator + data[end:])


def test_a_hundred_thousand_entries_are_refused_quickly():
    data = forged([], end={"here": 65_000, "count": 65_000})
    started = time.process_time()
    with pytest.raises(BadPackage, match="too-many-files"):
        open_package(data)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    with pytest.raises(BadPackage, match="zip64"):
        open_package(buffer.getvalue())
    assert time.process_time() - started < 20


def test_limits_are_those_given():
    data = pack(plugin({"big.bin": bytes(range(256)) * 40}))
    for limits, rule in (
        (Limits(max_files=3), "too-many-files"),
        (Limits(max_file_bytes=10_000), "file-too-large"),
        (Limits(max_unpacked_bytes=10_000), "unpacked-too-large"),
        (Limits(max_package_bytes=1_000), "package-too-large"),
        (Limits(ratio_floor=1, max_ratio=10), "zip-bomb"),
        (Limits(max_path_bytes=5), "path-too-long"),
        (Limits(max_path_depth=1), "path-too-deep"),
        (Limits(max_yaml_bytes=10), "yaml-too-large"),
    ):
        with pytest.raises(BadPackage) as caught:
            open_package(data, limits)
        assert caught.value.rule == rule


def test_the_daemons_words_for_a_package_that_unpacks_to_too_much():
    text = "plugin package size is too large, please ensure the uncompressed size is less than 500 bytes"
    with pytest.raises(BadPackage, match=text):
        open_package(pack(plugin()), Limits(max_unpacked_bytes=500))


def test_no_more_is_inflated_than_declared(monkeypatch):
    inflated = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, *args):
            self.inner = real(*args)

        def decompress(self, data, limit):
            content = self.inner.decompress(data, limit)
            inflated.append(len(content))
            return content

        def __getattr__(self, name):
            return getattr(self.inner, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    bomb = Lie(name=b"bomb", content=b"\0" * 900_000, size=100, local_size=100)
    with pytest.raises(BadPackage, match=r"bomb: .*size-lie"):
        open_package(forged([bomb]))
    assert inflated[-1] == 101


def test_nothing_of_a_nested_archive_is_unpacked():
    nested = pack({"../evil": b"x" * 1_000_000})
    with open_package(pack(plugin({"data/inner.zip": nested}))) as package:
        assert package.read("data/inner.zip") == nested


def test_archives_of_streaming_writers_open(tmp_path: Path):
    class Unseekable(io.RawIOBase):
        def __init__(self):
            self.data = bytearray()

        def writable(self):
            return True

        def write(self, data):
            self.data += data
            return len(data)

    sink = Unseekable()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in plugin().items():
            archive.writestr(name, content)
    with open_package(bytes(sink.data)) as package:
        assert package.read("main.py") == plugin()["main.py"]
    descriptor = sink.data.index(b"PK\7\x08")
    sink.data[descriptor + 4] ^= 1
    with pytest.raises(BadPackage, match="header-mismatch"):
        open_package(bytes(sink.data))


def test_archive_is_a_mapping_in_archive_order():
    archive = Archive(pack([("b", b"2"), ("a", b"1")]), Limits())
    assert list(archive.items()) == [("b", b"2"), ("a", b"1")]
    assert len(archive) == 2
    assert "a" in archive
    assert "c" not in archive
    with pytest.raises(KeyError):
        archive["c"]
