"""The real SDK from the package registry: plugins boot in what was built for them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import launcher
from runtime.environment import Environment, EnvironmentOptions, Progress, build

PLUGINS = Path(__file__).parents[2] / "plugins"


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> EnvironmentOptions:
    folder = tmp_path_factory.mktemp("sdk")
    return EnvironmentOptions(root=folder / "environments", cache=folder / "cache", environ=os.environ)


def heartbeat(environment: Environment, folder: Path) -> str:
    """Start the plugin as a host does; returns the first heartbeat."""
    process = subprocess.Popen(
        launcher.wrap([str(environment.python), "-m", "main"]),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "INSTALL_METHOD": "local"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        line = next(_beats(process.stdout), "")
        process.kill()
    return line


def _beats(lines) -> Iterator[str]:
    return (line for line in lines if line.startswith('{"event":"heartbeat"'))


@pytest.mark.parametrize(("name", "version"), [("echo", "0.10.2"), ("echo_old", "0.7.4")])
def test_a_plugin_boots(options, name, version):
    news: list[Progress] = []
    built = build(PLUGINS / name, options, progress=news.append, marker="sdk")
    assert built.facts["sdk"] == version
    assert built.facts["missing"] == []
    assert heartbeat(built, PLUGINS / name)
    assert {one.step for one in news} >= {"resolve", "download", "install", "compile", "verify", "ready"}


def test_a_dependency_that_does_not_exist(options):
    from runtime.environment import EnvironmentFailed

    with pytest.raises(EnvironmentFailed) as failed:
        build(PLUGINS / "broken_requirements", options, progress=lambda _: None, marker="sdk")
    assert failed.value.package.startswith("patchbay-no-such-package")
    assert not failed.value.retry
