"""Pages of an endpoint's deliveries: what waits, what arrived, what failed, with every attempt; one of them; replays."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from endpoints import delivering
from endpoints.models import Delivery
from endpoints.pages import answered, found, opened
from endpoints.sent import sent
from runtime.numerals import whole
from runtime.pages.access import Visit, governed, page

ON_A_PAGE = 50
ENDED = (Delivery.State.DONE, Delivery.State.FAILED)


@page
def deliveries(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Newest first, all or those in one state; htmx asks again for the list."""
    one = opened(request, endpoint_id)
    rows = one.row.deliveries.order_by()
    counts = dict(rows.values_list("state").annotate(count=Count("pk")))
    state = request.GET.get("state", "")
    chosen = one.row.deliveries.filter(state=state) if state in Delivery.State.values else one.row.deliveries.all()
    listed = Paginator(chosen.defer("request").prefetch_related("tries"), ON_A_PAGE)
    context = {
        "shown": one,
        "endpoint": one.row,
        "tab": "deliveries",
        "state": state,
        "states": [(value, label, counts.get(value, 0)) for value, label in Delivery.State.choices],
        "deliveries": listed.get_page(request.GET.get("page")),
        "duplicates": rows.aggregate(all=Sum("duplicates"))["all"] or 0,
        "failed": counts.get(Delivery.State.FAILED, 0),
        "command": one.posting,
        "days": {state.value: age.days for state, age in delivering.KEPT.items()},
    }
    return answered(request, "deliveries", part="#list" if request.htmx else "", **context)


@page
def delivery(request: Visit, endpoint_id: UUID, number: int) -> HttpResponse:
    """One delivery: what was sent, and what became of each attempt."""
    shown = opened(request, endpoint_id)
    row = get_object_or_404(shown.row.deliveries.select_related("endpoint"), pk=number)
    return answered(
        request,
        "delivery",
        shown=shown,
        endpoint=shown.row,
        tab="deliveries",
        one=row,
        sent=sent(row),
        ended=row.state in ENDED,
    )


@require_POST
@governed
def replay(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """One delivery, those that were chosen, or all that failed."""
    row = found(request, endpoint_id)
    rows = row.deliveries.all()
    if given := request.POST.getlist("id"):
        ids = [number for one in given if (number := whole(one)) is not None]
        if len(ids) < len(given):
            raise BadRequest("There is no such delivery.")
        rows = rows.filter(pk__in=ids)
    elif request.POST.get("what") == "chosen":
        messages.error(request, "Choose first what is to be delivered again.")
        return redirect("endpoint-deliveries", request.membership.slug, row.pk)
    else:
        rows = rows.filter(state=Delivery.State.FAILED)
    count = delivering.replay(row, rows)
    messages.success(request, f"{count} {'is' if count == 1 else 'are'} delivered again.")
    return redirect("endpoint-deliveries", request.membership.slug, row.pk)
