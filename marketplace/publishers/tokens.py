"""Upload tokens: what scripts publish with, for one organization or one plugin of it. Only a digest is kept."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Organization, TrustedPublisher, UploadToken, User
from marketplace.publishers.errors import NotAllowed, Refused

PREFIX = "pbt_"  # so that scanners for leaked secrets can tell it
FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}\Z")
SHOWN = len(PREFIX) + 6
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)  # how exactly `used_at` is kept
PLUGIN_NAME = re.compile(r"[a-z0-9_-]{1,128}\Z")


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def issue(
    organization: Organization, *, name: str, by: User, plugin_name: str = "", lifetime: timedelta | None = None
) -> tuple[UploadToken, str]:
    """A new token and its text, which is shown this once. `lifetime` None is a year. Raises Refused."""
    if plugin_name and not PLUGIN_NAME.match(plugin_name):
        raise Refused("plugin_name", "A plugin’s name has small letters, digits, - and _ only.")
    if organization.closed_at:
        raise Refused("closed", f"{organization} is closed. Open it again first.")
    made, text = write(
        organization,
        name=name.strip() or "token",
        plugin_name=plugin_name,
        made_by=by,
        expires_at=timezone.now() + min(lifetime or LONGEST, LONGEST),
    )
    after = {"name": made.name, "plugin": plugin_name or "all", "expires": made.expires_at}
    auditing.record("token.issue", organization.handle, by=by, after=after)
    return made, text


def issue_to_job(trust: TrustedPublisher, *, claims: Mapping[str, Any], lifetime: timedelta) -> tuple[UploadToken, str]:
    """A token for the CI job that has shown its identity; it publishes the one plugin that it is trusted with."""
    return write(
        trust.organization,
        name=f"{trust.repository} {trust.workflow}"[:80],
        plugin_name=trust.plugin_name,
        trust=trust,
        claims=dict(claims),
        expires_at=timezone.now() + lifetime,
    )


def write(organization: Organization, **columns: Any) -> tuple[UploadToken, str]:
    text = PREFIX + secrets.token_urlsafe(32)
    made = UploadToken.objects.create(organization=organization, start=text[:SHOWN], digest=digest_of(text), **columns)
    return made, text


def token_of(header: str) -> UploadToken:
    """The token that an Authorization header carries. Raises NotAllowed, which says what is wrong with it."""
    scheme, _, text = header.strip().partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text:
        raise NotAllowed(
            "no_token", "Send an upload token: Authorization: Bearer pbt_… (make one on your organization’s page)."
        )
    if not FORM.match(text):
        raise NotAllowed("bad_token", "This is no upload token: they begin with pbt_ and have 47 characters.")
    found = (
        UploadToken.objects.select_related("organization", "made_by", "trust").filter(digest=digest_of(text)).first()
    )
    if found is None:
        raise NotAllowed("bad_token", "This token is not known here. Make a new one on your organization’s page.")
    check_usable(found)
    return found


def check_usable(found: UploadToken) -> None:
    now = timezone.now()
    if found.revoked_at:
        raise NotAllowed("revoked_token", f"The token {found.name} was revoked. Make a new one.")
    if found.expires_at and found.expires_at <= now:
        raise NotAllowed("expired_token", f"The token {found.name} has expired. Make a new one.")
    if found.organization.closed_at:
        raise NotAllowed("closed", f"{found.organization} is closed. One of its owners can open it again.")
    if found.made_by is not None and not found.made_by.is_active:
        raise NotAllowed("revoked_token", f"Whoever made the token {found.name} has no account any more.")
    if found.used_at is None or found.used_at < now - USED_EVERY:
        UploadToken.objects.filter(pk=found.pk).update(used_at=now)


@transaction.atomic
def revoke(token: UploadToken, *, by: User) -> UploadToken:
    """End a token now. Once revoked it stays so."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        auditing.record("token.revoke", token.organization.handle, by=by, before={"name": token.name})
    return token


def said(token: UploadToken) -> str:
    """How a token is named in records: who reads them looks for a token by name or for a job by repository."""
    return token.name if token.trust_id else f"token {token.name}"
