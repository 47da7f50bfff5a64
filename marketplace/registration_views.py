"""Signing up, and inviting people to."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from marketplace import auditing, confirming
from marketplace.models import Invitation, User
from marketplace.registering import CLOSED, invitation_for, invite, may_register, register, revoke_invitation

LISTED = 100
BACKEND = "django.contrib.auth.backends.ModelBackend"
INVALID = 422


class SignUpForm(forms.Form):
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, and none that everybody uses.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if password := found.get("password"):
            try:
                password_validation.validate_password(
                    password, User(email=found.get("email", ""), name=found.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return found


class InvitationForm(forms.Form):
    email = forms.EmailField(
        required=False,
        label="Email",
        help_text="Only this address can use the link. Empty: whoever has it.",
        widget=forms.EmailInput(attrs={"placeholder": "name@example.org", "autocomplete": "off"}),
    )


def sign_up(request: HttpRequest, code: str = "") -> HttpResponse:
    """With a link, or without one where the server is open."""
    if request.user.is_authenticated:
        return redirect(after(request))
    invitation = invitation_for(code) if code else None
    if not may_register(invitation):
        context = {"code": code, "closed": settings.REGISTRATION == CLOSED}
        return render(request, "sign_up_closed.html", context, status=404 if code else 403)
    form = SignUpForm(request.POST or None, initial={"email": invitation.email if invitation else ""})
    if request.method == "POST" and form.is_valid():
        if confirming.too_many(auditing.address_of(request)):
            form.add_error(None, "Many accounts were made from your network within the last hour. Try again later.")
        elif user := attempted(form, invitation):
            return signed_up(request, user)
    context = {"form": form, "invitation": invitation, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "sign_up.html", context, status=INVALID if form.errors else 200)


def attempted(form: SignUpForm, invitation: Invitation | None) -> User | None:
    """The account; None when the form says why there is none. One that waits for its mail is sent it again."""
    if again := confirming.unconfirmed(form.cleaned_data["email"]):
        return again
    try:
        return register(invitation=invitation, **form.cleaned_data)
    except ValidationError as error:
        form.add_error("email", error)
        return None


def signed_up(request: HttpRequest, user: User) -> HttpResponse:
    if user.is_active:
        login(request, user, backend=BACKEND)
        return redirect(after(request))
    confirming.send(user, request.build_absolute_uri(reverse("sign-up-confirm", args=[confirming.token(user)])))
    return render(request, "sign_up_sent.html", {"email": user.email})


def confirm_address(request: HttpRequest, code: str) -> HttpResponse:
    """What the mail leads to. Only pressing the button confirms: programs that look into mails open links too."""
    account = confirming.waiting(code)
    if account is not None and request.method == "POST":
        login(request, confirming.confirm(account), backend=BACKEND)
        return redirect(after(request))
    return render(request, "sign_up_confirm.html", {"account": account}, status=200 if account else 404)


def after(request: HttpRequest) -> str:
    """Where to go then: back to where they came from on this site, else to where they can publish."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wish if here else reverse("publish")


@login_required
def invitations(request: HttpRequest) -> HttpResponse:
    """For staff; others find nothing."""
    user = staff(request)
    form, link = InvitationForm(request.POST or None, label_suffix=""), ""
    if request.method == "POST" and form.is_valid():
        _, code = invite(by=user, email=form.cleaned_data["email"])
        link = request.build_absolute_uri(reverse("sign-up-invited", args=[code]))
        form = InvitationForm(label_suffix="")
    rows = Invitation.objects.select_related("made_by", "used_by").order_by("-made_at")[:LISTED]
    context = {"form": form, "link": link, "rows": rows, "registration": settings.REGISTRATION}
    answer = render(request, "invitations.html", context, status=INVALID if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def invitation_end(request: HttpRequest, invitation_id: int) -> HttpResponse:
    user = staff(request)
    revoke_invitation(get_object_or_404(Invitation, pk=invitation_id), by=user)
    messages.success(request, "The link opens nothing any more.")
    return redirect("invitations")


def staff(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and request.user.is_staff):
        raise Http404
    return request.user
