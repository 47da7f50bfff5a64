"""Files by their signed addresses: plugins post them, models and browsers read them."""

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from runtime import files
from runtime.errors import RuntimeFault

AROUND = 1 << 16  # bytes of a form that are not the file
SHOWN_IN_PLACE = ("image/", "audio/", "video/", "application/pdf", "text/plain")


def refused(fault: RuntimeFault, status: int) -> HttpResponse:
    return JsonResponse({"message": fault.message}, status=status)


@csrf_exempt
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """`POST /files/upload?ticket=…` with the form field `file`: 201 and the file's description."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_MAX_SIZE + AROUND:
        return JsonResponse(
            {"message": f"At most {settings.FILE_MAX_SIZE} bytes are kept (FILE_MAX_SIZE)."}, status=413
        )
    content = request.FILES.get("file")
    if content is None:
        return JsonResponse({"message": "The form needs a field `file`."}, status=400)
    try:
        row = files.keep(request.GET.get("ticket", ""), content)
    except RuntimeFault as fault:
        return refused(fault, fault.status)
    return JsonResponse(files.described(row), status=201)


@require_GET
def read(request: HttpRequest, key: UUID, name: str) -> HttpResponseBase:
    """`GET /files/<id>/<name>?token=…`: the file. What could act as a page of this site is offered for saving."""
    try:
        row, content = files.opened(str(key), request.GET.get("token", ""))
    except RuntimeFault as fault:
        return refused(fault, 404)
    in_place = row.mime_type.startswith(SHOWN_IN_PLACE) and "svg" not in row.mime_type
    response = FileResponse(content, as_attachment=not in_place, filename=row.name, content_type=row.mime_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private"
    return response
