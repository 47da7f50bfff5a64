"""Finding a Python before there is one, and what `make help` says."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house
from tests.places import ROOT

TOOLS = ("sh", "sed", "tr", "id", "getent", "true")
FITS = '#!/bin/sh\n[ "$2" = "${2#*print}" ] || echo "$0"\n'
TOO_OLD = "#!/bin/sh\nexit 1\n"

Find = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs on which no Python is, and an empty home beside it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "bin").mkdir()
    for tool in filter(shutil.which, TOOLS):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    # whose home this is, is not the business of a test
    (tmp_path / "bin" / "getent").unlink(missing_ok=True)
    return tmp_path


@pytest.fixture
def find(machine: Path) -> Find:
    def run(*path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        folders = ":".join(map(str, (*path, machine / "bin")))
        variables = {"PATH": folders, "HOME": str(machine / "home")} | environment
        argv = [ROOT / "scripts" / "find-python"]
        return subprocess.run(argv, check=False, env=variables, capture_output=True, text=True)

    return run


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_no_python_is_no_answer(find: Find) -> None:
    done = find()
    assert (done.returncode, done.stdout) == (1, "")


def test_the_newest_on_the_path_is_taken(find: Find, machine: Path) -> None:
    program(machine / "a" / "python3.12", FITS)
    newest = program(machine / "b" / "python3.13", FITS)
    assert find(machine / "a", machine / "b").stdout.strip() == str(newest)


def test_one_that_does_not_work_is_passed_over(find: Find, machine: Path) -> None:
    program(machine / "a" / "python3.13", TOO_OLD)
    program(machine / "a" / "python3", TOO_OLD)
    older = program(machine / "a" / "python3.12", FITS)
    assert find(machine / "a").stdout.strip() == str(older)


def test_a_shim_of_pyenv_leads_to_what_it_hides(find: Find, machine: Path) -> None:
    program(machine / "pyenv" / "shims" / "python3.13", TOO_OLD)
    hidden = program(machine / "pyenv" / "versions" / "3.13.2" / "bin" / "python3.13", FITS)
    assert find(machine / "pyenv" / "shims").stdout.strip() == str(hidden)


@pytest.mark.parametrize("where", ["PYENV_ROOT", "HOME"])
def test_pyenv_is_looked_for_where_it_is_installed(find: Find, machine: Path, where: str) -> None:
    root = machine / "elsewhere" if where == "PYENV_ROOT" else machine / "home" / ".pyenv"
    hidden = program(root / "versions" / "3.12.9" / "bin" / "python3.12", FITS)
    done = find(**({"PYENV_ROOT": str(root)} if where == "PYENV_ROOT" else {}))
    assert done.stdout.strip() == str(hidden)


def test_an_environment_gives_the_python_that_it_was_made_of(find: Find) -> None:
    found = Path(find(Path(sys.executable).parent).stdout.strip())
    assert found == Path(sys.executable).resolve()


def test_help_names_every_target_that_people_type() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    described = re.findall(r"^([a-z-]+):.*##", house.text("Makefile"), re.M)
    assert re.findall(r"^  make ([a-z-]+)", shown, re.M) == described
    assert {"run", "test", "lint", "format", "types", "lock", "bench", "corpus", "clean"} <= set(described)


def test_ci_asks_for_nothing_but_make_test() -> None:
    commands = [line for line in house.text(".ci/run").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "make test"
    assert len(commands) == 3
