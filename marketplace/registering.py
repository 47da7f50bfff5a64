"""Who may have an account: everybody, who has an invitation, or who staff make one for (the setting REGISTRATION)."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Invitation, User

OPEN, INVITE, CLOSED = "open", "invite", "closed"
LIFETIME = timedelta(days=7)


def digest_of(code: str) -> str:
    return sha256(code.encode()).hexdigest()


@transaction.atomic
def invite(*, by: User, email: str = "", lifetime: timedelta = LIFETIME) -> tuple[Invitation, str]:
    """An invitation and the secret part of its link, which is shown this once. PermissionDenied to all but staff."""
    if not by.is_staff:
        raise PermissionDenied("Only staff of this server invite people.")
    if settings.REGISTRATION == CLOSED:
        raise PermissionDenied("Nobody more can sign up here: REGISTRATION is closed.")
    code = secrets.token_urlsafe(24)
    expires = timezone.now() + lifetime
    made = Invitation.objects.create(
        digest=digest_of(code), email=email.strip().lower(), made_by=by, expires_at=expires
    )
    auditing.record("invitation.make", made.email or "anybody", by=by, after={"expires": expires})
    return made, code


@transaction.atomic
def revoke_invitation(made: Invitation, *, by: User) -> None:
    """End a link that nobody has used."""
    if made.used_at is None and made.revoked_at is None:
        made.revoked_at = timezone.now()
        made.save(update_fields=["revoked_at"])
        auditing.record("invitation.revoke", made.email or "anybody", by=by)


def invitation_for(code: str) -> Invitation | None:
    """The invitation of a link that is still good."""
    good = Invitation.objects.filter(
        digest=digest_of(code), used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return good.select_related("made_by").first()


def may_register(invitation: Invitation | None) -> bool:
    """Whether somebody with this invitation, or with none, may make an account now."""
    return settings.REGISTRATION == OPEN or (settings.REGISTRATION == INVITE and invitation is not None)


@transaction.atomic
def register(*, email: str, name: str, password: str, invitation: Invitation | None = None) -> User:
    """A new account; an invitation is used up by it. Raises ValidationError with a sentence, PermissionDenied.

    With CONFIRM_EMAIL it can sign in only when its address is confirmed; a link that was made for the address does that.
    """
    if not may_register(invitation):
        raise PermissionDenied("Nobody can sign up here without an invitation.")
    email = email.strip().lower()
    if invitation is not None and invitation.email and invitation.email != email:
        raise ValidationError(f"This invitation is for {invitation.email}.", code="other_address")
    try:
        with transaction.atomic():
            active = not settings.CONFIRM_EMAIL or bool(invitation and invitation.email)
            user = User.objects.create_user(email, password, name=name.strip(), is_active=active)
    except IntegrityError:
        raise ValidationError("There is an account with this address already. Sign in instead.", code="taken") from None
    if invitation is not None:
        use_up(invitation, user)
    auditing.record("account.register", user.email, by=user, after={"invited": invitation is not None})
    return user


def use_up(invitation: Invitation, user: User) -> None:
    """Of two who use one link at once, one is told that it was used."""
    open_ones = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    if not open_ones.update(used_at=timezone.now(), used_by=user):
        raise ValidationError("This invitation was used before. Ask for another one.", code="used")
