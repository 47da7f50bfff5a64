"""Views of the management API: one that serves the table of routes, and those for uploads."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from runtime.errors import BadRequest, Refused
from runtime.management.routes import Route
from runtime.management.serializers import checked, merged
from runtime.management.shapes import package_shape
from runtime.management.workspace import WorkspaceView
from runtime.uploading import TOO_LARGE, upload_bundle, upload_package


class TableView(WorkspaceView):
    """Answers one row of the table; query, body and path together make the request."""

    route: Route | None = None

    def get(self, request: Request, workspace_id: str, **path: str) -> Response:
        return self.answer(request, workspace_id, path)

    def post(self, request: Request, workspace_id: str, **path: str) -> Response:
        return self.answer(request, workspace_id, path)

    def answer(self, request: Request, workspace_id: str, path: dict[str, str]) -> Response:
        route = self.route
        if route is None or request.method != route.method:
            raise MethodNotAllowed(str(request.method))
        fields = checked(route.form, merged(request.query_params, request.data, path))
        return Response(route.answer(workspace_id, fields))


class SizeCap(FileUploadHandler):
    """Ends an upload as soon as it is too large, whatever it said of its length."""

    def __init__(self, request: Any, limit: int) -> None:
        super().__init__(request)
        self.limit = limit
        self.received = 0

    @property
    def exceeded(self) -> bool:
        return self.received > self.limit

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.exceeded:
            raise StopUpload(connection_reset=True)  # lets Django close its files, and reads no further
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class UploadView(WorkspaceView):
    """A file in a multipart form; large ones are on disk, never in memory as a whole."""

    field = ""

    def receive(self, request: Request, limit: int) -> "tuple[UploadedFile[Any], bool]":
        """The file, and whether the form asks for a trusted signature; raises Refused when it is too large."""
        cap = SizeCap(request._request, limit)
        request._request.upload_handlers.insert(0, cap)
        form = request.data if isinstance(request.data, dict) else {}
        if cap.exceeded:
            raise Refused(TOO_LARGE)
        file = form.get(self.field)
        if not isinstance(file, UploadedFile):
            raise BadRequest(f"the form needs a file named {self.field}")
        return file, form.get("verify_signature") == "true"


class PackageUpload(UploadView):
    field = "dify_pkg"

    def post(self, request: Request, workspace_id: str) -> Response:
        file, verify = self.receive(request, settings.MAX_PLUGIN_PACKAGE_SIZE)
        package = upload_package(on_disk(file), verify_signature=verify)
        return Response(package_shape(package, package.declaration))


class BundleUpload(UploadView):
    field = "dify_bundle"

    def post(self, request: Request, workspace_id: str) -> Response:
        file, verify = self.receive(request, settings.MAX_BUNDLE_PACKAGE_SIZE)
        return Response(upload_bundle(on_disk(file), verify_signature=verify))


def on_disk(file: "UploadedFile[Any]") -> Any:
    """The file's path where it has one (it is then read without being held in memory), else the open file."""
    return Path(file.temporary_file_path()) if isinstance(file, TemporaryUploadedFile) else file.file
