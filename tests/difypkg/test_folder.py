"""Source directories: what belongs into the package."""

import os

import pytest

from marketplace.difypkg import BadPackage, Limits, open_directory, open_package

from .making import pack, plugin


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "demo"
    write(root, plugin())
    return root


def write(root, files):
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def test_a_directory_is_the_package_it_would_make(source):
    directory, package = open_directory(source), open_package(pack(plugin()))
    assert directory.unique_identifier == package.unique_identifier
    assert directory.declaration() == package.declaration()
    assert directory.names() == sorted(plugin())
    assert directory.size == sum(map(len, plugin().values()))
    assert directory.signature is None


def test_ignored_files_stay_out(source):
    write(
        source,
        {".env": b"SECRET", "a.pyc": b"", "sub/b.pyc": b"", ".venv/lib/x.py": b"", "keep/env": b"", "x/skip/y": b""},
    )
    (source / ".difyignore").write_text("# comment\n\n.env\n*.pyc\n.venv/\nskip/\n")
    names = open_directory(source).names()
    assert set(names) - set(plugin()) == {".difyignore", "keep/env"}


def test_difyignore_stands_in_for_gitignore(source):
    write(source, {"a.txt": b"", "b.txt": b"", ".gitignore": b"a.txt\n"})
    assert "a.txt" not in open_directory(source).names()
    (source / ".difyignore").write_text("b.txt\n")
    names = open_directory(source).names()
    assert "a.txt" in names and "b.txt" not in names


def test_git_never_belongs_into_a_package(source):
    write(source, {".git/config": b"x", "sub/.git/config": b"x", ".github/x.yml": b"y"})
    assert [n for n in open_directory(source).names() if "git" in n] == [".github/x.yml"]


def test_an_ignored_file_that_is_named_is_missing(source):
    (source / ".difyignore").write_text("tools/\n")
    with pytest.raises(BadPackage, match=r"provider/demo\.yaml: names 'tools/echo\.yaml'"):
        open_directory(source)


def test_links_may_stay_inside_but_not_lead_outside(source, tmp_path):
    (source / "inside.py").symlink_to("main.py")
    assert open_directory(source).read("inside.py") == plugin()["main.py"]
    secret = tmp_path / "secret"
    secret.write_text("s")
    (source / "outside.py").symlink_to(secret)
    with pytest.raises(BadPackage) as caught:
        open_directory(source)
    assert (caught.value.rule, caught.value.file) == ("symlink", "outside.py")


def test_ignore_rules_may_be_shared_with_neighbours(source, tmp_path):
    (tmp_path / ".difyignore").write_text("*.log\n")
    (source / ".difyignore").symlink_to("../.difyignore")
    write(source, {"x.log": b""})
    package = open_directory(source)
    assert "x.log" not in package.names()
    assert package.read(".difyignore") == b"*.log\n"


def test_what_is_no_file_is_refused(source):
    (source / "broken").symlink_to("nowhere")
    with pytest.raises(BadPackage, match=r"broken: .*special-file"):
        open_directory(source)
    (source / "broken").unlink()
    os.mkfifo(source / "pipe")
    with pytest.raises(BadPackage, match=r"pipe: .*special-file"):
        open_directory(source)


def test_names_that_no_package_may_have_are_refused(source):
    for name in (b"caf\xe9.txt", b"back\\slash", b"aux.txt", b"tab\there"):
        path = source / os.fsdecode(name)
        path.touch()
        with pytest.raises(BadPackage):
            open_directory(source)
        path.unlink()
    open_directory(source)


def test_limits_count_files_and_bytes(source):
    write(source, {"big.bin": b"x" * 5000, "bigger.bin": b"x" * 6000})
    for limits, rule in (
        (Limits(max_files=3), "too-many-files"),
        (Limits(max_file_bytes=5500), "file-too-large"),
    ):
        with pytest.raises(BadPackage, match=rule):
            open_directory(source, limits)
    with pytest.raises(BadPackage, match=r"Plugin package size is too large.*bigger\.bin \(6000\), big\.bin \(5000\)"):
        open_directory(source, Limits(max_unpacked_bytes=9000))


def test_what_is_no_directory_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(BadPackage, match="not-a-directory"):
            open_directory(path)


def test_a_file_that_vanishes_is_a_bad_package(source):
    package = open_directory(source)
    (source / "main.py").unlink()
    with pytest.raises(BadPackage, match=r"main\.py: cannot be read"):
        package.read("main.py")
