"""What the control groups that this process is in leave it of the machine; they are made up as files."""

from pathlib import Path

import pytest

from runtime import cgroups, headroom
from runtime.processors import processors

MIB = 1 << 20


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A slice and a service in it; this process is in the service."""
    service = tmp_path / "a.slice" / "a.service"
    service.mkdir(parents=True)
    for folder in (service, service.parent):
        (folder / "cgroup.controllers").write_text("cpu memory pids\n")
    monkeypatch.setattr(cgroups, "own_group", lambda: service)
    monkeypatch.setattr(cgroups, "own_groups", cgroups.own_groups.__wrapped__)
    return service.parent, service


@pytest.fixture(autouse=True)
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)


def test_all_that_there_are_where_no_group_has_a_limit(groups: tuple[Path, Path]) -> None:
    assert cgroups.own_groups() == [groups[1], groups[0]]
    assert processors() == 8
    (groups[1] / "cpu.max").write_text("max 100000\n")
    assert processors() == 8


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [("max", "200000", 2), ("150000", "max", 2), ("50000", "400000", 1), ("900000", "max", 8)],
)
def test_the_tightest_of_the_groups_counts(groups: tuple[Path, Path], outer: str, inner: str, expected: int) -> None:
    for group, quota in zip(groups, (outer, inner), strict=True):
        (group / "cpu.max").write_text(f"{quota} 100000\n")
    assert processors() == expected


def memory(group: Path, most: int | str, used: int, *, files: int = 0) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon {used - files}\nactive_file 0\ninactive_file {files}\n")


def test_no_more_memory_is_there_than_the_groups_leave(groups: tuple[Path, Path]) -> None:
    assert headroom.of_group() is None
    memory(groups[1], "max", 10 * MIB)
    assert headroom.of_group() is None
    memory(groups[0], 100 * MIB, 30 * MIB)
    assert headroom.of_group() == 70 * MIB
    memory(groups[1], 20 * MIB, 20 * MIB)
    assert headroom.of_group() == 0, "none is another thing than no limit"


def test_files_that_the_kernel_keeps_in_memory_take_no_room(groups: tuple[Path, Path]) -> None:
    memory(groups[1], 100 * MIB, 95 * MIB, files=60 * MIB)
    assert headroom.of_group() == 65 * MIB
