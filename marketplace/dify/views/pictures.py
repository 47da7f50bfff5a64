"""Icons and other pictures of plugins. They come from strangers: no browser may take one for a page of ours."""

from mimetypes import guess_type

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from marketplace import keeping
from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking
from marketplace.dify.door import answers
from marketplace.dify.fetching import UNKNOWN
from marketplace.dify.offers import offers_for
from marketplace.dify.terms import RELEASES, Terms, terms_of
from marketplace.dify.views.lookups import known
from marketplace.models import Plugin, Release, ReleaseAsset

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "image/x-icon", "image/avif"}
PICTURES |= {"image/vnd.microsoft.icon", "image/bmp"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # the address stays when a release changes the picture
    "Cache-Control": "public, max-age=300",
}


@answers("GET", "HEAD")
def icon(request: HttpRequest, asking: Asking, *, org: str, name: str, dark: bool = False) -> HttpResponse:
    """The icon, or its variant for dark pages where there is one."""
    release = shown_release(known(org, name), terms_of(asking))
    outline = release.outline
    wants_dark = dark or request.GET.get("theme") == "dark"
    return picture(request, release, (outline.get("icon_dark") if wants_dark else "") or outline.get("icon") or "")


@answers("GET", "HEAD")
def asset(request: HttpRequest, asking: Asking, *, org: str, name: str, file: str) -> HttpResponse:
    return picture(request, shown_release(known(org, name), terms_of(asking)), file)


def shown_release(plugin: Plugin, terms: Terms) -> Release:
    """The release that is offered, or the last one for those who have the plugin and can have no other."""
    offered = offers_for(terms, [plugin.pk]).get(plugin.pk)
    if offered is not None:
        return offered.release
    last = plugin.releases.filter(terms.allows(RELEASES)).exclude(channel=Release.Channel.UNLISTED)
    found = last.order_by("-order").only("outline").first()
    if found is None:
        raise Declined(404, UNKNOWN)
    return found


def picture(request: HttpRequest, release: Release, name: str) -> HttpResponse:
    found = ReleaseAsset.objects.filter(release=release.pk, name=name).first()
    if found is None:
        raise Declined(404, "There is no such picture.")
    etag = f'"{found.content}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag})
    try:
        content = keeping.read(found.content)
    except FileNotFoundError:
        raise Declined(404, "This picture is not in our storage any more.") from None
    kind, _ = guess_type(name)
    response = HttpResponse(content, content_type=kind if kind in PICTURES else "application/octet-stream")
    for header, value in {**HEADERS, "ETag": etag}.items():
        response.headers[header] = value
    return response
