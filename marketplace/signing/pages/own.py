"""A reviewer's own signing key: make one, replace it, retire it when it is lost."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from marketplace.models import Decision, SigningKey
from marketplace.review.pages.access import Visit, page
from marketplace.signing import decisions
from marketplace.signing.errors import SigningFault
from marketplace.signing.pages.forms import OwnKeyForm


@page
def own(request: Visit) -> HttpResponse:
    form = OwnKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.make_key(request.reader, secret=form.cleaned_data["passphrase"])
        except SigningFault as fault:
            form.add_error("passphrase", str(fault))
        else:
            messages.success(request, "Your key is made. From now on your decisions ask for its passphrase.")
            return redirect("desk-own-key")
    mine = SigningKey.objects.filter(owner=request.reader).order_by("state", "-made_at")
    counts = {one.fingerprint: Decision.objects.filter(key_fingerprint=one.fingerprint).count() for one in mine}
    context = {
        "here": "own-key",
        "form": form,
        "now": decisions.key_of(request.reader),
        "asks": decisions.asks(request.reader),
        "mine": [(one, counts[one.fingerprint]) for one in mine],
    }
    return render(request, "signing/own.html", context, status=422 if form.errors else 200)
