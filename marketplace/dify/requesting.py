"""People who work with a Dify ask for what its catalogue does not let them have; who governs the catalogue answers."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Catalogue, CatalogueRequest, Plugin, User

State = CatalogueRequest.State
MOST_OPEN = 200  # of one catalogue


class CannotAsk(Exception):
    """A sentence that says why not."""


def ask(catalogue: Catalogue, plugin: Plugin, *, asked_by: str, reason: str) -> CatalogueRequest:
    """A request; one that is open for the same plugin is counted up instead. Raises CannotAsk."""
    if bump(catalogue, plugin):
        return CatalogueRequest.objects.get(catalogue=catalogue, plugin=plugin, state=State.OPEN)
    if CatalogueRequest.objects.filter(catalogue=catalogue, state=State.OPEN).count() >= MOST_OPEN:
        raise CannotAsk("So much has been asked for that nothing more is taken in. Speak to whoever runs your Dify.")
    try:
        with transaction.atomic():
            return CatalogueRequest.objects.create(catalogue=catalogue, plugin=plugin, asked_by=asked_by, reason=reason)
    except IntegrityError:  # somebody else was quicker
        bump(catalogue, plugin)
        return CatalogueRequest.objects.get(catalogue=catalogue, plugin=plugin, state=State.OPEN)


def bump(catalogue: Catalogue, plugin: Plugin) -> bool:
    open_one = CatalogueRequest.objects.filter(catalogue=catalogue, plugin=plugin, state=State.OPEN)
    return bool(open_one.update(times=F("times") + 1))


@transaction.atomic
def decide(request: CatalogueRequest, *, grant: bool, answer: str, until: date | None, by: User) -> bool:
    """Whether this decision counts: a request is decided once."""
    state = State.GRANTED if grant else State.REFUSED
    decision = {"answer": answer, "until": until if grant else None, "decided_by": by, "decided_at": timezone.now()}
    if not CatalogueRequest.objects.filter(pk=request.pk, state=State.OPEN).update(state=state, **decision):
        return False
    after = {"catalogue": request.catalogue.token, "state": state, "until": str(until or ""), "answer": answer}
    auditing.record("catalogue.request", request.plugin.plugin_id, by=by, after=after)
    return True


@transaction.atomic
def take_back(request: CatalogueRequest, *, by: User) -> None:
    """What was granted is allowed no longer."""
    request.state, request.decided_by, request.decided_at = State.REFUSED, by, timezone.now()
    request.save()
    after = {"catalogue": request.catalogue.token, "state": request.state}
    auditing.record("catalogue.request", request.plugin.plugin_id, by=by, after=after)


def of(catalogue: Catalogue) -> QuerySet[CatalogueRequest]:
    """All requests, the open ones that were made most often first."""
    rows = catalogue.requests.select_related("plugin__organization", "decided_by")
    return rows.order_by("state", "-times", "-made_at")
