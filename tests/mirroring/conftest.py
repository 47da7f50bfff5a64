"""A marketplace to follow, and a mirror of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplace.models import Mirror, Organization
from tests.listing import keys
from tests.mirroring import upstream


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "marketplace": here}


@pytest.fixture
def there(db: None) -> Iterator[upstream.Marketplace]:
    with upstream.running() as found:
        yield found


@pytest.fixture
def follow(there: upstream.Marketplace) -> Callable[..., Mirror]:
    """Moves what is listed here over there, and makes a mirror with these rules. Nobody here is a publisher."""

    def made(**rules: Any) -> Mirror:
        there.move_there()
        for one in Organization.objects.all():
            one.publishers.all().delete()
        name = f"There {Mirror.objects.count()}"
        return Mirror.objects.create(name=name, address=there.address, public_key=keys()[1].decode(), rules=rules)

    return made
