"""Our own mistakes: a page with a reference, under which the log has the details."""

import logging
import secrets

from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Django calls it while the exception is being handled."""
    reference = secrets.token_hex(6)
    log.exception("Failure %s at %s %s", reference, request.method, request.path)
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))
