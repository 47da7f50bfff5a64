"""Single plugins, their versions, and releases by their identifiers."""

from typing import Any

from django.http import HttpRequest

from marketplace.dify import shapes
from marketplace.dify.answers import Declined
from marketplace.dify.asking import Asking
from marketplace.dify.door import answers, body, number, text, texts
from marketplace.dify.fetching import UNKNOWN, asked_for, parts
from marketplace.dify.offers import Offered, handed_out, offers_for, releases, version_list
from marketplace.dify.terms import RELEASES, Terms, terms_of
from marketplace.dify.views.lists import is_gone, last_ones
from marketplace.models import Plugin, Release

MOST = 200  # releases that one question may be about


def known(org: str, name: str) -> Plugin:
    found = Plugin.objects.select_related("organization").filter(plugin_id=f"{org}/{name}").first()
    if found is None:
        raise Declined(404, UNKNOWN)
    return found


@answers("GET")
def plugin(request: HttpRequest, asking: Asking, *, org: str, name: str) -> dict[str, Any]:
    found, terms = known(org, name), terms_of(asking)
    offered = offers_for(terms, [found.pk], readmes=True).get(found.pk)
    if offered is not None:
        return {"plugin": shapes.full(offered, asking), "version": {"version": offered.version}}
    last = last_ones([found.pk], terms).get(found.pk)
    if last is None or not is_gone(found, last):
        raise Declined(404, UNKNOWN)
    return {"plugin": shapes.gone(found, last, asking), "version": {"version": ""}}


@answers("GET")
def versions(request: HttpRequest, asking: Asking, *, org: str, name: str) -> dict[str, Any]:
    found, terms = known(org, name), terms_of(asking)
    offered = version_list(terms, found)
    size = number(request.GET.get("page_size"), "page_size", default=100, most=100)
    start = (number(request.GET.get("page"), "page", default=1, most=10_000) - 1) * size
    rows = list(offered[start : start + size])
    for row in rows:
        row.plugin = found
    if not rows and start == 0 and not Release.objects.filter(terms.allows(RELEASES), plugin=found).exists():
        raise Declined(404, UNKNOWN)
    lines = [shapes.version(found, one) for one in handed_out(terms, rows)]
    return {"versions": lines, "total": offered.count()}


@answers("GET")
def version(request: HttpRequest, asking: Asking, *, org: str, name: str, version: str) -> dict[str, Any]:
    """200 if there is this version, whatever its state: who publishes asks, so as not to use a number twice."""
    found, terms = known(org, name), terms_of(asking)
    row = found.releases.filter(terms.allows(RELEASES), version=version).first()
    if row is None or row.channel == Release.Channel.UNLISTED:
        raise Declined(404, f"{found.plugin_id} has no version {version}.")
    row.plugin = found
    offered = handed_out(terms, [row])[0]
    current = {"status": shapes.ACTIVE if row.status == Release.Status.LISTED else shapes.DELETED}
    return {"version": shapes.version(found, offered) | current}


@answers("GET")
def identifier(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """One release for the dialog to which a console is handed off."""
    offered, _ = asked_for(request.GET.get("unique_identifier", ""), asking)
    return {"plugin": shapes.manifest(offered, asking), "version": {"version": offered.version}}


@answers("POST")
def identifiers(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    asked = [parts(one) for one in texts(body(request), "unique_identifiers", most=MOST)]
    found = releases_named(asked, terms_of(asking))
    return {"plugins": [in_place(one, found.get(one), asking) for one in asked]}


@answers("POST")
def by_tuples(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """Releases by publisher, name and version; without a version the one that is offered. In the order of the question."""
    asked = [tuple_parts(one) for one in objects(body(request), "plugin_tuples")]
    terms = terms_of(asking)
    found = releases_named([one for one in asked if one[1]], terms) | newest_named(asked, terms)
    elements = [(one, in_place(one, found.get(one), asking)) for one in asked]
    return {"list": [shapes.by_place(one[0], one[1], element) for one, element in elements]}


def objects(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = found.get(key)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Declined(400, f"{key} must be a list of objects.")
    if len(value) > MOST:
        raise Declined(400, f"{key} has {len(value)} entries, at most {MOST} can be asked for at once.")
    return value


def tuple_parts(one: dict[str, Any]) -> tuple[str, str, str]:
    """Plugin id, version and checksum, as `parts` has them; some Difys send the checksum along with the version."""
    version, _, checksum = text(one, "version").partition("@")
    return f"{text(one, 'org')}/{text(one, 'name')}", version, checksum


type Named = tuple[str, str, str]


def releases_named(asked: list[Named], terms: Terms) -> dict[Named, Offered]:
    """Those that may be handed out, by how they were asked for, whatever their number in three queries."""
    ids, numbers = {one[0] for one in asked}, {one[1] for one in asked}
    rows = list(releases().filter(terms.fetches(RELEASES), plugin__plugin_id__in=ids, version__in=numbers))
    by_number = {(one.plugin.plugin_id, one.version): one for one in handed_out(terms, rows)}
    plain = {(row.plugin.plugin_id, row.version): row for row in rows}
    found = {}
    for one in asked:
        offered, row = by_number.get(one[:2]), plain.get(one[:2])
        if offered and row and fits(one, offered, row):
            found[one] = Offered(row) if one[2] == row.checksum else offered
    return found


def fits(asked: Named, offered: Offered, row: Release) -> bool:
    """Whether it is the release that was meant. An unlisted one must be named with its checksum."""
    checksum = asked[2]
    if not checksum:
        return row.channel != Release.Channel.UNLISTED
    return checksum in (row.checksum, offered.file.checksum)


def newest_named(asked: list[Named], terms: Terms) -> dict[Named, Offered]:
    ids = [one[0] for one in asked if not one[1]]
    if not ids:
        return {}
    keys = Plugin.objects.filter(plugin_id__in=ids).values_list("pk", flat=True)
    return {(one.plugin.plugin_id, "", ""): one for one in offers_for(terms, keys).values()}


def in_place(asked: Named, offered: Offered | None, asking: Asking) -> dict[str, Any]:
    if offered is None:
        return shapes.missing(asked[0], asked[1])
    return shapes.card(offered, asking) | {"plugin_unique_identifier": offered.unique_identifier}
