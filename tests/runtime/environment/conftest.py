"""A place for environments, a directory of wheels, and plugins that are nothing but what they need."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from runtime import environment, orphans
from runtime.environment import Environment, EnvironmentOptions, Progress
from tests.runtime.environment import wheels


@dataclass
class Bench:
    """Builds with real uv, offline, from a directory of wheels; `news` is what was reported."""

    options: EnvironmentOptions
    wheels: Path
    plugins: Path
    marker: str
    news: list[Progress] = field(default_factory=list)

    def set(self, **changes) -> None:
        self.options = replace(self.options, **changes)

    def plugin(self, name: str = "plugin", **files: str) -> Path:
        """A folder with files; ``requirements_txt="…"`` is requirements.txt."""
        folder = self.plugins / name
        folder.mkdir(parents=True, exist_ok=True)
        for key, text in files.items():
            (folder / FILES[key]).write_text(text)
        return folder

    def build(self, folder: Path, cancelled: Callable[[], bool] = lambda: False) -> Environment:
        self.news.clear()
        return environment.build(
            folder, self.options, progress=self.news.append, marker=self.marker, cancelled=cancelled
        )

    def leftovers(self) -> list[str]:
        return [path.name for path in self.options.root.iterdir() if path.name.startswith((".building", ".trash"))]


FILES = {"requirements_txt": "requirements.txt", "pyproject_toml": "pyproject.toml", "uv_lock": "uv.lock"}


@pytest.fixture
def bench(tmp_path: Path):
    marker = uuid.uuid4().hex
    directory = tmp_path / "wheels"
    wheels.sdk(directory)
    options = EnvironmentOptions(
        root=tmp_path / "environments",
        cache=tmp_path / "cache",
        find_links=directory,
        offline=True,
        idle_timeout=30,
        total_timeout=60,
    )
    yield Bench(options, directory, tmp_path / "plugins", marker)
    orphans.sweep(marker)
