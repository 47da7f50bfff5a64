"""The form of a subscription: its name, the account that it is made with, and what the plugin's trigger asks for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from runtime.credentials.places import Wanted, listed, wanted_by
from runtime.credentials.storing import stored
from runtime.installations import declared_providers
from runtime.models import Credential, Installation
from runtime.pages.fields import SchemaForm
from runtime.pages.offers import Offers
from runtime.pages.words import said

Schema = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """What an installed plugin lets people subscribe to. `events` are its events' declarations."""

    installation: Installation
    wanted: Wanted
    parameters: list[Schema]
    events: list[Schema]

    @property
    def provider(self) -> str:
        return self.wanted.provider

    @property
    def takes_account(self) -> bool:
        return bool(self.wanted.schema or self.wanted.oauth)

    @property
    def lacks_account(self) -> bool:
        """Whether an account has to be stored first."""
        return self.takes_account and self.wanted.required and not self.accounts

    def events_in(self, language: str) -> list[tuple[str, str]]:
        """Label and description of what it tells."""
        return [
            (
                said(one["identity"].get("label"), language) or one["identity"]["name"],
                said(one.get("description"), language),
            )
            for one in self.events
        ]

    @cached_property
    def accounts(self) -> list[Credential]:
        rows = stored(
            self.installation.workspace_id,
            plugin_id=self.installation.plugin_id,
            kind="trigger",
            provider=self.provider,
        )
        return list(rows.order_by("-is_default", "created_at"))


def offer_of(installation: Installation) -> Offer | None:
    """None where the plugin has no trigger, or none that can be subscribed to from here."""
    declaration = installation.package.declaration
    name = next((name for kind, name in declared_providers(declaration) if kind == "trigger"), None)
    wanted = wanted_by(declaration, "trigger", name) if name else None
    if wanted is None:
        return None
    trigger = declaration["trigger"]
    constructor = trigger.get("subscription_constructor") or {}
    return Offer(installation, wanted, listed(constructor.get("parameters")), list(trigger.get("events") or ()))


class SubscriptionForm(forms.Form):
    name = forms.CharField(max_length=127, help_text="To tell it from others; the platform does not see it.")

    def __init__(self, offer: Offer, *, data: QueryDict | None) -> None:
        super().__init__(label_suffix="", data=data)
        if offer.accounts:
            none = [] if offer.wanted.required else [("", "None")]
            self.fields["account"] = forms.ChoiceField(
                choices=[*((str(row.pk), row.name) for row in offer.accounts), *none],
                required=offer.wanted.required,
                help_text="The platform is asked with it, and each renewal uses what is stored then.",
            )

    def forget_errors(self) -> None:
        """For a form that is shown again before it was meant to be sent."""
        self._errors = ErrorDict()


def parameters_form(offer: Offer, *, language: str, given: QueryDict | None) -> SchemaForm:
    offers = Offers(offer.installation.workspace_id)
    return SchemaForm(offer.parameters, language=language, offers=offers, data=given, prefix="parameter")
