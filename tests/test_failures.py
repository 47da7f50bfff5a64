"""Our mistakes have a reference that stands in the log; static files come whole and cached."""

import re

import httpx
import pytest
from django.test import Client, RequestFactory

from marketplace.failures import server_error


def test_a_failure_can_be_found_in_the_log(caplog):
    try:
        int("what went wrong")
    except ValueError:
        answer = server_error(RequestFactory().get("/somewhere"))
    assert answer.status_code == 500
    (reference,) = re.findall(r"<code>([0-9a-f]{12})</code>", answer.content.decode())
    assert reference in caplog.text
    assert "what went wrong" in caplog.text
    assert "what went wrong" not in answer.content.decode()


@pytest.mark.django_db
def test_static_files_through_a_real_host(host):
    page = httpx.get(f"{host.url}/sign-in", follow_redirects=True, trust_env=False)
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert sheet, page.text
    answer = httpx.get(host.url + sheet[1], trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age=315360000" in answer.headers["cache-control"]
    assert httpx.get(f"{host.url}/static/none.css", trust_env=False).status_code == 404


def test_an_unknown_address_is_our_page(db):
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert b"Patchbay" in answer.content
