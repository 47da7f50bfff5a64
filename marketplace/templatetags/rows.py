"""Rows of lists, put together without a template: a page has thirty, and they would cost more than all else on it."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from marketplace.catalogue.cards import Card
from marketplace.templatetags.catalogue import of_five, plugin_tile, query, short, since, trust_pill
from marketplace.templatetags.face import icon

register = template.Library()
ROW = (
    '<li><div class="by">{tile}<div><p><a class="strong" href="/plugins/{plugin_id}{through}">{label}</a> {trust}{deprecated}</p>'
    '<p class="soft small lines">{brief}</p><p class="soft small meta"><span>{kind}</span><span>{publisher}{verified}</span>'
    "<span>{version}</span></p></div></div>"
    '<div class="figures soft small"><span title="{exact}">{download}{installs}'
    '<span class="unseen"> {installs_word}</span></span>{stars}<time datetime="{moment}">{ago}</time></div></li>'
)
STARS = '<span>{}{}<span class="unseen"> {}</span></span>'


@register.simple_tag(takes_context=True)
def plugin_rows(context: Context, cards: Iterable[Card]) -> SafeString:
    through = escape(query(context.get("through") or {}))
    return mark_safe("".join(row(card, through) for card in cards))  # noqa: S308 - all that comes from people is escaped in `row`


def row(card: Card, through: str) -> str:
    return ROW.format(
        tile=plugin_tile(card),
        plugin_id=escape(card.plugin_id),
        through=through,
        label=escape(card.label),
        trust=trust_pill(card.trust),
        deprecated=deprecated() if card.deprecated else "",
        brief=escape(card.brief),
        kind=escape(str(card.kind.word)),
        publisher=escape(card.publisher),
        verified=f' {icon("badge-check")}<span class="unseen">{_("verified")}</span>' if card.verified else "",
        version=escape(card.version),
        exact=card.installs,
        download=icon("download"),
        installs=short(card.installs),
        installs_word=_("installs"),
        stars=STARS.format(icon("star"), of_five(card.stars), _("of 5 stars")) if card.raters else "",
        moment=card.updated.isoformat(),
        ago=escape(since(card.updated)),
    )


def deprecated() -> str:
    return f' <span class="pill warn">{icon("history")}{_("Deprecated")}</span>'
