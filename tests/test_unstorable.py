"""What a database cannot hold is answered as a request that was not understood, on each database."""

import pytest
from django.test import Client

from tests.catalogue.conftest import each_database, migrated_postgres

__all__ = ["each_database", "migrated_postgres"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/transparency/?q=a%00b", "/transparency/record?unique_identifier=a%00b"])
def test_a_text_with_a_nul(each_database: str, path: str) -> None:
    answer = Client().get(path)
    if each_database == "postgresql":
        assert answer.status_code == 400
        assert "had characters in it that no text has" in answer.text
    else:
        assert answer.status_code in {200, 404}, "SQLite holds it"
