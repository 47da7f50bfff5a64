"""The databases' own search indexes beside our own tables. Made again from the catalogue: nothing is lost with them."""

from django.db import migrations

from marketplace.catalogue.engines import engine


def create(apps, schema_editor):
    engine().create()


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0003_ledgers"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
