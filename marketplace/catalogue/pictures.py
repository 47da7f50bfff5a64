"""Pictures of releases: served by the hash of their content, and so that nothing in them runs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from marketplace import keeping
from marketplace.models import ReleaseAsset

MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "ico": "image/x-icon",
}
# Also when it is opened by itself: no script, no request, an origin of its own.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
}


@require_safe
def picture(request: HttpRequest, digest: str, ending: str) -> HttpResponse:
    """Only what is an asset of some release: the same storage keeps packages."""
    if ending not in MEDIA_TYPES or not ReleaseAsset.objects.filter(content=digest).exists():
        raise Http404("There is no such picture.")
    try:
        content = keeping.read(digest)
    except FileNotFoundError:
        raise Http404("This picture is no longer kept.") from None
    return HttpResponse(content, content_type=MEDIA_TYPES[ending], headers=HEADERS)
