"""The envelope: success, every kind of failure, and addresses that do not exist."""

import datetime
import json
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from rest_framework import exceptions
from rest_framework.response import Response

from marketplace.difypkg import BadPackage
from runtime import errors
from runtime.envelope import EnvelopeRenderer, encoded, error_response, failure, fault_of, success


def test_success() -> None:
    assert success([1]) == {"code": 0, "message": "success", "data": [1]}


def test_a_failures_message_is_json_in_a_text() -> None:
    envelope = failure(errors.BadRequest("no", {"why": "because"}))
    assert (envelope["code"], envelope["data"]) == (-400, None)
    inner = json.loads(envelope["message"])
    assert inner == {"message": "no", "error_type": "PluginDaemonBadRequestError", "args": {"why": "because"}}


def test_the_refusal_of_a_wrong_key_is_the_daemons_to_the_byte() -> None:
    expected = (
        rb'{"code":-401,"message":"{\"message\":\"unauthorized\",\"error_type\":\"PluginDaemonUnauthorizedError\",'
        rb'\"args\":null}","data":null}'
    )
    assert encoded(failure(errors.Unauthorized("unauthorized"))) == expected


def test_times_are_rfc_3339_in_utc_and_ids_are_text() -> None:
    at = datetime.datetime(2026, 11, 22, 8, 0, 0, 5, tzinfo=datetime.UTC)
    key = uuid.UUID(int=1)
    assert json.loads(encoded({"at": at, "id": key})) == {"at": "2026-11-22T08:00:00.000005Z", "id": str(key)}


@pytest.mark.parametrize(
    ("error", "status", "code", "kind"),
    [
        (errors.BadRequest("x"), 400, -400, "PluginDaemonBadRequestError"),
        (errors.Refused("x"), 200, -400, "PluginDaemonBadRequestError"),
        (errors.NotFound("x"), 200, -404, "PluginDaemonNotFoundError"),
        (errors.PluginNotFound("x"), 404, -404, "PluginNotFoundError"),
        (errors.BadIdentifier("x"), 400, -400, "PluginUniqueIdentifierError"),
        (errors.RuntimeFault("x"), 500, -500, "PluginDaemonInternalServerError"),
        (BadPackage("rule", "x"), 200, -400, "PluginDaemonBadRequestError"),
        (exceptions.ValidationError({"page": ["x"]}), 400, -400, "PluginDaemonBadRequestError"),
        (exceptions.ParseError("x"), 400, -400, "PluginDaemonBadRequestError"),
        (exceptions.UnsupportedMediaType("text/plain"), 400, -400, "PluginDaemonBadRequestError"),
        (exceptions.NotAuthenticated(), 401, -401, "PluginDaemonUnauthorizedError"),
        (exceptions.PermissionDenied(), 200, -403, "PluginPermissionDeniedError"),
        (SuspiciousOperation("too many fields"), 400, -400, "PluginDaemonBadRequestError"),
        (PermissionDenied(), 200, -403, "PluginPermissionDeniedError"),
        (ZeroDivisionError("secret"), 500, -500, "PluginDaemonInternalServerError"),
    ],
)
def test_every_error_has_its_status_and_type(error: Exception, status: int, code: int, kind: str) -> None:
    response = error_response(error, {})
    inner = json.loads(response.data["message"])
    assert (response.status_code, response.data["code"], inner["error_type"]) == (status, code, kind)


def test_what_nobody_foresaw_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    fault = fault_of(ZeroDivisionError("secret"))
    assert "secret" not in fault.message
    assert "ZeroDivisionError" in fault.message
    assert "secret" in caplog.text


def test_invalid_fields_are_named() -> None:
    detail: Any = {"page": ["This field is required."], "metas": {0: ["not a mapping"]}, "non_field_errors": ["whole"]}
    message = fault_of(exceptions.ValidationError(detail)).message
    assert message == "page: This field is required.; metas.0: not a mapping; whole"


@pytest.mark.parametrize("failed", [False, True])
def test_the_renderer_wraps_answers_and_leaves_failures(failed: bool) -> None:
    response = Response()
    response.exception = failed
    data: Any = {"code": -1} if failed else {"x": 1}
    rendered = json.loads(EnvelopeRenderer().render(data, None, {"response": response}))
    assert rendered == (data if failed else success(data))


@pytest.mark.parametrize("path", ["/plugin/", "/plugin/w/nothing", "/plugin/w/management/nothing", "/plugin/w"])
def test_unknown_addresses_need_no_key(client: Any, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json() == {"code": "not_found", "message": "route not found"}


def test_a_wrong_method_is_an_unknown_address(client: Any, settings: Any) -> None:
    response = client.post("/plugin/w/management/list", headers={"X-Api-Key": settings.SERVER_KEY})
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
