"""The form of a mirror."""

from typing import Any

from django import forms

from marketplace.dify.forms import CATEGORIES, TRUST, choices, lines, split
from marketplace.dify.policies import BadPolicy
from marketplace.mirroring.mirrors import BadKey, check_key
from marketplace.mirroring.rules import Following, checked
from marketplace.models import Mirror


class MirrorForm(forms.ModelForm):  # type: ignore[type-arg]
    plugins = forms.CharField(label="Plugins", required=False, widget=lines(4, "langgenius/openai\nlanggenius/tavily"))
    publishers = forms.CharField(label="Publishers", required=False, widget=lines(2, "langgenius"))
    categories = choices("Categories", CATEGORIES)
    trust = choices("Signed there as", TRUST)
    tags = forms.CharField(label="Tags", required=False, widget=lines(1, "search"))
    everything = forms.BooleanField(label="Everything that the lists above let through", required=False)
    never = forms.CharField(label="Never", required=False, widget=lines(2, ""))
    most = forms.IntegerField(label="Releases at one look, at most", min_value=1, max_value=500, initial=20)

    class Meta:
        model = Mirror
        fields = ("name", "address", "public_key", "every_hours", "paused")
        labels = {
            "public_key": "Its public key",
            "every_hours": "Hours between looks",
            "paused": "Do not look on its own",
        }
        help_texts = {
            "address": "What a Dify would have as MARKETPLACE_API_URL, without /api/v1.",
            "public_key": "PEM, as it gives it to its Difys. Empty: the key of Dify’s own marketplace. "
            "What that key has not signed is refused.",
        }
        widgets = {
            "address": forms.URLInput(attrs={"placeholder": "https://marketplace.dify.ai"}),
            "public_key": forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **named})
        self.fields["every_hours"].widget.attrs |= {"min": 1, "max": 720}
        if self.instance.rules:
            self.initial = {**self.initial} | initial(checked(self.instance.rules))

    def clean_public_key(self) -> str:
        pem = str(self.cleaned_data["public_key"]).strip()
        try:
            check_key(pem)
        except BadKey as error:
            raise forms.ValidationError(str(error)) from None
        return pem and pem + "\n"

    def clean_every_hours(self) -> int:
        hours = int(self.cleaned_data["every_hours"])
        if hours < 1:
            raise forms.ValidationError("At least 1.")
        return hours

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["rules"] = rules_of(data)
        try:
            checked(data["rules"])
        except BadPolicy as error:
            for reason in error.reasons:
                name = reason.partition(":")[0].partition(".")[0]
                self.add_error(name if name in self.fields else None, reason)
        return data


def rules_of(data: dict[str, Any]) -> dict[str, Any]:
    """The fields as a document, with nothing that is as it would be anyway."""
    lists = {name: split(data.get(name) or "") for name in ("plugins", "publishers", "tags", "never")}
    boxes = {name: data.get(name) or [] for name in ("categories", "trust")}
    whole = lists | boxes | {"everything": bool(data.get("everything")), "most": data.get("most") or 20}
    usual = Following().model_dump(mode="json")
    return {key: value for key, value in whole.items() if value != usual[key]}


def initial(rules: Following) -> dict[str, Any]:
    found = rules.model_dump(mode="json")
    return found | {name: "\n".join(found[name]) for name in ("plugins", "publishers", "tags", "never")}
