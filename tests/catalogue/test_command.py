"""manage.py catalogue."""

from io import StringIO

import pytest
from django.core.management import call_command

from marketplace.catalogue.searching import search
from tests.catalogue import rows


@pytest.mark.django_db
def test_rebuild_finds_what_was_not_indexed() -> None:
    rows.plugin("a/mail", index=False)
    assert search("mail").total == 0
    said = StringIO()
    call_command("catalogue", "rebuild", stdout=said)
    assert said.getvalue() == "1 plugin can be found.\n"
    assert search("mail").total == 1
