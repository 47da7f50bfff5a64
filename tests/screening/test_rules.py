"""Rules are written down, and what is written down is used."""

import re
import shutil
from pathlib import Path

import pytest

from marketplace.difypkg import open_directory
from marketplace.screening import Context, State, Subject, screen
from marketplace.screening.checks import CHECKS, Check, NotScanned
from marketplace.screening.findings import Finding
from marketplace.screening.rules import RULES
from marketplace.screening.screen import load_checks, run_check
from tests import house
from tests.places import ROOT
from tests.screening.making import package, report


def test_every_rule_is_documented_as_it_is() -> None:
    rows = {
        row[0].strip("`"): row[1:]
        for row in house.table(ROOT / "docs" / "screening.md", "Rules")
        if row[0].startswith("`")
    }
    assert rows == {name: [rule.severity, "yes" if rule.blocking else "no", rule.text] for name, rule in RULES.items()}


def test_every_check_is_documented_as_it_is() -> None:
    rows = {
        row[0].strip("`"): row[2:]
        for row in house.table(ROOT / "docs" / "screening.md", "Checks")
        if row[0].startswith("`")
    }
    word = {True: "yes", False: "no"}
    assert rows == {check.name: [word[check.enforced], word[check.required]] for check in load_checks(CHECKS)}


def test_every_rule_is_used_by_a_check() -> None:
    source = "".join(
        house.text(name)
        for name in house.files(".py")
        if name.startswith("marketplace/screening/") and not name.endswith("rules.py")
    )
    assert [name for name in RULES if f'"{name}"' not in source] == []


def test_no_check_uses_a_rule_that_there_is_not() -> None:
    groups = "|".join({name.partition(".")[0] for name in RULES})
    for name in house.files(".py"):
        if name.startswith("marketplace/screening/checks/"):
            used = re.findall(rf'"((?:{groups})\.[a-z-]+)"', house.text(name))
            assert set(used) - {"privacy.yaml", "privacy.yml", "rehearsal.invalid"} <= set(RULES), name


class Broken(Check):
    name, title, clean = "broken", "Broken", "Never."

    def run(self, subject, evidence):
        yield Finding("code.exec", "x")
        raise ZeroDivisionError("on purpose")


class Blind(Check):
    name, title, clean = "blind", "Blind", "Never."

    def run(self, subject, evidence):
        yield from dark()


def dark():
    raise NotScanned("It is dark.")


@pytest.fixture
def subject(tmp_path):
    return Subject(package(tmp_path), Context())


def test_a_check_that_breaks_is_failed_and_blocks_if_it_is_required(subject, caplog) -> None:
    section = run_check(Broken(), subject)
    assert (section.state, section.blocks, section.findings) == (State.FAILED, True, [])
    assert "ZeroDivisionError" in section.summary
    assert "broke on acme/weather" in caplog.text


def test_a_check_that_could_not_look_is_never_clean(subject) -> None:
    section = run_check(Blind(), subject)
    assert (section.state, section.summary) == (State.NOT_SCANNED, "It is dark.")


def test_a_clean_plugin_is_clean_and_says_what_was_not_looked_at(tmp_path) -> None:
    found = report(tmp_path)
    assert not found.blocked_by
    assert {section.name for section in found.incomplete} == {"vulnerabilities", "similarity", "rehearsal"}
    assert [one.rule for one in found.findings if one.severity == "error"] == []


def test_our_own_plugins_are_not_blocked(tmp_path: Path) -> None:
    for folder in sorted(path.parent for path in (ROOT / "tests" / "plugins").glob("*/manifest.yaml")):
        copy = tmp_path / folder.name  # other tests run them where they are, which leaves byte code
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        with open_directory(copy) as opened:
            blocked = screen(opened).blocked_by
        assert {one.rule for section in blocked for one in section.findings if one.blocking} <= OWN.get(
            folder.name, set()
        ), folder


# What these test plugins do on purpose.
OWN = {
    "beggar": {"permissions.undeclared"},
    "locked": {"credentials.leaked"},
    "oauth": {"credentials.leaked"},
}
