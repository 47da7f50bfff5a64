"""Forms of the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.catalogue.reporting import REASONS

STARS = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("Stars"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose 1 to 5 stars.")},
    )
    text = forms.CharField(
        label=_("What should others know?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class TextForm(forms.Form):
    """An answer of a publisher, or a reason of the staff."""

    text = forms.CharField(label=_("Text"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=list(REASONS.items()), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What did you see, in which version, and how can we see it too?"),
    )
    contact = forms.EmailField(
        label=_("Your email"), required=False, help_text=_("Only for questions. Leave it empty to stay unnamed.")
    )

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["contact"]
