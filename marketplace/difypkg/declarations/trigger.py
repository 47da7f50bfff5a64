"""Trigger providers (protocol 1.7 Trigger provider)."""

from typing import ClassVar

from pydantic import Field

from .base import Anything, Flag, I18n, Label, Part, Schema, words
from .parameters import Identity, Parameter, ProviderIdentity
from .settings import OAuthSchema, Settings


class EventOption(Part):
    """One choice of an event parameter; the value may be anything."""

    label: Label
    value: Anything


class EventParameter(Parameter):
    """One input of an event or of a subscription; all that is optional is left out of the JSON when empty."""

    omit: ClassVar = frozenset({"multiple", "options"})
    omit_null: ClassVar = words("auto_generate template scope default min max precision description")
    types: ClassVar = words(
        "string number boolean select file files model-selector app-selector object array dynamic-select checkbox"
    )
    multiple: Flag = False
    options: list[EventOption] | None = None  # type: ignore[assignment]
    description: I18n | None = None


class Event(Part):
    """One event."""

    omit: ClassVar = frozenset({"output_schema"})
    identity: Identity
    parameters: list[EventParameter] | None = None
    description: I18n = Field(default_factory=I18n)
    output_schema: Schema | None = None


class SubscriptionConstructor(Part):
    """How a subscription is made on the user's behalf."""

    omit: ClassVar = frozenset({"oauth_schema"})
    parameters: list[EventParameter] = []
    credentials_schema: Settings = []
    oauth_schema: OAuthSchema | None = None


class TriggerProvider(Part):
    """A provider of triggers."""

    identity: ProviderIdentity
    subscription_schema: Settings = []
    subscription_constructor: SubscriptionConstructor | None = None
    events: list[Event] = []
