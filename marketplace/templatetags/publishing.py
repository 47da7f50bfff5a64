"""Filters of the publishers' pages."""

from django import template

register = template.Library()


@register.filter
def named(_thing: object, label: str) -> dict[str, str]:
    """What the tag `tile` needs of something without a stored icon."""
    return {"label": label}


@register.filter
def author(plugin_id: str) -> str:
    return plugin_id.partition("/")[0]


@register.filter
def name(plugin_id: str) -> str:
    return plugin_id.partition("/")[2]
