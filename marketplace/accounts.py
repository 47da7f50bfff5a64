"""People's accounts: the first one, made when the server starts for the first time."""

from django.db import transaction
from django.utils.crypto import get_random_string

from marketplace.models import User
from marketplace.workspaces import create_workspace

# Without letters and digits that are taken for each other when somebody types them from a terminal.
READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def ensure_admin(email: str, password: str = "") -> str | None:
    """Make the first person, an administrator who owns the workspace "Default", when there is nobody yet.

    Returns the generated password, to be shown once, when none was given; None when there was nothing to do or tell.
    """
    if User.objects.exists():
        return None
    generated = None if password else get_random_string(20, READABLE)
    user = User.objects.create_superuser(email, password or generated)
    create_workspace(name="Default", owner=user)
    return generated
