"""The audit trail as a file."""

from django.http import StreamingHttpResponse

from marketplace import auditing
from marketplace.review.pages.access import Visit, staff_page


@staff_page  # type: ignore[arg-type]  # it streams
def export(request: Visit) -> StreamingHttpResponse:
    """JSON lines, as `manage.py audit export` writes them; `after` leaves out what comes before."""
    auditing.chain()
    after = request.GET.get("after", "")
    lines = auditing.lines(after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0)
    named = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingHttpResponse((f"{line}\n" for line in lines), content_type="application/jsonl", headers=named)
