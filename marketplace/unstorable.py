"""Middleware: what no database can hold, such as a NUL in a text, was not understood; it is no failure of ours."""

import logging

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import bad_request

log = logging.getLogger(__name__)


class Unstorable(MiddlewareMixin):
    """Only failures come through here, so that it costs other requests nothing."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DataError):
            return None
        log.warning("%s %s has what the database does not take", request.method, request.path, exc_info=exception)
        return bad_request(request, exception)
