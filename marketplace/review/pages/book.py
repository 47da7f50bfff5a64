"""The rule book, for everybody."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.review import rules


def book(request: HttpRequest) -> HttpResponse:
    areas = [(area, list(found)) for area, found in groupby(rules.book().values(), key=lambda rule: rule.area)]
    return render(request, "rules/book.html", {"areas": areas, "here": "rules"})


def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """A rule as it is now, or as it was in the version that somebody was answered with (`?version=`)."""
    found = rules.book().get(rule_id)
    if found is None:
        raise Http404("There is no such rule.")
    edition = found.edition(request.GET.get("version", found.version))
    return render(request, "rules/rule.html", {"rule": found, "edition": edition, "here": "rules"})
