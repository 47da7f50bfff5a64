"""`manage.py rotate_keys`: seal what is stored with new keys."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from runtime import vault
from runtime.credentials.storing import sweep
from runtime.models import DataKey


class Command(BaseCommand):
    help = (
        "Seals the data keys of all workspaces with the first key of VAULT_KEY. With --data-keys every workspace also "
        "gets a new data key, and all that is stored is sealed with it. Can be broken off and started again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data-keys", action="store_true", help="make new data keys, and seal everything again")
        parser.add_argument("--workspace", default="", help="only this workspace's data key (with --data-keys)")

    def handle(self, *args: Any, **options: Any) -> None:
        import_module(settings.ROOT_URLCONF)  # who seals columns says so when it is imported
        try:
            self.stdout.write(f"{vault.rotate_master()} data keys were sealed with the first master key.")
            if options["data_keys"]:
                self.rotate(options["workspace"])
        except vault.VaultFault as fault:
            raise CommandError(fault.message) from None
        if gone := sweep():
            self.stdout.write(f"{gone} accounts of plugins that left more than 30 days ago were deleted.")

    def rotate(self, only: str) -> None:
        rows = DataKey.objects.filter(workspace_id=only) if only else DataKey.objects.all()
        for workspace_id in sorted(set(rows.values_list("workspace_id", flat=True))):
            number = vault.add_data_key(workspace_id)
            done = vault.reseal(workspace_id)
            self.stdout.write(f"{workspace_id}: data key {number}, {done} secrets sealed again.")
