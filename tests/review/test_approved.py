"""What a review leaves with a release."""

from collections.abc import Callable

import pytest

from marketplace.models import PrivacyStatement, Submission
from marketplace.review import approved
from tests.review.conftest import released

pytestmark = pytest.mark.django_db
STATEMENT = {
    "uses": [{"data": "content", "purpose": "function", "recipients": ["Open-Meteo"]}],
    "recipients": [{"name": "Open-Meteo", "hosts": ["api.open-meteo.com"], "policy": "https://open-meteo.com/terms"}],
}


def test_hosts_and_label_go_with_the_release(ready: Callable[..., Submission]) -> None:
    one = ready()
    one.sections.update(evidence={"hosts": [{"host": "api.open-meteo.com", "declared": True}]})
    PrivacyStatement.objects.filter(submission=one).update(statement=STATEMENT)
    release = approved.leave(released(one))
    release.refresh_from_db()
    assert release.hosts == ["api.open-meteo.com"]
    assert release.privacy_label["data"] == ["content"]
    assert release.privacy_label["recipients"][0]["name"] == "Open-Meteo"


def test_what_nobody_has_reviewed_is_no_label(ready: Callable[..., Submission]) -> None:
    one = ready()
    PrivacyStatement.objects.filter(submission=one).update(statement=STATEMENT, reviewed_at=None)
    assert approved.leave(released(one)).privacy_label == {}
