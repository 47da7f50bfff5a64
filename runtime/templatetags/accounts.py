"""Whether a plugin takes accounts, for the tabs of its page."""

from django import template

from runtime.credentials.places import wanted
from runtime.models import Installation

register = template.Library()


@register.filter
def takes_accounts(installation: Installation) -> bool:
    return any(one.any for one in wanted(installation.package.declaration))
