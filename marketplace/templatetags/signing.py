"""What a form asks of somebody who signs with it."""

from django import template

from marketplace.models import User
from marketplace.signing import asks

register = template.Library()


@register.inclusion_tag("signing/secret.html")
def signing_secret(reviewer: User, place: str = "") -> dict[str, object]:
    """A field for the passphrase of the reviewer's key, where it has one; `place` tells fields of one page apart."""
    return {"asks": asks(reviewer), "place": place}
