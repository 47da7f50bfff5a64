"""The house rules that a program can check: which way things lean, sizes, names, what must be written down."""

import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house
from tests.places import ROOT

LONGEST_FUNCTION, LONGEST_FILE = 60, 400  # lines
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "handler", "common", "misc"}
# A home, a root's home, a checkout of somebody's.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:root|work|Users/\w+|home/\w+)/[\w.]")
IN_PAGE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle\s*=|\son[a-z]+\s*=|href\s*=\s*[\"']javascript:", re.I)


def test_everything_leans_the_way_it_should() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts") :] + done.stderr


def test_no_function_is_long() -> None:
    assert [f"{one.where}: {one.lines} lines" for one in house.functions() if one.lines > LONGEST_FUNCTION] == []


def test_functions_are_small_as_a_whole() -> None:
    lines = sorted(one.lines for one in house.functions())
    assert statistics.median(lines) <= 8
    assert statistics.quantiles(lines, n=10)[-1] <= 30


def test_no_file_is_long() -> None:
    """But for migrations, which are as long as Django writes them."""
    names = [name for name in house.files(".py", ".html", ".css", ".js", ".sh") if "/migrations/" not in name]
    sizes = {name: len(house.text(name).splitlines()) for name in names}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_modules_are_named_for_what_they_are() -> None:
    assert [name for name in house.modules() if NAMES_THAT_SAY_NOTHING & set(Path(name).with_suffix("").parts)] == []


def test_services_are_functions() -> None:
    names = [(name, node.name) for name in house.modules() for node in house.classes(name)]
    assert [where for where in names if where[1].endswith(("Service", "Manager", "Helper", "Utils"))] == []


def test_nothing_is_left_to_be_written() -> None:
    stubs = [
        f"{name}:{function.lineno} {node.name}.{function.name}"
        for name in house.modules()
        for node in house.classes(name)
        if not house.is_abstract(node)
        for function in node.body
        if isinstance(function, house.Function) and house.is_stub(function)
    ]
    assert stubs == []


def test_no_ruler_divides_a_file() -> None:
    assert [name for name in house.modules() if re.search(r"^\s*#\s*[-=]{5,}", house.text(name), re.M)] == []


def test_pages_hold_neither_script_nor_style() -> None:
    """The pages' content security policy refuses both."""
    pages = {name: re.sub(r"{%.*?%}", "", house.text(name)) for name in house.files(".html")}
    found = {name: IN_PAGE.findall(page) for name, page in pages.items()}
    assert {name: marks for name, marks in found.items() if marks} == {}


def test_no_path_of_one_machine_is_written_down() -> None:
    found = {name: MACHINE_PATH.findall(house.text(name)) for name in house.files()}
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_say_what_but_not_from_where(name: str) -> None:
    pins = [line for line in house.text(name).splitlines() if line and not line.lstrip().startswith("#")]
    assert [line for line in pins if "==" not in line or "://" in line] == []


# What must be written down.


def test_every_setting_is_documented_with_its_default() -> None:
    rows = house.table(ROOT / "README.md", "Settings")
    documented = {row[0].strip("`"): row[1] for row in rows if row[0].startswith("`")}
    defaults = house.defaults()
    assert sorted(documented) == sorted(defaults)
    # words in place of a value describe one that is computed, or made where there is none
    literal = {name: value for name, value in defaults.items() if value or documented[name][:1] in ("", "`")}
    written = {name: value and f"`{value}`" for name, value in literal.items() if value is not None}
    assert {name: documented[name] for name in written} == written


def test_the_readme_names_targets_that_there_are() -> None:
    targets = set(re.findall(r"^([a-z]+):", house.text("Makefile"), re.M))
    assert set(re.findall(r"`make ([a-z]+)", house.text("README.md"))) <= targets


def test_every_test_plugin_is_described() -> None:
    folders = {path.parent.name for path in (ROOT / "tests" / "plugins").glob("*/manifest.yaml")}
    described = set(re.findall(r"^\| `([\w-]+)`", (ROOT / "tests" / "plugins" / "README.md").read_text(), re.M))
    assert folders - described == set()


def test_every_fault_of_the_lifecycle_has_its_test() -> None:
    """Each of the forty problems and of the faults names tests that exist, of files that are there."""
    page = house.text("docs/lifecycle.md")
    rows = dict(re.findall(r"^\| (F?\d+) \| (.*) \|$", page, re.M))
    assert list(rows) == [str(number) for number in range(1, 41)] + [f"F{number}" for number in range(1, 10)]
    named = {number: re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row) for number, row in rows.items()}
    assert [number for number, tests in named.items() if not tests] == []
    missing = {
        f"{file}::{name}"
        for tests in named.values()
        for file, name in tests
        if not (ROOT / file).exists() or not re.search(rf"def {name}\(", house.text(file))
    }
    assert missing == set()
