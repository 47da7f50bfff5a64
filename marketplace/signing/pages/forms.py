"""Forms of keys and recalls."""

from typing import Any

from django import forms

from marketplace.models import Recall
from marketplace.signing import keys

SECRET = {"autocomplete": "new-password"}


class Plain(forms.Form):
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **named})


class KeyForm(Plain):
    """A release key: made here, brought as a file, or known by its public half."""

    way = forms.ChoiceField(
        label="Where its private half is",
        choices=[
            ("generate", "Made here, sealed by the server"),
            ("passphrase", "Made here, sealed by a passphrase: somebody enters it for each release"),
            ("import", "Brought as a PEM file, sealed by the server"),
            ("offline", "Elsewhere: this page hands out digests, and takes signatures"),
        ],
        widget=forms.RadioSelect,
        initial="generate",
    )
    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs={"placeholder": "Release 2027"}))
    categories = forms.MultipleChoiceField(
        label="May sign as",
        choices=[(one, one.capitalize()) for one in keys.CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        initial=list(keys.CATEGORIES),
    )
    passphrase = forms.CharField(
        label="Passphrase",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs=SECRET),
        help_text="At least 12 characters. Of an encrypted PEM file: the one that opens it.",
    )
    pem = forms.CharField(
        label="PEM",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "-----BEGIN RSA PUBLIC KEY-----", "class": "mono"}),
        help_text="The private key to bring it here, the public key where it stays elsewhere.",
    )


class RevokeForm(Plain):
    reason = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    since = forms.DateTimeField(
        label="Not believed from",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="In UTC. Empty means from now on. What the log knew before stays good.",
    )


class OwnKeyForm(Plain):
    """A reviewer's own key."""

    passphrase = forms.CharField(
        label="Passphrase",
        strip=False,
        widget=forms.PasswordInput(attrs=SECRET),
        help_text="At least 12 characters. You enter it with each decision. Nobody can give it back to you.",
    )
    again = forms.CharField(label="The same again", strip=False, widget=forms.PasswordInput(attrs=SECRET))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("passphrase") and given.get("again") and given["passphrase"] != given["again"]:
            self.add_error("again", "This is not the same. Type it once more.")
        return given


class RecallForm(Plain):
    kind = forms.ChoiceField(
        label="What",
        choices=[
            (Recall.Kind.VERSION, "One version of a plugin"),
            (Recall.Kind.PLUGIN, "A whole plugin"),
            (Recall.Kind.DEPENDENCY, "Whatever has a Python package in it"),
        ],
    )
    subject = forms.CharField(
        label="Which",
        max_length=340,
        help_text="Such as acme/weather:1.2.0, acme/weather, or requests<2.32.",
        widget=forms.TextInput(attrs={"class": "mono"}),
    )
    strength = forms.ChoiceField(
        label="How strong",
        choices=[
            (Recall.Strength.SOFT, "Soft: it stops, administrators of workspaces can allow it"),
            (Recall.Strength.HARD, "Hard: it stops, nobody can start it"),
        ],
        widget=forms.RadioSelect,
        initial=Recall.Strength.SOFT,
    )
    reason = forms.CharField(
        label="Why",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown to everybody who has it installed.",
    )
    successor = forms.CharField(
        label="What to use instead", required=False, max_length=193, help_text="A plugin id, such as acme/climate."
    )
