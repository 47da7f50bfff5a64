"""Forms of the catalogue's own pages."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from marketplace import guessing
from marketplace.models import Role
from marketplace.workspaces import Membership


class SignInForm(AuthenticationForm):
    username = forms.EmailField(
        label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    error_messages = {
        "invalid_login": "Email and password do not match. Passwords tell capital from small letters.",
        "inactive": "This account has been switched off. Ask the administrator of this server.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.label_suffix = ""
        self.wait = 0  # seconds, for who has guessed too often

    def clean(self) -> dict[str, Any]:
        """Who has guessed too often is not even told whether this guess was right."""
        email = self.cleaned_data.get("username", "")
        if self.request is None or not email:
            return super().clean()
        self.wait = guessing.seconds_to_wait(self.request, email)
        if self.wait:
            minutes = -(-self.wait // 60)
            raise ValidationError(
                f"Too many wrong attempts. Try again in {minutes} minute{'s' if minutes > 1 else ''}, "
                "or ask the administrator of this server for a new password.",
                code="too_many",
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            guessing.count(self.request, email)
            raise
        guessing.forget(self.request, email)
        return cleaned


class WorkspaceForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Support team"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.MEMBER)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not membership.owns:
            self.fields["role"].choices = [(Role.ADMIN, "Admin"), (Role.MEMBER, "Member")]  # type: ignore[attr-defined]


class MemberForm(RoleForm):
    email = forms.EmailField(
        label="Email", widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@example.org"})
    )
    field_order = ("email", "role")
