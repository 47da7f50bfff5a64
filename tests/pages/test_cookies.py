"""Cookies of who came by https are never sent by http."""

from typing import Any

import pytest
from django.test import AsyncClient, Client
from django.urls import reverse

from marketplace.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_stay_with_the_way_that_they_came_by(secure: bool) -> None:
    User.objects.create_user("ada@example.org", "a long password", name="Ada")
    given = {"username": "ada@example.org", "password": "a long password"}
    client = Client()
    assert bool(client.get(reverse("sign-in"), secure=secure).cookies["csrftoken"]["secure"]) is secure
    answer = client.post(reverse("sign-in"), given, secure=secure)
    assert bool(answer.cookies["sessionid"]["secure"]) is secure


async def test_a_proxy_says_how_somebody_came(settings: Any) -> None:
    told = {"X-Forwarded-Proto": "https"}
    answer = await AsyncClient().get(reverse("sign-in"), headers=told)
    assert not answer.cookies["csrftoken"]["secure"], "nobody vouches for that header"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answer = await AsyncClient().get(reverse("sign-in"), headers=told)
    assert answer.cookies["csrftoken"]["secure"]
