"""What people say of plugins: ratings with answers, reports; and the publishers' own pages."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.catalogue import rating
from marketplace.catalogue.forms import RatingForm, ReportForm
from marketplace.catalogue.indexing import FOUND
from marketplace.catalogue.pages.listings import PAGE_SIZE, allowed, narrowing, page_number
from marketplace.catalogue.pages.listings import shown as shown_page
from marketplace.catalogue.pages.plugin import head, reader
from marketplace.catalogue.reporting import TooMany, report
from marketplace.catalogue.searching import Found, light
from marketplace.catalogue.showing import Shown, plugin_at, shown
from marketplace.dify.consoles import chosen
from marketplace.models import Organization, Plugin, Rating, User

RATINGS_AT_ONCE = 50


def ratings(request: HttpRequest, org: str, name: str) -> HttpResponse:
    """Read what people say; a person who has signed in says it here too."""
    one = shown(f"{org}/{name}")
    user = reader(request)
    mine = one.plugin.ratings.filter(user=user).first() if user else None
    start = {"stars": mine.stars, "text": mine.text} if mine else None
    form = RatingForm(posted(request), initial=start, label_suffix="")
    if request.method == "POST":
        if user is None:
            return redirect("sign-in")
        if form.is_valid() and rated(request, one, form):
            return redirect("catalogue-ratings", org, name)
    context = {
        **head(request, one, "ratings"),
        "form": form,
        "mine": mine,
        "ratings": said_of(one.plugin, staff=bool(user and user.is_staff)),
        "spread": spread(one.plugin),
    }
    return render(request, "catalogue/plugin/ratings.html", context, status=422 if form.errors else 200)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is nothing at all."""
    return request.POST if request.method == "POST" else None


def rated(request: HttpRequest, one: Shown, form: RatingForm) -> bool:
    try:
        rating.rate(one.release, by=cast("User", request.user), **form.cleaned_data)
    except rating.NotAllowed as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, _("Thank you. Your rating is shown from now on."))
    return True


def said_of(plugin: Plugin, *, staff: bool) -> list[Rating]:
    """The newest ratings; hidden ones only for the staff."""
    rows = plugin.ratings.select_related("user", "replied_by").order_by("-created_at")
    return list((rows if staff else rows.filter(hidden_at=None))[:RATINGS_AT_ONCE])


def spread(plugin: Plugin) -> list[tuple[int, int]]:
    """How many ratings have five stars, four, and so on."""
    found = list(plugin.ratings.filter(hidden_at=None).values_list("stars", flat=True))
    return [(stars, found.count(stars)) for stars in range(5, 0, -1)]


@require_POST
@login_required
def rating_act(request: HttpRequest, org: str, name: str, *, rating_id: int, act: str) -> HttpResponse:
    """What can be done with one rating: its author takes it back, the publisher answers, staff hides and shows it."""
    user = cast("User", request.user)
    one = get_object_or_404(Rating.objects.select_related("plugin"), pk=rating_id, plugin__plugin_id=f"{org}/{name}")
    text = request.POST.get("text", "")[:4000]
    try:
        match act:
            case "take-back":
                own(one, user)
            case "reply":
                rating.reply(one, by=user, text=text)
            case "hide":
                rating.hide(one, by=user, reason=text)
            case _show:
                rating.show_again(one, by=user)
    except rating.NotAllowed as reason:
        messages.error(request, str(reason))
    return redirect("catalogue-ratings", org, name)


def own(one: Rating, user: User) -> None:
    if one.user_id != user.pk:
        raise rating.NotAllowed(_("This rating is somebody else's."))
    rating.take_back(one)


def report_page(request: HttpRequest, org: str, name: str) -> HttpResponse:
    """Anybody may report; what is reported stays as it is until the staff has looked."""
    one = Shown(plugin_at(f"{org}/{name}"), shown(f"{org}/{name}").release)
    user = reader(request)
    form = ReportForm(posted(request), signed_in=user is not None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        about = request.GET.get("rating", "")
        rated_by = one.plugin.ratings.filter(pk=int(about)).first() if about.isascii() and about.isdigit() else None
        try:
            report(one.plugin, by=user, release=one.release, rating=rated_by, **form.cleaned_data)
        except TooMany:
            form.add_error(None, _("You have reported often within the last hour. Try again later."))
        else:
            messages.success(request, _("Thank you. The marketplace's staff will look at it."))
            return redirect("catalogue-plugin", org, name)
    context = {**head(request, one, "report"), "form": form}
    return render(request, "catalogue/plugin/report.html", context, status=422 if form.errors else 200)


@require_safe
def publisher(request: HttpRequest, handle: str) -> HttpResponse:
    """A publisher and its plugins, the most installed first; of a catalogue those that it allows."""
    organization, catalogue = get_object_or_404(Organization, handle=handle), chosen(request)
    among = allowed(catalogue)
    rows = Plugin.objects.all() if among is None else among
    rows = rows.filter(organization=organization, status__in=FOUND, latest__isnull=False)
    page, counted = page_number(request), rows.aggregate(total=Count("id"), installs=Sum("install_count"))
    window = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    found = Found(list(light(rows.order_by("-install_count", "plugin_id")[window])), counted["total"])
    context = {"organization": organization, "installs": counted["installs"] or 0}
    return render(
        request, "catalogue/publisher.html", {**context, **shown_page(found, page), **narrowing(request, catalogue)}
    )
