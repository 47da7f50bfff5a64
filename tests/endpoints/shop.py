"""An endpoint of a shop in the workspace of the pages' tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from endpoints import services
from endpoints.models import Endpoint
from runtime.models import Installation
from runtime.uploading import upload_package

SECRET = "hush-hush-hush"


@pytest.fixture
def hooks_installed(db: None, install: Callable[..., Installation], package_of: Callable[[str], Path]) -> Installation:
    return install(upload_package(package_of("hooks").read_bytes()))


@pytest.fixture
def endpoint(hooks_installed: Installation) -> Endpoint:
    return services.setup(
        hooks_installed.workspace_id,
        hooks_installed.package.unique_identifier,
        name="Shop",
        settings={"secret": SECRET, "greeting": "moin"},
    )


def address(endpoint: Endpoint, tail: str = "") -> str:
    return f"/w/support/endpoints/{endpoint.pk}/{tail}"
