"""Keys of apps' HTTP API: shown once, kept as a hash. All of it is SQL."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from runtime.models import App, AppKey

PREFIX = "app-"
SHOWN = 9  # characters
TOLD_EVERY = timedelta(minutes=1)  # how exact `used_at` is


def digest(key: str) -> str:
    """A key is random and long: a plain hash is as good as a slow one."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key(app: App, *, name: str) -> str:
    """The key itself, which nobody can see again."""
    key = f"{PREFIX}{secrets.token_urlsafe(24)}"
    AppKey.objects.create(app=app, name=name, shown=key[:SHOWN], digest=digest(key))
    return key


def app_of(key: str) -> App | None:
    row = AppKey.objects.select_related("app").filter(digest=digest(key)).first() if key else None
    if row is None:
        return None
    now = timezone.now()
    stale = Q(used_at=None) | Q(used_at__lt=now - TOLD_EVERY)
    AppKey.objects.filter(stale, pk=row.pk).update(used_at=now)
    return row.app
