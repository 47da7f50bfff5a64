"""Which Python a plugin gets."""

import os
import sys
from pathlib import Path

import pytest

from runtime.environment import EnvironmentFailed, interpreter
from runtime.environment.specifier import satisfies

HOST = sys.version_info[:3]
MINOR = f"{HOST[0]}.{HOST[1]}"
OTHERS = [one for one in interpreter._search() if one.level == "final" and one.release[:2] != HOST[:2]]
needs_another = pytest.mark.skipif(not OTHERS, reason="there is but one Python here")


@pytest.mark.parametrize(
    ("specifiers", "expected"),
    [
        ("", True),
        (">=3.12", True),
        (">=3.13", False),
        (">=3.11,<3.13", True),
        (">=3.11, <3.12", False),
        ("<3.12.1", False),
        ("<=3.12.1", True),
        (">3.12", True),
        ("==3.12.*", True),
        ("==3.11.*", False),
        ("==3.12", False),
        ("==3.12.1", True),
        ("===3.12.1", True),
        ("!=3.12.1", False),
        ("!=3.12.*", False),
        ("!=3.11.*", True),
        ("~=3.11", True),
        ("~=3.12.0", True),
        ("~=3.11.0", False),
        (">=3.12.0rc1", True),
        ("<4", True),
        (">=3", True),
        ("nonsense", True),
    ],
)
def test_specifiers(specifiers, expected):
    assert satisfies((3, 12, 1), specifiers) is expected


def test_the_hosts_own_by_default_and_never_its_virtual_environment():
    found = interpreter.choose(sys.executable, ">=3.12")
    assert found.release == HOST
    assert found.tag == sys.implementation.cache_tag
    assert Path(found.path).resolve() == Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def test_by_version():
    assert interpreter.choose(MINOR, "").release[:2] == HOST[:2]


def test_a_version_that_is_not_there():
    with pytest.raises(EnvironmentFailed, match=r"Python 3\.99, set for plugins, is not on this machine"):
        interpreter.choose("3.99", "")


def test_something_that_is_no_python(tmp_path):
    for path in (tmp_path / "nothing", Path("/bin/true")):
        with pytest.raises(EnvironmentFailed, match="is not a Python"):
            interpreter.choose(str(path), "")


def test_what_is_needed_and_what_there_is_are_named():
    with pytest.raises(EnvironmentFailed) as failed:
        interpreter.choose(sys.executable, ">=3.99")
    assert str(failed.value).startswith("the plugin needs Python >=3.99, which is not on this machine (found: ")
    assert ".".join(map(str, HOST)) in str(failed.value)


@needs_another
def test_another_one_when_the_plugin_asks_for_it():
    newest = OTHERS[0]
    wanted = ".".join(map(str, newest.release[:2]))
    assert interpreter.choose(sys.executable, f"=={wanted}.*").release[:2] == newest.release[:2]


def test_an_answer_is_remembered_until_the_file_changes(tmp_path):
    python = tmp_path / "python"
    log = tmp_path / "log"
    python.write_text(f'#!/bin/sh\necho >> {log}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert interpreter.probe(python) == interpreter.probe(python)
    assert log.read_text() == "\n"
    os.utime(python, (1, 1))
    assert interpreter.probe(python) is not None
    assert log.read_text() == "\n\n"


def test_the_usual_python_is_the_ecosystems_where_there_is_one(monkeypatch):
    found = [one for one in interpreter._search() if one.release[:2] == (3, 12)]
    assert interpreter.usual() == (found[0].path if found else sys.executable)


def test_without_it_plugins_run_on_ours(monkeypatch):
    monkeypatch.setattr(interpreter, "_search", list)
    interpreter.usual.cache_clear()
    assert interpreter.usual() == sys.executable
    interpreter.usual.cache_clear()
