"""A marketplace with a few releases, and clients that ask as a Dify does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marketplace.models import Catalogue
from tests.catalogue.conftest import each_database, migrated_postgres
from tests.dify.client import Console

__all__ = ["each_database", "migrated_postgres"]


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    """A storage of this test's own."""
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": here}


@pytest.fixture
def dify(db: None) -> Console:
    """A new Dify, without a catalogue of its own."""
    return Console()


@pytest.fixture
def catalogue() -> Callable[..., Catalogue]:
    """Makes a catalogue with a policy."""

    def made(token: str = "tester", **policy: Any) -> Catalogue:
        return Catalogue.objects.create(name=token, token=token, policy=policy)

    return made
