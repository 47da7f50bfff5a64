"""Files that plugins upload: signed addresses that expire, one file each, and what is served back."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from runtime import files
from runtime.file_views import AROUND
from runtime.models import StoredFile
from tests.reverse.world import ask

pytestmark = pytest.mark.django_db(transaction=True)


def url(**more):
    values = {"workspace_id": "w", "plugin_id": "acme/p", "user": "u", "name": "note.txt", "mime_type": "text/plain"}
    return below_host(files.upload_url(**values | more))


def below_host(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def post(address, content=b"content"):
    return Client().post(address, {"file": SimpleUploadedFile("ignored", content)})


def test_what_is_posted_can_be_read():
    answer = post(url(name="größe ✓.txt"))
    assert answer.status_code == 201
    told = answer.json()
    assert told["name"] == "größe ✓.txt"
    assert (told["size"], told["extension"], told["mime_type"]) == (7, ".txt", "text/plain")
    row = StoredFile.objects.get()
    assert (row.workspace_id, row.plugin_id, row.user) == ("w", "acme/p", "u")
    read = Client().get(below_host(told["preview_url"]))
    assert b"".join(read) == b"content"
    assert read["Content-Type"] == "text/plain"
    assert read["X-Content-Type-Options"] == "nosniff"


def test_lines_cannot_be_smuggled_into_headers():
    told = post(url(name="a\r\nX-Evil: 1.txt", mime_type="text/plain\r\nX-Evil: 1")).json()
    read = Client().get(below_host(told["preview_url"]))
    assert b"".join(read) == b"content"
    assert "X-Evil" not in read.headers


def test_an_address_takes_one_file():
    address = url()
    assert post(address).status_code == 201
    again = post(address, b"other")
    assert (again.status_code, StoredFile.objects.count()) == (400, 1)
    assert "has been used" in again.json()["message"]


@pytest.mark.parametrize("ticket", ["", "nonsense", "WyJhIl0:1x:y"])
def test_an_address_of_somebody_else_takes_none(ticket):
    answer = post(f"/files/upload?ticket={ticket}")
    assert answer.status_code == 400
    assert "not given out by this host" in answer.json()["message"]
    assert not StoredFile.objects.exists()


def test_addresses_expire(settings, monkeypatch):
    address = url()
    told = post(url()).json()
    monkeypatch.setattr(files, "UPLOAD_FOR", -1)
    assert "has expired" in post(address).json()["message"]
    settings.FILES_ACCESS_TIMEOUT = -1
    assert Client().get(below_host(told["preview_url"])).status_code == 404


def test_an_address_reads_its_own_file_only():
    one, other = post(url()).json(), post(url()).json()
    token = urlsplit(one["preview_url"]).query
    for path in (f"/files/{other['id']}/note.txt?{token}", f"/files/{other['id']}/note.txt", "/files/x/note.txt"):
        assert Client().get(path).status_code == 404
    upload_token = urlsplit(url()).query.replace("ticket", "token")
    assert Client().get(f"/files/{one['id']}/note.txt?{upload_token}").status_code == 404


def test_large_files_are_refused(settings):
    settings.FILE_MAX_SIZE = 10
    assert post(url(), b"x" * 10).status_code == 201
    assert post(url(), b"x" * 11).status_code == 400
    assert post(url(), b"x" * (AROUND + 20)).status_code == 413
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/octet-stream"])
def test_what_could_be_a_page_of_ours_is_offered_for_saving(mime):
    told = post(url(mime_type=mime, name="x"), b"<script>").json()
    read = Client().get(below_host(told["preview_url"]))
    assert read["Content-Disposition"].startswith("attachment")
    assert "sandbox" in read["Content-Security-Policy"]
    read.close()


@pytest.mark.parametrize(
    ("name", "mime", "extension"), [("a.tar.gz", "x/y", ".gz"), ("photo", "image/png", ".png"), ("x", "x/y", ".bin")]
)
def test_the_extension_is_of_the_name_or_the_type(name, mime, extension):
    assert post(url(name=name, mime_type=mime)).json()["extension"] == extension


def test_a_form_without_a_file_is_refused():
    assert Client().post(url(), {}).status_code == 400
    assert Client().get(url()).status_code == 405


def test_old_files_are_deleted_with_their_bytes(settings):
    told = post(url()).json()
    files.expire()
    assert StoredFile.objects.count() == 1
    StoredFile.objects.update(created_at=timezone.now() - timedelta(days=settings.FILES_KEPT_DAYS + 1))
    settings.FILES_KEPT_DAYS = 0
    files.expire()
    assert StoredFile.objects.count() == 1
    settings.FILES_KEPT_DAYS = 30
    files.expire()
    assert StoredFile.objects.count() == 0
    assert not default_storage.exists(files.stored_name(told["id"]))


@pytest.mark.parametrize(
    ("host", "base"), [("0.0.0.0", "http://127.0.0.1:5002"), ("h", "http://h:5002"), ("::", "http://[::1]:5002")]
)
def test_plugins_are_told_an_address_that_they_reach(settings, host, base):
    settings.SERVER_HOST, settings.SERVER_PORT, settings.FILES_URL = host, 5002, ""
    assert files.base_url() == base
    settings.FILES_URL = "https://files.example.org/"
    assert files.base_url() == "https://files.example.org"


async def test_the_sdk_uploads(world, live_server, settings):
    settings.FILES_URL = live_server.url
    kept = await ask(world, "upload", content="hello", filename="a.png", mime="image/png")
    assert (kept["name"], kept["size"], kept["mime_type"], kept["type"]) == ("a.png", 5, "image/png", "image")
    assert kept["preview_url"].startswith(live_server.url)
