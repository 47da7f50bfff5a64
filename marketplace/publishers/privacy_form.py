"""The privacy statement as a form: rows of uses and of recipients, to and from the statement."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import formset_factory

from marketplace.privacy import BASES, DATA, PURPOSES, BadStatement, Statement
from marketplace.privacy.reading import checked
from marketplace.publishers.forms import Plain, line

NONE = [("", "—")]
MOST_ROWS = 40
EMPTY_ROWS = 2
MORE = "more"  # what the button sends that asks for more rows


class UseForm(Plain):
    """One class of data for one purpose; a row without data is no row."""

    kind = forms.ChoiceField(
        required=False, label="Data", choices=[*NONE, *((key, one.label) for key, one in DATA.items())]
    )
    purpose = forms.ChoiceField(required=False, choices=[(key, text.capitalize()) for key, text in PURPOSES.items()])
    recipients = forms.CharField(required=False, max_length=400, label="Given to", widget=line("nobody"))
    retention = forms.CharField(required=False, max_length=300, label="Kept for", widget=line("30 days"))
    legal_basis = forms.ChoiceField(
        required=False, label="Legal basis", choices=[*NONE, *((key, text.capitalize()) for key, text in BASES.items())]
    )


class RecipientForm(Plain):
    """Somebody who is given data; a row without a name is no row."""

    name = forms.CharField(required=False, max_length=120, label="Name", widget=line("Example Maps"))
    hosts = forms.CharField(required=False, max_length=1000, label="Where it goes", widget=line("api.maps.example, …"))
    policy = forms.CharField(
        required=False, max_length=500, label="Their privacy policy", widget=line("https://maps.example/privacy")
    )


class StatementForm(Plain):
    collects_nothing = forms.BooleanField(required=False, label="It collects nothing and sends nothing to anybody")
    storage_retention = forms.CharField(
        required=False, max_length=300, label="What it stores is kept", widget=line("until the plugin is uninstalled")
    )
    deletion = forms.CharField(
        required=False,
        max_length=500,
        label="How people have their data deleted",
        widget=line("write to privacy@acme.example"),
    )
    contact = forms.CharField(required=False, max_length=300, label="Whom to ask", widget=line("privacy@acme.example"))


Uses = formset_factory(UseForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
Recipients = formset_factory(RecipientForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class PrivacyForms:
    """The three parts together: `data` is what was sent, `statement` what is there already."""

    def __init__(self, data: Mapping[str, Any] | None, statement: Statement) -> None:
        data = with_more_rows(data) if data is not None and data.get("then") == MORE else data
        told = statement.model_dump()
        uses = [row | {"kind": row["data"], "recipients": ", ".join(row["recipients"])} for row in told["uses"]]
        recipients = [row | {"hosts": ", ".join(row["hosts"])} for row in told["recipients"]]
        self.whole = StatementForm(data, initial=told)
        self.uses = Uses(data, initial=uses, prefix="use")
        self.recipients = Recipients(data, initial=recipients, prefix="recipient")

    def is_valid(self) -> bool:
        rows = (self.uses, self.recipients)
        if all([self.whole.is_valid(), *(one.is_valid() for one in rows)]):
            return True
        if not all(one.management_form.is_valid() for one in rows):
            self.whole.add_error(None, "Part of this page has not arrived. Load it again and fill it in once more.")
        elif not all(one.is_valid() for one in rows):
            self.whole.add_error(None, "Look at the rows that are marked.")
        return False

    def statement(self) -> Statement:
        """What the forms say. Raises BadStatement with a sentence for each thing that is wrong."""
        if not (self.whole.cleaned_data["collects_nothing"] or self.rows(self.uses, "kind")):
            raise BadStatement("say at least one use of data, or tick that it collects nothing")
        uses = [
            {**row, "data": row["kind"], "recipients": names(row["recipients"])} for row in self.rows(self.uses, "kind")
        ]
        for row in uses:
            del row["kind"]
        recipients = [row | {"hosts": names(row["hosts"])} for row in self.rows(self.recipients, "name")]
        return checked(self.whole.cleaned_data | {"uses": uses, "recipients": recipients})

    def rows(self, formset: Any, needed: str) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in formset if form.cleaned_data.get(needed)]


def with_more_rows(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with as many empty rows more as a new form has."""
    more = {}
    for name in ("use-TOTAL_FORMS", "recipient-TOTAL_FORMS"):
        total = str(data.get(name, ""))
        sent = int(total) if total.isascii() and total.isdigit() and len(total) < 4 else 0
        more[name] = str(min(sent + EMPTY_ROWS, MOST_ROWS))
    return {name: data[name] for name in data} | more


def names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
