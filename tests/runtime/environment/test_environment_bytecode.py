"""Byte code is compiled once for all environments, and never for another source than its own."""

import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from runtime.environment import Environment, bytecode
from tests.runtime.environment import wheels
from tests.runtime.environment.conftest import Bench

LOOK = """
import pack.inner.deep as deep
print(deep.__cached__, deep.VALUE, deep.__spec__.loader.get_code(deep.__name__).co_filename)
"""
PACKAGE = {"pack/__init__.py": "VALUE = 1\n", "pack/inner/deep.py": "VALUE = 2\n", "pack/strange.py": "print 'two'\n"}


def module(built: Environment, name: str) -> Path:
    return built.path / str(built.facts["site"]) / name


def compiled(built: Environment, name: str) -> Path:
    return Path(cache_from_source(str(module(built, name))))


@pytest.fixture
def twice(bench: Bench):
    """Two environments with one package in common."""
    wheels.make_wheel(bench.wheels, "pack", files=PACKAGE)
    wheels.make_wheel(bench.wheels, "more")
    one = bench.build(bench.plugin("a", requirements_txt="pack"))
    return one, bench.build(bench.plugin("b", requirements_txt="pack\nmore"))


def test_all_modules_are_compiled_and_used(twice):
    for built in twice:
        for name in ("pack/__init__.py", "pack/inner/deep.py"):
            assert compiled(built, name).is_file()
        done = subprocess.run([built.python, "-v", "-c", LOOK], capture_output=True, text=True, check=True)
        cached, value, filename = done.stdout.split()
        assert (cached, value) == (str(compiled(built, "pack/inner/deep.py")), "2")
        assert filename == str(module(built, "pack/inner/deep.py"))
        assert f"code object from '{cached}'" in done.stderr


def test_environments_share_the_file_with_the_cache(bench, twice):
    one, two = (compiled(built, "pack/inner/deep.py") for built in twice)
    assert one.samefile(two)
    assert one.stat().st_nlink == 3


def test_what_is_shared_cannot_be_changed_in_place(twice):
    one, two = (module(built, "pack/inner/deep.py") for built in twice)
    assert one.samefile(two)
    assert one.stat().st_mode & 0o222 == 0
    assert compiled(twice[0], "pack/inner/deep.py").stat().st_mode & 0o222 == 0


def test_nothing_is_compiled_again(bench, twice):
    before = compiled(twice[0], "pack/__init__.py").stat()
    bench.build(bench.plugin("c", requirements_txt="more"))
    assert "compile" not in {one.step for one in bench.news}
    assert compiled(twice[1], "pack/__init__.py").stat().st_mtime_ns == before.st_mtime_ns


def test_what_is_compiled_without_a_mark_is_not_compiled_again(bench, twice):
    """The marks are with the environments, the byte code with uv: one may go without the other."""
    before = compiled(twice[0], "pack/__init__.py").stat()
    bench.set(root=bench.options.root.with_name("another"))
    built = bench.build(bench.plugin("a", requirements_txt="pack"))
    assert compiled(built, "pack/__init__.py").stat().st_ino == before.st_ino


def test_syntax_of_other_pythons_is_left_out(twice):
    assert module(twice[0], "pack/strange.py").is_file()
    assert not compiled(twice[0], "pack/strange.py").exists()


def test_scripts_of_a_wheel_are_not_touched(bench):
    """A __pycache__ among them makes uv refuse the wheel the next time (runtime.md 5.1)."""
    files = {"tool.py": "VALUE = 1\n", "tool-1.0.data/scripts/run.py": "#!python\nprint('ran')\n"}
    wheels.make_wheel(bench.wheels, "tool", files=files)
    for name in ("a", "b"):
        wheels.make_wheel(bench.wheels, name)
        built = bench.build(bench.plugin(name, requirements_txt=f"tool\n{name}"))
        assert compiled(built, "tool.py").is_file()
        assert subprocess.run([built.path / "bin" / "run.py"], capture_output=True, check=True).stdout == b"ran\n"


def test_two_wheels_of_one_name_and_version_are_not_mixed_up(bench):
    wheels.make_wheel(bench.wheels, "pack", files={"pack.py": "print('first')"})
    one = bench.build(bench.plugin("a", requirements_txt="pack"))
    elsewhere = bench.wheels.with_name("elsewhere")
    wheels.make_wheel(elsewhere, "pack", files={"pack.py": "print('other')"})
    bench.set(find_links=elsewhere)
    two = bench.build(bench.plugin("b", requirements_txt="pack"))
    said = [subprocess.check_output([built.python, "-c", "import pack"]) for built in (one, two)]
    assert said == [b"first\n", b"other\n"]
    assert not compiled(one, "pack.py").samefile(compiled(two, "pack.py"))


def test_extra_arguments_skip_and_limit(bench):
    wheels.make_wheel(bench.wheels, "pack", files=PACKAGE)
    bench.set(compile_extra_args=("-x", "inner|other", "-q", "-j", "1"))
    built = bench.build(bench.plugin(requirements_txt="pack"))
    assert compiled(built, "pack/__init__.py").is_file()
    assert not compiled(built, "pack/inner/deep.py").exists()


def test_several_compilers_share_the_work(bench, tmp_path):
    """Each wheel is compiled by one of them, and none returns before all is done."""
    bucket = tmp_path / "cache" / "archive-v0"
    site = tmp_path / "site"
    for number in range(12):
        for folder in (bucket / f"a{number}", site):
            (folder / f"p{number}").mkdir(parents=True)
            (folder / f"p{number}" / "code.py").write_text(f"VALUE = {number}\n" * 300)
    command = bytecode.command(Path(sys.executable), site, sorted(bucket.iterdir()), options=bench.options)
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    lines = [line for run in runs for line in run.communicate(timeout=60)[0].splitlines()]
    assert sorted(lines) == sorted(f"compiled a{number}" for number in range(12))
    assert len(list(site.rglob("*.pyc"))) == 12
    assert not list((tmp_path / "cache" / bytecode.TEMPORARY).iterdir())


def test_marks_go_with_their_wheels(bench, twice):
    marks = bench.options.cache / bytecode.MARKS
    assert len(list(marks.iterdir())) == 2
    gone = next((bench.options.cache / "archive-v0").iterdir())
    gone.rename(gone.with_name("gone"))
    bytecode.forget_marks(bench.options)
    assert len(list(marks.iterdir())) == 1
