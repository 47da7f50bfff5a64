"""Who reaches the management API, assets that strangers made, and the health check."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from runtime.auth import Principal, checked_workspace, is_server_key
from runtime.errors import BadRequest
from runtime.management.routes import ROUTES
from runtime.metrics import counts
from runtime.models import Package
from runtime.uploading import upload_package
from tests.runtime import packages
from tests.runtime.bench import W, furnish
from tests.runtime.packages import decoded

UNAUTHORIZED = {
    "code": -401,
    "message": '{"message":"unauthorized","error_type":"PluginDaemonUnauthorizedError","args":null}',
    "data": None,
}
PATHS = [(route.method, f"/plugin/{W}/management/{route.path}") for route in ROUTES] + [
    ("POST", f"/plugin/{W}/management/install/upload/package"),
    ("POST", f"/plugin/{W}/management/install/upload/bundle"),
    ("GET", f"/plugin/{W}/asset/{'a' * 64}.svg"),
    ("GET", f"/plugin/{W}/extract-asset/"),
]


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path) -> Any:
    furnish(settings, tmp_path)
    return settings


@pytest.fixture
def dify(settings: Any) -> Client:
    """The holder of the server key, with checks for forged requests switched on as in production."""
    return Client(enforce_csrf_checks=True, headers={"X-Api-Key": settings.SERVER_KEY})


def filled(path: str) -> str:
    return path.replace("<str:task_id>", "1").replace("<path:identifier>", "a/b").replace("<str:category>", "tool")


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": ""}, {"X-Api-Key": "wrong"}, {"X-Api-Key": "schlüssel"}])
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_the_key_nothing_is_told(method: str, path: str, headers: dict[str, str]) -> None:
    response = Client(headers=headers).generic(method, filled(path))
    assert response.status_code == 401
    assert response.json() == UNAUTHORIZED


@pytest.mark.django_db
def test_the_key_opens_every_workspace_and_asks_for_no_token(dify: Client) -> None:
    for workspace in (W, "acme", "a.b:c@d~e", "x" * 64):
        path = f"/plugin/{workspace}/management/uninstall"
        response = dify.post(path, {"plugin_installation_id": "x"}, content_type="application/json")
        assert response.json()["data"] is True


@pytest.mark.parametrize("workspace", ["x" * 65, "..", "...", "a b", "a\tb", "a\\b", "a\x7fb"])
def test_what_is_no_workspace(dify: Client, workspace: str) -> None:
    response = dify.get(f"/plugin/{quote(workspace)}/management/models/bindings")
    assert response.status_code == 400
    with pytest.raises(BadRequest):
        checked_workspace(workspace)


def test_an_empty_server_key_opens_nothing(settings: Any) -> None:
    settings.SERVER_KEY = ""
    assert not is_server_key("")
    assert not is_server_key(None)


def test_whoever_is_bound_to_a_workspace_reaches_no_other() -> None:
    assert Principal().allows("any")
    assert Principal("mine").allows("mine")
    assert not Principal("mine").allows("other")


@pytest.mark.django_db
def test_a_body_that_is_no_json_is_told_so(dify: Client) -> None:
    response = dify.post(f"/plugin/{W}/management/uninstall", "{", content_type="application/json")
    assert response.status_code == 400
    assert "JSON" in decoded(response.json())["message"]


# Assets.


@pytest.fixture
def package() -> Package:
    evil = b"<svg onload='steal()'/>"
    files: dict[str, str | bytes] = {"_assets/page.html": "<script>", "_assets/deep/x.png": b"png"}
    return upload_package(packages.package(files={"_assets/icon.svg": evil, **files}))


@pytest.mark.django_db
class TestAssets:
    def test_an_icon_is_kept_forever_and_can_do_nothing(self, dify: Client, package: Package) -> None:
        response = dify.get(f"/plugin/{W}/asset/{package.declaration['icon']}")
        assert (response.status_code, response.content) == (200, b"<svg onload='steal()'/>")
        assert response["Content-Type"] == "image/svg+xml"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, max-age=31536000, immutable"

    @pytest.mark.parametrize("name", ["a" * 64 + ".svg", "..%2f..%2fetc%2fpasswd", "x"])
    def test_what_is_not_there_is_told_so(self, dify: Client, name: str) -> None:
        response = dify.get(f"/plugin/{W}/asset/{name}")
        assert response.status_code == 404

    def test_extracting_by_name(self, dify: Client, package: Package) -> None:
        query = {"plugin_unique_identifier": package.unique_identifier, "file_path": "deep/x.png"}
        for path in ("extract-asset/", "extract-asset"):
            response = dify.get(f"/plugin/{W}/{path}", query)
            assert (response.status_code, response.content) == (200, b"png")
            assert response["Content-Type"] == "image/png"

    def test_pages_are_only_bytes(self, dify: Client, package: Package) -> None:
        query = {"plugin_unique_identifier": package.unique_identifier, "file_path": "page.html"}
        assert dify.get(f"/plugin/{W}/extract-asset/", query)["Content-Type"] == "application/octet-stream"

    @pytest.mark.parametrize("name", ["none.png", "../manifest.yaml", "../main.py", "/etc/passwd"])
    def test_extracting_what_is_not_there(self, dify: Client, package: Package, name: str) -> None:
        query = {"plugin_unique_identifier": package.unique_identifier, "file_path": name}
        response = dify.get(f"/plugin/{W}/extract-asset/", query)
        assert response.status_code == 404
        assert decoded(response.json())["error_type"] == "PluginDaemonNotFoundError"

    def test_extracting_from_nothing(self, dify: Client) -> None:
        query = {"plugin_unique_identifier": "acme/none:0.0.1@" + "0" * 64, "file_path": "x"}
        assert dify.get(f"/plugin/{W}/extract-asset/", query).status_code == 404
        assert dify.get(f"/plugin/{W}/extract-asset/").status_code == 400


# Health.


def test_health_needs_no_key(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WORKER_CONCURRENCY = 8
    monkeypatch.setattr(counts, "requests", 3)
    monkeypatch.setattr(counts, "open", 2)
    response = Client().get("/health/check")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "pool_status": {"free": 5, "busy": 3, "total": 8},
        "version": settings.VERSION,
        "build_time": "",
        "platform": "local",
        "active_requests": 3,
        "active_dispatch_requests": 2,
    }
