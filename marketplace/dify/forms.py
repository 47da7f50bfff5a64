"""Forms of catalogues: a policy in fields, and as the document that it is."""

import json
from typing import Any

from django import forms

from marketplace.dify.consoles import origin_of
from marketplace.dify.policies import BadPolicy, Policy, Rules, checked
from marketplace.models import Catalogue, Workspace

CATEGORIES = [
    ("tool", "Tools"),
    ("model", "Models"),
    ("datasource", "Data sources"),
    ("agent-strategy", "Agent strategies"),
    ("trigger", "Triggers"),
    ("extension", "Extensions"),
]
TRUST = [("langgenius", "Official"), ("partner", "Partners"), ("community", "Community")]
RULES = tuple(Rules.model_fields)


def lines(rows: int, example: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "placeholder": example, "spellcheck": "false", "class": "mono"})


def choices(label: str, options: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=options, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )


class CatalogueForm(forms.Form):
    """Everything of a catalogue; `document` takes a policy as JSON in place of its fields."""

    name = forms.CharField(label="Name", max_length=120, help_text="Which Dify it is for.")
    workspace = forms.ModelChoiceField(
        label="Workspace", queryset=Workspace.objects.none(), help_text="Its owners and admins govern the catalogue."
    )
    origins = forms.CharField(
        label="Consoles",
        required=False,
        widget=lines(2, "https://dify.example.org"),
        help_text="Addresses of this Dify in a browser, one a line. Pages may lead back to them, and be shown in theirs.",
    )
    otherwise = forms.ChoiceField(
        label="What no rule says anything of",
        choices=[("allow", "is allowed"), ("deny", "is not allowed")],
        widget=forms.RadioSelect,
        initial="allow",
    )
    allow_plugins = forms.CharField(label="Plugins", required=False, widget=lines(3, "acme/search"))
    allow_publishers = forms.CharField(label="Publishers", required=False, widget=lines(2, "acme"))
    allow_categories = choices("Categories", CATEGORIES)
    allow_trust = choices("Signed as", TRUST)
    deny_plugins = forms.CharField(label="Plugins", required=False, widget=lines(3, "acme/search"))
    deny_publishers = forms.CharField(label="Publishers", required=False, widget=lines(2, "acme"))
    deny_categories = choices("Categories", CATEGORIES)
    deny_trust = choices("Signed as", TRUST)
    minimum_rating = forms.FloatField(label="Stars at least", min_value=0, max_value=5, required=False, initial=0)
    pins = forms.CharField(
        label="Pinned versions",
        required=False,
        widget=lines(3, "acme/search 1.2.3\nacme/image ^2.0.0"),
        help_text="A plugin and a version a line: 1.2.3, ^1.2.3, ~1.2.3, 1.2.x or 1.0.0-2.0.0.",
    )
    cool_down_days = forms.IntegerField(
        label="Days that a release must be old",
        min_value=0,
        max_value=365,
        required=False,
        initial=0,
        help_text="So that others meet its faults first.",
    )
    rollout = forms.ChoiceField(
        label="Releases that come to some installations first",
        choices=[("usual", "come by chance"), ("first", "come at once"), ("last", "come when everybody has them")],
        initial="usual",
    )
    beta = forms.BooleanField(label="Offer beta releases as well", required=False)
    unlisted = forms.CharField(
        label="Unlisted releases",
        required=False,
        widget=lines(2, ""),
        help_text="The secret parts of their addresses, one a line.",
    )
    requests = forms.BooleanField(label="People may ask for plugins that are not allowed", required=False)
    private_downloads = forms.BooleanField(label="Hand out packages at the secret address only", required=False)
    edition_python = forms.CharField(
        label="Offline editions for Python", required=False, widget=forms.TextInput(attrs={"placeholder": "3.12"})
    )
    edition_platform = forms.CharField(
        label="on", required=False, widget=forms.TextInput(attrs={"placeholder": "x86_64-manylinux_2_28"})
    )
    document = forms.CharField(
        label="The policy as a document",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
        help_text="What stands here replaces all rules above.",
    )

    def __init__(self, *args: Any, workspaces: list[Workspace], staff: bool, fixed: bool = False, **named: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **named})
        field = self.fields["workspace"]
        field.queryset = Workspace.objects.filter(pk__in=[one.pk for one in workspaces])  # type: ignore[attr-defined]
        field.required = not staff
        if fixed:
            del self.fields["workspace"]
        elif len(workspaces) == 1 and not staff:
            field.initial = workspaces[0].pk

    def clean_origins(self) -> list[str]:
        found = split(self.cleaned_data["origins"])
        wrong = [one for one in found if not origin_of(one)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} is no address of a console. Write it as https://dify.example.org.")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        try:
            data["policy"] = self.policy_document(data)
            checked(data["policy"])
        except BadPolicy as error:
            for reason in error.reasons:
                self.add_error(field_for(reason, data.get("document", "")), reason)
        return data

    def policy_document(self, data: dict[str, Any]) -> dict[str, Any]:
        if written := data.get("document", "").strip():
            try:
                found = json.loads(written)
            except (ValueError, RecursionError) as error:
                raise BadPolicy([f"The document is not valid JSON: {error}."]) from None
            return found if isinstance(found, dict) else {"": found}
        return document(data)


def document(data: dict[str, Any]) -> dict[str, Any]:
    """The fields as a policy, with nothing that is as it would be anyway."""
    rules = {kind: {rule: rule_of(data.get(f"{kind}_{rule}")) for rule in RULES} for kind in ("allow", "deny")}
    python, platform = data.get("edition_python"), data.get("edition_platform")
    whole = {
        **rules,
        "otherwise": data.get("otherwise") or "allow",
        "pins": pins(data.get("pins") or ""),
        "cool_down_days": data.get("cool_down_days") or 0,
        "channels": ["stable", "beta"] if data.get("beta") else ["stable"],
        "unlisted": split(data.get("unlisted") or ""),
        "minimum_rating": data.get("minimum_rating") or 0,
        "rollout": data.get("rollout") or "usual",
        "requests": bool(data.get("requests")),
        "private_downloads": bool(data.get("private_downloads")),
        "edition": {"python": python or "", "platform": platform or ""} if python or platform else None,
    }
    usual = Policy().model_dump(mode="json")
    return {key: value for key, value in whole.items() if value != usual[key]}


def rule_of(value: list[str] | str | None) -> list[str]:
    """What is named in a field, be it of lines or of boxes."""
    return split(value) if isinstance(value, str) else value or []


def split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def pins(text: str) -> dict[str, str]:
    """`plugin version` a line; a line of other words is kept as it is, to be refused by its name."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        plugin, _, version = line.replace("=", " ").replace(":", " ").partition(" ")
        found[plugin] = version.strip()
    return found


def field_for(reason: str, written: str) -> str | None:
    """The field that a sentence about a policy belongs to."""
    if written.strip():
        return "document"
    head = reason.partition(":")[0].split(".")
    name = "_".join(head[:2]) if head[0] in ("allow", "deny", "edition") else head[0]
    return name if name in CatalogueForm.base_fields else None


def initial(catalogue: Catalogue, policy: Policy) -> dict[str, Any]:
    """A catalogue as the fields of its form."""
    fields: dict[str, Any] = {"name": catalogue.name, "origins": "\n".join(catalogue.origins)}
    for kind in ("allow", "deny"):
        rules = getattr(policy, kind)
        for rule in RULES:
            value = getattr(rules, rule)
            fields[f"{kind}_{rule}"] = "\n".join(value) if rule in ("plugins", "publishers") else value
    same = ("otherwise", "minimum_rating", "cool_down_days", "rollout", "requests", "private_downloads")
    return {
        **fields,
        **{name: getattr(policy, name) for name in same},
        "pins": "\n".join(f"{plugin} {version}" for plugin, version in policy.pins.items()),
        "beta": "beta" in policy.channels,
        "unlisted": "\n".join(policy.unlisted),
        "edition_python": policy.edition.python if policy.edition else "",
        "edition_platform": policy.edition.platform if policy.edition else "",
    }


class AskForm(forms.Form):
    asked_by = forms.CharField(label="Your name", max_length=120)
    reason = forms.CharField(
        label="What you need it for", max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(label="Your answer", max_length=2000, required=False)
    until = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: for good."
    )
