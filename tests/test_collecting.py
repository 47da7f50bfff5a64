"""Static files are collected when they have changed, and not again."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from marketplace.collecting import collect


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Any:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "first.css").write_text("body { color: red }")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [folder], tmp_path / "static"
    return folder


def collected(settings: Any) -> set[str]:
    """Of those of ours."""
    return {path.name for path in Path(settings.STATIC_ROOT).iterdir()} & {"first.css", "second.css"}


def test_once_and_again_after_a_change(settings: Any, source: Path) -> None:
    assert collect()
    assert collected(settings) == {"first.css"}
    assert not collect()
    (source / "second.css").write_text("body { color: blue }")
    assert collect()
    assert collected(settings) == {"first.css", "second.css"}
    assert not collect()


def test_again_where_they_are_gone(settings: Any, source: Path) -> None:
    assert collect()
    shutil.rmtree(settings.STATIC_ROOT)
    assert collect()


def test_again_for_another_version(settings: Any, source: Path) -> None:
    assert collect()
    settings.VERSION = "another"
    assert collect()
