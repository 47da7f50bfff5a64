"""Forms of the publishers' pages."""

from typing import Any

from django import forms
from django.conf import settings

from marketplace.models import Organization, Plugin, Publisher, Release

PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
DAYS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year")]
KNOWN_ISSUERS = {
    "https://token.actions.githubusercontent.com": "GitHub Actions",
    "https://gitlab.com": "GitLab.com",
}


def area(rows: int, placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "placeholder": placeholder})


def line(placeholder: str = "") -> forms.TextInput:
    return forms.TextInput(attrs={**PLAIN, "placeholder": placeholder})


class Plain(forms.Form):
    """Labels without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)


class OrganizationForm(Plain):
    handle = forms.CharField(
        max_length=64,
        widget=line("acme"),
        help_text="Small letters, digits, - and _. It is the author in your manifests and cannot be changed later.",
    )
    name = forms.CharField(max_length=120, widget=line("Acme"), help_text="How people read it.")

    def clean_handle(self) -> str:
        """Capitals are what a phone's keyboard makes of the first letter."""
        return str(self.cleaned_data["handle"]).lower()


class AboutForm(Plain):
    name = forms.CharField(max_length=120)
    about = forms.CharField(max_length=2000, required=False, widget=area(3), label="What you do")
    website = forms.URLField(required=False, assume_scheme="https")
    contact = forms.EmailField(
        required=False, label="Contact", help_text="Shown to everybody: where users of your plugins find help."
    )


class PersonForm(Plain):
    email = forms.EmailField(
        label="Email of their account", widget=forms.EmailInput(attrs={"placeholder": "name@example.org"})
    )
    role = forms.ChoiceField(choices=Publisher.Role.choices, initial=Publisher.Role.MEMBER)


class RoleForm(Plain):
    role = forms.ChoiceField(choices=Publisher.Role.choices)


class TokenForm(Plain):
    name = forms.CharField(max_length=80, widget=line("laptop"), help_text="So that you know it again in this list.")
    plugin_name = forms.CharField(
        max_length=128,
        required=False,
        label="Only for the plugin",
        widget=line("weather"),
        help_text="Its name; empty for all plugins of the organization. It need not exist yet.",
    )
    days = forms.ChoiceField(label="Good for", choices=DAYS, initial="90")


class TrustForm(Plain):
    plugin_name = forms.CharField(
        max_length=128, label="Plugin", widget=line("weather"), help_text="Its name. It need not exist yet."
    )
    issuer = forms.ChoiceField(label="CI system")
    repository = forms.RegexField(
        r"^\w[\w.-]*(/\w[\w.-]*)+$",
        max_length=200,
        widget=line("acme/weather"),
        error_messages={"invalid": "Write it as owner/name, such as acme/weather, without the address of the site."},
    )
    workflow = forms.CharField(
        max_length=200, label="Workflow file", widget=line("release.yml"), help_text="On GitLab: .gitlab-ci.yml"
    )
    environment = forms.CharField(
        max_length=100,
        required=False,
        widget=line("release"),
        help_text="Best with one that people must approve. Empty: any.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one, KNOWN_ISSUERS.get(one, one)) for one in settings.TRUSTED_ISSUERS]
        self.fields["issuer"] = forms.ChoiceField(label="CI system", choices=choices)


class ClaimForm(Plain):
    evidence = forms.CharField(
        max_length=2000,
        widget=area(3, "https://acme.example.org/patchbay.txt names this organization"),
        label="What proves that this name is yours",
        help_text="A page on your site, a repository, a register: something that staff can look at.",
    )


class AnswerForm(Plain):
    grant = forms.BooleanField(required=False)
    answer = forms.CharField(max_length=2000, required=False)


class StandingForm(Plain):
    standing = forms.ChoiceField(choices=Organization.Standing.choices)


class UploadForm(Plain):
    file = forms.FileField(
        label="Package",
        widget=forms.ClearableFileInput(attrs={"accept": ".difypkg"}),
        error_messages={"required": "Choose a file first."},
    )


class TermsForm(Plain):
    notes = forms.CharField(
        label="What is new",
        max_length=20_000,
        widget=area(5, "- Reads the forecast of three days"),
        help_text="For those who use it. Markdown. Shown with the version.",
    )
    channel = forms.ChoiceField(
        choices=[
            (Release.Channel.STABLE, "Stable: for everybody"),
            (Release.Channel.BETA, "Beta: for who asks for early versions"),
            (Release.Channel.UNLISTED, "Unlisted: only for who has the link"),
        ],
        initial=Release.Channel.STABLE,
    )
    rollout = forms.IntegerField(
        label="Rollout",
        min_value=1,
        max_value=100,
        initial=100,
        help_text="Percent of installations that are offered it at first. You can raise it later.",
    )

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        """Of the `first` stable release there is no rollout: others have nothing that they could keep meanwhile."""
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["rollout"]


class ReasonForm(Plain):
    reason = forms.CharField(
        max_length=1900,
        widget=area(2, "It loses data when …"),
        label="Why",
        help_text="Those who have the version read it.",
    )


class RolloutForm(Plain):
    percent = forms.IntegerField(min_value=1, max_value=100, label="Percent")


class ChannelForm(Plain):
    channel = forms.ChoiceField(choices=Release.Channel.choices)


class DeprecationForm(Plain):
    reason = forms.ChoiceField(
        choices=[
            (Plugin.Deprecation.UNMAINTAINED, "Nobody maintains it any more"),
            (Plugin.Deprecation.BUSINESS, "Your business has changed"),
        ]
    )
    successor = forms.CharField(
        max_length=193,
        required=False,
        widget=line("acme/weather-2"),
        label="Use instead",
        help_text="Id of a plugin here.",
    )
    note = forms.CharField(max_length=2000, required=False, widget=area(2), label="A word to its users")


class TransferForm(Plain):
    to = forms.SlugField(max_length=64, label="Organization", widget=line("umbrella"), help_text="Its handle.")
    note = forms.CharField(max_length=2000, required=False, widget=area(2), label="A word to its owners")


class TextForm(Plain):
    text = forms.CharField(max_length=10_000, widget=area(3), label="Your answer")

    def __init__(self, *args: Any, asked: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asked:
            self.fields["text"].label = "Write to the reviewers"
