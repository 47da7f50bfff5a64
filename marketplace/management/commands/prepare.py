"""`manage.py prepare`: makes the database, the static files and the first account ready."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from marketplace.accounts import ensure_admin
from marketplace.collecting import collect


class Command(BaseCommand):
    help = "Migrate the database, collect static files, and make the first account where there is none. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        collect()
        password = ensure_admin(settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD)
        if password is not None:  # said once; it is kept nowhere in clear
            self.stdout.write(f"Sign in as {settings.ADMIN_EMAIL} with the password {password} (shown only now).")
            self.stdout.flush()
