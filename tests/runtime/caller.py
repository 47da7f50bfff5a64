"""What tests of the management API share: a client as Dify's server is one, and the shapes of answers."""

import json
import re
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.difypkg import asset_id
from runtime import installing
from runtime.installing.items import claim, finish
from runtime.models import Installation, Package
from runtime.uploading import upload_package
from tests.runtime import packages
from tests.runtime.bench import W
from tests.runtime.packages import decoded

NOBODY = "acme/none:0.0.1@" + "0" * 64
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
INSTALLATION = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "tenant_id": W,
    "plugin_id": "acme/demo",
    "plugin_unique_identifier": str,
    "runtime_type": "local",
    "endpoints_setups": 0,
    "endpoints_active": 0,
    "source": "package",
    "meta": {"by": "test"},
    "version": "0.0.1",
    "checksum": str,
    "declaration": dict,
}
LISTED = INSTALLATION | {"name": "demo", "installation_id": UUID}
PROVIDER = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "tenant_id": W,
    "provider": "gives",
    "plugin_id": "acme/demo",
    "plugin_unique_identifier": str,
    "declaration": dict,
}
PACKAGE = {"unique_identifier": str, "manifest": dict, "verification": None, "signature": dict}
ITEM = {
    "plugin_unique_identifier": str,
    "labels": {"en_US": "Demo"},
    "icon": asset_id("icon.svg", packages.ICON),
    "icon_dark": "",
    "plugin_id": "acme/demo",
    "status": "pending",
    "message": "",
    "source": "package",
    "step": "",
    "percent": 0,
}
TASK = {
    "id": UUID,
    "created_at": TIME,
    "updated_at": TIME,
    "status": "running",
    "tenant_id": W,
    "total_plugins": 1,
    "completed_plugins": 0,
    "plugins": list,
}


def fits(data: Any, shape: dict[str, Any]) -> bool:
    """Exactly these keys; each value is the one given, or of the type or pattern given."""
    assert set(data) == set(shape)
    for key, wanted in shape.items():
        value = data[key]
        if wanted is UUID:
            UUID(value)
        elif isinstance(wanted, re.Pattern):
            assert wanted.fullmatch(value), f"{key} is {value!r}"
        elif isinstance(wanted, type):
            assert isinstance(value, wanted), f"{key} is {value!r}"
        else:
            assert value == wanted, f"{key} is {value!r}"
    return True


class Caller:
    """A client of the management API, as Dify's server is one."""

    def __init__(self, key: str, workspace: str = W) -> None:
        self.base = f"/plugin/{workspace}/management/"
        self.client = Client(headers={"X-Api-Key": key})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self.base + path, query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(self.base + path, json.dumps(body or {}), content_type="application/json")

    def upload(self, path: str, field: str, content: bytes, **fields: str) -> Any:
        return self.client.post(self.base + path, {field: SimpleUploadedFile(field, content), **fields})


def data(response: Any) -> Any:
    envelope = response.json()
    assert response.status_code == 200, envelope
    assert set(envelope) == {"code", "message", "data"}
    assert (envelope["code"], envelope["message"]) == (0, "success"), envelope
    return envelope["data"]


def refusal(response: Any) -> tuple[int, int, str, str]:
    """(HTTP status, code, error type, message)."""
    inner = decoded(response.json())
    assert response.json()["data"] is None
    return response.status_code, response.json()["code"], inner["error_type"], inner["message"]


def install(package: Package, workspace: str = W) -> Installation:
    """Installed by whoever brings plugins up: only the rows matter here."""
    task = installing.install(
        workspace, identifiers=[package.unique_identifier], source="package", metas=[{"by": "test"}]
    )
    assert task is not None
    item = claim(task.items.get().pk, "test")
    assert item is not None
    finish(item, output="")
    return Installation.objects.get(workspace_id=workspace, plugin_id=package.plugin_id)


def add(kind: str = "tool", workspace: str = W, **more: Any) -> Installation:
    return install(upload_package(packages.package(kind, **more)), workspace)
