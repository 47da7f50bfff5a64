"""Accounts of providers: asked of the plugin before they are kept, sealed, and given to no plugin but their own."""

from runtime.credentials.finding import NoCredentials, afor_provider, for_provider
from runtime.credentials.places import Credentials, Place

__all__ = ["Credentials", "NoCredentials", "Place", "afor_provider", "for_provider"]
