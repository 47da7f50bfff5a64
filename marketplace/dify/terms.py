"""All that decides what one asker is offered, as conditions that a database can answer for any number of plugins at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone

from marketplace.dify.asking import Asking
from marketplace.dify.policies import Policy, policy_of
from marketplace.difypkg import parse_constraint
from marketplace.models import CatalogueRequest, Organization, Plugin, Release
from marketplace.models.plugins import version_number

CHANNEL, STATUS = Release.Channel, Release.Status
# Kinds of plugins that older Difys know nothing of, and the version that brought them.
KINDS_SINCE = {"datasource": version_number("1.9.0"), "trigger": version_number("1.10.0")}
EVERYTHING = Q()


@dataclass(frozen=True)
class Columns:
    """Where the columns of a release and of its plugin are found from the rows that are asked for."""

    of_release: str
    of_plugin: str

    def release(self, **conditions: Any) -> Q:
        return Q(**{self.of_release + name: value for name, value in conditions.items()})

    def plugin(self, **conditions: Any) -> Q:
        return Q(**{self.of_plugin + name: value for name, value in conditions.items()})


RELEASES = Columns("", "plugin__")
LATEST = Columns("latest__", "")  # of plugins: their newest release for everybody


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`share`: the hundredth of all installations that this one is in; None where it cannot be told from others.

    `exact` and `ranged` are the ids of the releases that the pins of the policy accept. `bound`: a catalogue asks.
    """

    policy: Policy = field(default_factory=Policy)
    bound: bool = False
    dify: int
    share: int | None = None
    granted: frozenset[str] = frozenset()
    exact: frozenset[Any] = frozenset()
    ranged: frozenset[Any] = frozenset()
    now: datetime = field(default_factory=timezone.now)

    @property
    def old_enough(self) -> datetime:
        """Rounded, so that who asks twice within a minute asks the same and can be told what was found before."""
        days = self.policy.cool_down_days
        return self.now.replace(second=0, microsecond=0) - timedelta(days=days) if days else self.now

    @cached_property
    def named(self) -> list[str]:
        """Plugins that are allowed by their ids."""
        return sorted((set(self.policy.allow.plugins) | self.granted) - set(self.policy.deny.plugins))

    def offers(self, on: Columns) -> Q:
        """Whether a release is offered: to be shown, and to be upgraded to."""
        plain = on.release(status=STATUS.LISTED) & self.channels(on) & self.reached(on)
        if self.policy.cool_down_days:
            plain &= on.release(created_at__lte=self.old_enough)
        if self.policy.pins:
            free = ~on.plugin(plugin_id__in=list(self.policy.pins)) | on.release(pk__in=list(self.ranged))
            plain = plain & free | on.release(pk__in=list(self.exact)) & ~on.release(status=STATUS.RECALLED)
        fits = on.release(minimum_dify__lte=self.dify) & self.known_kinds(on)
        alive = on.plugin(status__in=[Plugin.Status.ACTIVE, Plugin.Status.DEPRECATED])
        return alive & fits & plain & self.allows(on)

    def fetches(self, on: Columns) -> Q:
        """Whether a release is handed out to who names it; `fetching.refuse` says the same of one, in sentences.

        Neither the version of Dify nor a rollout counts here: both say what to suggest, not what to forbid.
        """
        alive = ~on.release(status=STATUS.RECALLED) & ~on.plugin(status=Plugin.Status.RECALLED)
        if not self.bound:
            return alive
        timely = EVERYTHING if "beta" in self.policy.channels else ~on.release(channel=CHANNEL.BETA)
        timely &= on.release(created_at__lte=self.old_enough)
        found = alive & self.allows(on) & (timely | on.release(pk__in=list(self.exact)))
        if self.policy.pins:
            accepted = on.release(pk__in=list(self.exact | self.ranged))
            found &= ~on.plugin(plugin_id__in=list(self.policy.pins)) | accepted
        return found

    def channels(self, on: Columns) -> Q:
        found = on.release(channel__in=self.policy.channels)
        if self.policy.unlisted:
            found |= on.release(channel=CHANNEL.UNLISTED, link__in=self.policy.unlisted)
        return found

    def reached(self, on: Columns) -> Q:
        """Whether a release that is first for some installations is for this one.

        An asker without a catalogue is none that could be told from others, and so among the last.
        """
        match self.policy.rollout:
            case "first":
                return on.release(rollout__gte=1)
            case "usual" if self.share is not None:
                place = (F(f"{on.of_release}salt") + self.share) % 100
                return on.release(rollout=100) | Q(LessThan(place, F(f"{on.of_release}rollout")))
            case _:
                return on.release(rollout=100)

    def known_kinds(self, on: Columns) -> Q:
        unknown = [kind for kind, since in KINDS_SINCE.items() if self.dify < since]
        return ~on.plugin(category__in=unknown) if unknown else EVERYTHING

    def allows(self, on: Columns) -> Q:
        """Whether the policy allows the plugin, in this release of it: the most specific rule decides."""
        allow, deny = self.policy.allow, self.policy.deny
        by_kind = self.allows_kind(on)
        by_publisher = by_kind
        if deny.publishers:
            by_publisher = ~publishers(on, deny.publishers) & by_publisher
        if allow.publishers:
            by_publisher = publishers(on, allow.publishers) | by_publisher
        if deny.plugins:
            by_publisher = ~on.plugin(plugin_id__in=deny.plugins) & by_publisher
        return on.plugin(plugin_id__in=self.named) | by_publisher if self.named else by_publisher

    def allows_kind(self, on: Columns) -> Q:
        """What holds for a plugin that neither it nor its publisher is named."""
        allow, deny = self.policy.allow, self.policy.deny
        if self.policy.otherwise == "allow":
            found = EVERYTHING
        else:
            found = on.plugin(category__in=allow.categories) | on.release(category__in=allow.trust)
        if deny.categories:
            found &= ~on.plugin(category__in=deny.categories)
        if deny.trust:
            found &= ~on.release(category__in=deny.trust)
        if self.policy.minimum_rating:
            stars, count = F(f"{on.of_plugin}rating_sum"), F(f"{on.of_plugin}rating_count")
            lowest = count * self.policy.minimum_rating
            found &= on.plugin(rating_count__gte=1) & Q(GreaterThanOrEqual(stars * 1.0, lowest))
        return found


def publishers(on: Columns, handles: list[str]) -> Q:
    """Asked for once: with a join their names would be looked up for each plugin that is looked at."""
    return on.plugin(organization__in=Organization.objects.filter(handle__in=handles).values("pk"))


def terms_of(asking: Asking) -> Terms:
    """One query for granted requests and one for pins, where the catalogue has such."""
    policy, catalogue = policy_of(asking.catalogue), asking.catalogue
    if catalogue is None:
        return Terms(dify=asking.dify)
    exact, ranged = pinned(policy.pins)
    return Terms(
        policy=policy,
        bound=True,
        dify=asking.dify,
        share=share_of(catalogue.token),
        granted=granted(catalogue.pk) if policy.requests else frozenset(),
        exact=exact,
        ranged=ranged,
    )


def share_of(token: str) -> int:
    """0 to 99, the same for a token for ever."""
    return int.from_bytes(sha256(token.encode()).digest()[:4]) % 100


def granted(catalogue_id: Any) -> frozenset[str]:
    """Ids of the plugins that somebody asked for and was given, today."""
    rows = CatalogueRequest.objects.filter(catalogue=catalogue_id, state=CatalogueRequest.State.GRANTED)
    current = rows.filter(Q(until=None) | Q(until__gte=timezone.now().date()))
    return frozenset(current.values_list("plugin__plugin_id", flat=True))


def pinned(pins: dict[str, str]) -> tuple[frozenset[Any], frozenset[Any]]:
    """Ids of releases that single versions, and that ranges of versions accept."""
    if not pins:
        return frozenset(), frozenset()
    rows: Iterable[tuple[Any, str, str]] = Release.objects.filter(plugin__plugin_id__in=list(pins)).values_list(
        "pk", "plugin__plugin_id", "version"
    )
    constraints = {plugin_id: parse_constraint(text) for plugin_id, text in pins.items()}
    accepted = [(pk, plugin_id) for pk, plugin_id, version in rows if constraints[plugin_id].accepts(version)]
    exact = frozenset(pk for pk, plugin_id in accepted if is_exact(plugin_id, pins))
    return exact, frozenset(pk for pk, _ in accepted) - exact


def is_exact(plugin_id: str, pins: dict[str, str]) -> bool:
    constraint = parse_constraint(pins[plugin_id])
    return constraint.low == constraint.high
