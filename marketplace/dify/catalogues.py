"""Catalogues: who makes and changes them, and what one would answer."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace import auditing
from marketplace.dify.asking import Asking, digest
from marketplace.dify.consoles import origin_of
from marketplace.dify.offers import listed, offers_for
from marketplace.dify.policies import Policy, checked
from marketplace.dify.terms import Terms, pinned, terms_of
from marketplace.models import Catalogue, Plugin, User, Workspace
from marketplace.models.plugins import version_number
from marketplace.workspaces import GOVERNING

NEWEST = "999.0.0"
PREVIEWED = 200  # plugins that a preview names


def is_staff(user: User | AnonymousUser) -> bool:
    return user.is_active and (user.is_staff or user.is_superuser)


def visible_to(user: User) -> QuerySet[Catalogue]:
    """Staff see all; others those of the workspaces that they are in."""
    rows = Catalogue.objects.select_related("workspace").order_by("name")
    return rows if is_staff(user) else rows.filter(workspace__members__user=user)


def catalogue_for(user: User, catalogue_id: UUID) -> tuple[Catalogue, bool]:
    """The catalogue, and whether this person may change it. Http404 for strangers, as if it were not there."""
    found = visible_to(user).filter(pk=catalogue_id).first()
    if found is None:
        raise Http404("There is no such catalogue.")
    return found, is_staff(user) or found.workspace in workspaces_for(user)


def workspaces_for(user: User) -> list[Workspace]:
    """The workspaces for which this person may make catalogues."""
    mine = Q(members__user=user, members__role__in=GOVERNING)
    return list(Workspace.objects.filter(mine).distinct().order_by("name"))


@transaction.atomic
def make(*, name: str, policy: dict[str, Any], origins: list[str], workspace: Workspace | None, by: User) -> Catalogue:
    """A new catalogue at an address that nobody guesses. Raises BadPolicy."""
    checked(policy)
    made = Catalogue.objects.create(
        name=name,
        token=secrets.token_urlsafe(12),
        policy=policy,
        origins=normal(origins),
        workspace=workspace,
        made_by=by,
    )
    auditing.record("catalogue.make", made.token, by=by, after=told(made))
    return made


@transaction.atomic
def change(catalogue: Catalogue, *, name: str, policy: dict[str, Any], origins: list[str], by: User) -> Catalogue:
    """Raises BadPolicy; then nothing has changed."""
    checked(policy)
    before = told(catalogue)
    catalogue.name, catalogue.policy, catalogue.origins = name, policy, normal(origins)
    catalogue.save()
    auditing.record("catalogue.change", catalogue.token, by=by, before=before, after=told(catalogue))
    return catalogue


@transaction.atomic
def new_secret(catalogue: Catalogue, *, by: User) -> str:
    """The secret part of the second address, to be shown once: only a digest is kept. An old one opens nothing any more."""
    secret = secrets.token_urlsafe(24)
    catalogue.secret_digest = digest(secret)
    catalogue.save(update_fields=["secret_digest"])
    auditing.record("catalogue.secret", catalogue.token, by=by)
    return secret


@transaction.atomic
def remove(catalogue: Catalogue, *, by: User) -> None:
    auditing.record("catalogue.remove", catalogue.token, by=by, before=told(catalogue))
    catalogue.delete()


def told(catalogue: Catalogue) -> dict[str, Any]:
    return {"name": catalogue.name, "policy": catalogue.policy, "origins": catalogue.origins}


def normal(origins: list[str]) -> list[str]:
    """Origins as browsers send them, each once."""
    return list(dict.fromkeys(filter(None, map(origin_of, origins))))


@dataclass(frozen=True)
class Preview:
    """What a Dify of one version would see of all that is listed."""

    seen: int
    total: int
    plugins: list[tuple[Plugin, str]]
    hidden: list[Plugin]


def terms_for(policy: Policy, catalogue: Catalogue | None, dify: str) -> Terms:
    """As if this policy were the catalogue's already."""
    if catalogue is None:
        return draft_terms(policy, dify)
    draft = Catalogue(pk=catalogue.pk, token=catalogue.token, policy=policy.model_dump(mode="json"))
    return terms_of(Asking(catalogue=draft, dify=version_number(dify)))


def draft_terms(policy: Policy, dify: str) -> Terms:
    exact, ranged = pinned(policy.pins)
    return Terms(policy=policy, bound=True, dify=version_number(dify), share=0, exact=exact, ranged=ranged)


def preview(policy: Policy, catalogue: Catalogue | None = None, *, dify: str = NEWEST) -> Preview:
    seen = listed(terms := terms_for(policy, catalogue, dify))
    everything = listed(Terms(dify=version_number(NEWEST)))
    rows = list(seen.order_by("plugin_id")[:PREVIEWED])
    offers = offers_for(terms, [row.pk for row in rows])
    named = [(row, offers[row.pk].version) for row in rows if row.pk in offers]
    hidden = list(everything.exclude(pk__in=seen.values("pk")).order_by("plugin_id")[:PREVIEWED])
    return Preview(seen.count(), everything.count(), named, hidden)
