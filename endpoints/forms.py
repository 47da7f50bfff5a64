"""Forms of an endpoint: its name and the plugin's settings, and its rules."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from endpoints import options
from endpoints.rules import Rules
from runtime.pages.fields import Schema, SchemaForm
from runtime.pages.offers import Offers

FORGET = "forget:"  # before the name of a setting; no plugin calls one so
LISTED = re.compile(r"""[^\s,;"'\[\]]+""")  # also as platforms publish theirs, with commas or as JSON
KEEP = "Leave it empty to keep the one that is stored."
SCHEMES = (
    ("", "None"),
    ("github", "GitHub: X-Hub-Signature-256"),
    ("slack", "Slack: X-Slack-Signature"),
    ("stripe", "Stripe: Stripe-Signature"),
    ("discord", "Discord: Ed25519"),
    ("hmac", "Another HMAC"),
)


PARTS = (
    ("Limits", "Who comes too often is asked to come again later.", ("rate", "burst", "concurrency")),
    (
        "Who may call",
        "Others are turned away before the plugin hears of it.",
        ("allow", "scheme", "secret", "tolerance", "unsigned_get"),
    ),
    ("Another HMAC", "Only for that kind of signature.", ("header", "before", "digest", "encoding")),
    (
        "Accept and queue",
        "For platforms that do not wait long, and for what must not be lost.",
        ("queue", "queue_status", "queue_body", "challenges", "unique_header", "order_by", "attempts", "pause"),
    ),
    ("What is shown, and answers", "", ("inspect", "frame_events")),
)


class NameForm(forms.Form):
    name = forms.CharField(max_length=127, help_text="To tell it from others; callers do not see it.")

    def __init__(self, **more: Any) -> None:
        super().__init__(label_suffix="", **more)


def settings_form(
    schemas: Sequence[Schema], *, language: str, workspace_id: str, given: Any, old: options.Values | None = None
) -> SchemaForm:
    """The plugin's settings; secrets that are stored need not be typed again."""
    stored = options.masked(schemas, old) if old else {}
    shown = [one | {"default": stored.get(one["name"], one.get("default"))} for one in schemas]
    form = SchemaForm(shown, language=language, offers=Offers(workspace_id), data=given, prefix="setting")
    soften(form, schemas, old or {})
    return form


def soften(form: SchemaForm, schemas: Sequence[Schema], old: options.Values) -> None:
    """Secrets that are stored may be left out, and taken away where the plugin does without."""
    wanted = {str(schema["name"]) for schema in schemas if schema.get("required")}
    for name in options.secret_names(schemas):
        if not old.get(name):
            continue
        field = form.fields[name]
        field.required, field.help_text = False, f"{field.help_text} {KEEP}".strip()
        if name not in wanted:
            form.fields[FORGET + name] = forms.BooleanField(
                label=f"{field.label}: remove the stored one", required=False
            )
    names = list(form.fields)
    form.order_fields(sorted(names, key=lambda one: names.index(one.removeprefix(FORGET))))


def settings_of(form: SchemaForm, schemas: Sequence[Schema], old: options.Values | None = None) -> options.Values:
    """What was given, with stored secrets where the field was left empty."""
    values = form.values()
    gone = {name for name in options.secret_names(schemas) if values.pop(FORGET + name, False)}
    kept = {name: (old or {})[name] for name in options.secret_names(schemas) - gone if (old or {}).get(name)}
    return kept | values


class RulesForm(forms.Form):
    """Rules as people set them. Lists of addresses are one on each line."""

    rate = forms.IntegerField(
        label="Requests a minute", min_value=0, required=False, help_text="More are answered with 429. Empty: no limit."
    )
    burst = forms.IntegerField(
        label="Of these, at one moment", min_value=0, required=False, help_text="Empty: a tenth of them."
    )
    concurrency = forms.IntegerField(
        label="Requests at the same time",
        min_value=0,
        required=False,
        help_text="More are answered with 429. Empty: no limit.",
    )
    allow = forms.CharField(
        label="Addresses that may call it",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "placeholder": "192.0.2.0/24"}),
        help_text="One address or network on each line. Empty: anybody.",
    )
    scheme = forms.ChoiceField(
        label="Signature", choices=SCHEMES, required=False, help_text="None: the plugin checks for itself, if it does."
    )
    secret = forms.CharField(
        label="Signing secret",
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "class": "code"}),
        help_text="What you share with the sender; with Discord, the public key of the application.",
    )
    header = forms.CharField(label="Header", required=False, max_length=100)
    before = forms.CharField(label="Before the signature", required=False, max_length=40, help_text="Such as sha256=")
    digest = forms.ChoiceField(
        label="Digest", choices=[(one, one) for one in ("sha256", "sha1", "sha512")], required=False
    )
    encoding = forms.ChoiceField(label="Written in", choices=[(one, one) for one in ("hex", "base64")], required=False)
    tolerance = forms.IntegerField(
        label="Oldest signature",
        min_value=0,
        required=False,
        help_text="In seconds, where the time is signed. 0: any age.",
    )
    unsigned_get = forms.BooleanField(
        label="Let GET in unsigned",
        required=False,
        help_text="Meta and Dropbox try an address by a GET that they do not sign; the plugin answers it.",
    )
    inspect = forms.BooleanField(
        label="Show the last requests", required=False, help_text="50 of them, with what looks secret masked."
    )
    frame_events = forms.BooleanField(
        label="Frame JSON as events",
        required=False,
        help_text="For plugins that stream JSON without the “data:” of server-sent events, which clients pass over.",
    )

    queue = forms.BooleanField(
        label="Answer callers at once",
        required=False,
        help_text="The plugin gets the request afterwards, again if it fails; the page Deliveries shows how. "
        "GET, HEAD and OPTIONS still wait for the plugin.",
    )
    queue_status = forms.IntegerField(label="Status of that answer", min_value=200, max_value=299, required=False)
    queue_body = forms.CharField(label="Body of that answer", required=False, strip=False, max_length=4096)
    challenges = forms.MultipleChoiceField(
        label="Answer tests of the address",
        help_text="Which the platform sends when the address is entered there. While callers are answered at once, "
        "these are answered here as well, without the plugin.",
        choices=(("slack", "Slack: url_verification"), ("discord", "Discord: PING")),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
    )
    unique_header = forms.CharField(
        label="Header that names a delivery",
        required=False,
        max_length=100,
        help_text="Such as X-GitHub-Delivery: what comes twice is delivered once.",
    )
    order_by = forms.CharField(
        label="In order by",
        required=False,
        max_length=200,
        help_text="“*” for all, “header:X-Name”, or “json:chat.id” for a value of a JSON body. Empty: no order.",
    )
    attempts = forms.IntegerField(label="Attempts at most", min_value=1, max_value=100, required=False)
    pause = forms.IntegerField(
        label="First pause", min_value=1, max_value=3600, required=False, help_text="In seconds; it doubles each time."
    )

    def __init__(self, rules: Rules, *, signed: bool = False, **more: Any) -> None:
        """`signed`: a signing secret is stored."""
        initial = rules.packed() | {"allow": "\n".join(rules.allow), "before": rules.prefix}
        for name in ("rate", "burst", "concurrency"):
            initial[name] = initial[name] or None
        super().__init__(label_suffix="", initial=initial, **more)
        if signed:
            self.fields["secret"].help_text += f" One is stored. {KEEP}"

    def clean(self) -> None:
        """A secret alone guards nothing, which whoever types it in does not see."""
        given = self.cleaned_data
        if given.get("secret") and not given.get("scheme"):
            self.add_error("scheme", "Choose how the sender signs: without that the secret is not asked for.")

    @property
    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Heading, what it is about, and fields of each part of the page."""
        return [(heading, about, [self[name] for name in names]) for heading, about, names in PARTS]

    def rules(self) -> Rules:
        given = self.cleaned_data
        plain = Rules()
        return Rules(
            rate=given["rate"] or 0,
            burst=given["burst"] or 0,
            concurrency=given["concurrency"] or 0,
            allow=LISTED.findall(given["allow"]),
            scheme=given["scheme"],
            header=given["header"] or plain.header,
            prefix=given["before"],
            digest=given["digest"] or plain.digest,
            encoding=given["encoding"] or plain.encoding,
            tolerance=plain.tolerance if given["tolerance"] is None else given["tolerance"],
            unsigned_get=given["unsigned_get"],
            inspect=given["inspect"],
            frame_events=given["frame_events"],
            queue=given["queue"],
            queue_status=given["queue_status"] or plain.queue_status,
            queue_body=given["queue_body"],
            challenges=given["challenges"],
            unique_header=given["unique_header"],
            order_by=given["order_by"],
            attempts=given["attempts"] or plain.attempts,
            pause=given["pause"] or plain.pause,
        )

    def signing_secret(self) -> str | None:
        """The new signing secret; None where the stored one stays."""
        return self.cleaned_data["secret"] or None
