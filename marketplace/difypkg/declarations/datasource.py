"""Datasource providers (protocol 1.7 Datasource provider)."""

from typing import Annotated, ClassVar

from pydantic import Field

from .base import I18n, Label, Name, Part, Schema, Text, known
from .parameters import Identity, Parameter, Tag
from .settings import OAuthSchema, Settings

PROVIDER_TYPES = frozenset({"website_crawl", "online_document", "online_drive"})


class DatasourceProviderIdentity(Part):
    """Who made the provider; it inherits nothing and has no dark icon."""

    author: Text = ""
    name: Name
    description: I18n = Field(default_factory=I18n)
    icon: Text = ""
    label: Label
    tags: list[Tag] = []


class DatasourceIdentity(Identity):
    """Who made the datasource, with an icon of its own."""

    icon: Text = ""


class DatasourceParameter(Parameter):
    """One input of a datasource."""

    types: ClassVar = frozenset({"string", "number", "boolean", "select", "secret-input"})
    description: I18n = Field(default_factory=I18n)


class Datasource(Part):
    """One datasource."""

    omit: ClassVar = frozenset({"output_schema"})
    identity: DatasourceIdentity
    parameters: list[DatasourceParameter] | None = None
    description: I18n = Field(default_factory=I18n)
    output_schema: Schema | None = None


class DatasourceProvider(Part):
    """A provider of datasources."""

    identity: DatasourceProviderIdentity
    credentials_schema: Settings = []
    oauth_schema: OAuthSchema | None = None
    provider_type: Annotated[Name, known("provider type", PROVIDER_TYPES)]
    datasources: list[Datasource] = []
