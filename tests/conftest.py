"""What all tests share; the real servers among it are in tests/servers.py."""

import shutil

import pytest

from tests import places


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run removes what it has left."""
    if places.worker() == "main":
        shutil.rmtree(places.run_folder(), ignore_errors=True)
