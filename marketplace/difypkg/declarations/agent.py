"""Agent strategy providers (protocol 1.7 Agent strategy provider)."""

from typing import Annotated, ClassVar

from pydantic import Field

from .base import I18n, Part, Schema, Text, at_most, words
from .parameters import Identity, Parameter, ProviderIdentity


class AgentStrategyParameter(Parameter):
    """One input of a strategy."""

    types: ClassVar = words(
        "string number boolean select secret-input file files app-selector model-selector array[tools] any"
    )
    help: I18n = Field(default_factory=I18n)


class AgentStrategy(Part):
    """One strategy."""

    identity: Identity
    description: I18n
    parameters: list[AgentStrategyParameter] | None = None
    output_schema: Schema | None = None
    features: list[Annotated[Text, at_most(255)]] = []


class AgentStrategyProvider(Part):
    """A provider of agent strategies."""

    identity: ProviderIdentity
    strategies: list[AgentStrategy] = []
