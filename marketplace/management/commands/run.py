"""`manage.py run`: everything in one process, ready to use."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from marketplace.accounts import ensure_admin
from marketplace.serving import serve


class Command(BaseCommand):
    help = "Run everything in one process: pages, API, worker and plugins. Migrates the database first."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.EMBEDDED_WORKER = True
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.welcome(ensure_admin(settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD))
        serve(self.stdout.write)

    def welcome(self, password: str | None) -> None:
        """Says a generated password once; it is kept nowhere in clear."""
        if password is not None:
            self.stdout.write(f"Sign in as {settings.ADMIN_EMAIL} with the password {password} (shown only now).")
