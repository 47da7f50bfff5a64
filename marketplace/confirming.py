"""Addresses confirmed by mail, where CONFIRM_EMAIL asks for it; and how many accounts one address of the net may make."""

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.mail import send_mail

from marketplace import auditing
from marketplace.models import User

SALT = "patchbay.confirm-email"
GOOD_FOR = 3 * 24 * 3600  # seconds
HOUR = 3600
TEXT = """Somebody, most likely you, has made an account on Patchbay with this address.

To confirm it, open this address within three days:

{link}

If it was not you, do nothing: without this step nobody can sign in.
"""


def token(user: User) -> str:
    return signing.dumps([str(user.pk), user.email], salt=SALT)


def send(user: User, link: str) -> None:
    """The mail with the link that confirms the address. Raises what the mail server's connection does."""
    send_mail("Confirm your address", TEXT.format(link=link), None, [user.email])


def waiting(code: str) -> User | None:
    """The account that a link is about, as long as the link is good and its address is not confirmed yet."""
    try:
        pk, email = signing.loads(code, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return User.objects.filter(pk=pk, email=email, is_active=False, last_login=None).first()


def unconfirmed(email: str) -> User | None:
    """An account that was made and never confirmed; one that was switched off later has signed in before."""
    if not settings.CONFIRM_EMAIL:
        return None
    return User.objects.filter(email=email.strip().lower(), is_active=False, last_login=None).first()


def confirm(user: User) -> User:
    user.is_active = True
    user.save(update_fields=["is_active"])
    auditing.record("account.confirm", user.email, by=user)
    return user


def too_many(address: str) -> bool:
    """Counts one more account that somebody at this address of the net asks for; whether those are too many in an hour."""
    key = f"registrations:{address}"
    cache.add(key, 0, HOUR)
    return cache.incr(key) > settings.REGISTRATIONS_PER_HOUR
