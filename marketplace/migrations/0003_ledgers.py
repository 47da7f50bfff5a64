"""The database refuses to change what is in a ledger."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from marketplace.ledgers import guard

ACT = ("id", "act", "subject", "by", "by_id", "address", "before", "after", "at")
LEAF = ("id", "kind", "subject", "body", "leaf_hash", "at")


def put_up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    guard(editor, "marketplace_auditentry", once="number", fixed=ACT)
    guard(editor, "marketplace_logleaf", once="position", fixed=LEAF)
    guard(editor, "marketplace_treehead")
    guard(editor, "marketplace_recall")


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0002_marketplace")]

    operations = [migrations.RunPython(put_up, migrations.RunPython.noop)]
