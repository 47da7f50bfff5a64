"""Staff's page of keys: make, retire, revoke; and what waits for a signature or a passphrase."""

import base64
from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from marketplace.models import Release, SigningKey, SigningRequest, Submission, User
from marketplace.review.pages.access import Visit, staff_page
from marketplace.signing import keys, making, releases
from marketplace.signing.errors import SigningFault
from marketplace.signing.pages.forms import KeyForm, RevokeForm

OK, REFUSED = 200, 422
HERE = "desk-keys"


@staff_page
def overview(request: Visit) -> HttpResponse:
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make(form.cleaned_data, by=request.reader)
        except SigningFault as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(
                request, f"The key {made.name} is here. It signs from now on as {', '.join(made.categories)}."
            )
            return redirect(HERE)
    return shown(request, form, status=REFUSED if form.errors else OK)


def make(given: dict[str, Any], *, by: User) -> SigningKey:
    named = {"role": "release", "name": given["name"], "categories": given["categories"], "by": by}
    pem, phrase = given["pem"].strip().encode(), given["passphrase"]
    match given["way"]:
        case "offline":
            return keys.register(pem, **named)
        case "import":
            return keys.take_in(pem, file_passphrase=phrase, **named)
        case "passphrase":
            if not phrase:
                raise SigningFault("Give the passphrase that is to seal the key.")
            return keys.generate(named.pop("role"), secret=phrase, **named)
        case _:
            return keys.generate(named.pop("role"), **named)


def shown(request: Visit, form: KeyForm, *, status: int = OK) -> HttpResponse:
    rows = SigningKey.objects.exclude(role=SigningKey.Role.REVIEWER).order_by("state", "role", "-made_at")
    waiting = [(one, one.key is not None and making.is_offline(one.key)) for one in releases.waiting()]
    failed = SigningRequest.objects.filter(
        state=SigningRequest.State.FAILED, submission__state=Submission.State.APPROVED
    )
    context = {
        "here": "keys",
        "form": form,
        "revoking": RevokeForm(),
        "keys": rows,
        "people": SigningKey.objects.filter(role=SigningKey.Role.REVIEWER)
        .select_related("owner")
        .order_by("state", "name"),
        "waiting": waiting,
        "failed": failed.select_related("submission"),
    }
    return render(request, "signing/keys.html", context, status=status)


@staff_page
@require_POST
def retire(request: Visit, key_id: UUID) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=key_id)
    try:
        keys.retire(key, by=request.reader)
        messages.success(request, f"{key.name} signs no more. What it has signed stays good.")
    except SigningFault as fault:
        messages.error(request, str(fault))
    return redirect(HERE)


@staff_page
def revoke(request: Visit, key_id: UUID) -> HttpResponse:
    """Says which releases lose their signature, then revokes."""
    key = get_object_or_404(SigningKey, pk=key_id)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        since = form.cleaned_data["since"]
        try:
            keys.revoke(
                key,
                by=request.reader,
                reason=form.cleaned_data["reason"],
                since=since.replace(tzinfo=UTC) if since else None,
            )
        except SigningFault as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"{key.name} is revoked, and the log tells so.")
            return redirect(HERE)
    signed = Release.objects.filter(submission__signing_request__key=key).order_by("-signed_at")
    context = {"here": "keys", "key": key, "form": form, "signed": signed[:50], "count": signed.count()}
    return render(request, "signing/revoke.html", context, status=REFUSED if form.errors else OK)


# What waits.


@staff_page
@require_POST
def answer(request: Visit, request_id: int) -> HttpResponse:
    """A signature from elsewhere, or the passphrase of the key that signs."""
    found = get_object_or_404(SigningRequest.objects.select_related("submission", "key"), pk=request_id)
    try:
        if secret := request.POST.get("passphrase", ""):
            release = releases.sign_approved(found.submission, secret=secret, by=request.reader)
        elif file := request.FILES.get("file"):
            text = base64.b64encode(file.read(20_000)).decode()
            release = releases.answer(found, text, by=request.reader)
        else:
            release = releases.answer(found, request.POST.get("signature", ""), by=request.reader)
    except (SigningFault, *releases.FAULTS) as fault:
        messages.error(request, str(fault))
    else:
        if release is None:
            found.refresh_from_db()
            messages.error(request, found.problem)
        else:
            messages.success(request, f"{release} is signed and released.")
    return redirect(HERE)


@staff_page
@require_POST
def again(request: Visit, request_id: int) -> HttpResponse:
    found = get_object_or_404(SigningRequest.objects.select_related("submission"), pk=request_id)
    if release := releases.sign_approved(found.submission, by=request.reader):
        messages.success(request, f"{release} is signed and released.")
    else:
        found.refresh_from_db()
        messages.error(request, found.problem or "It waits for a signature.")
    return redirect(HERE)
