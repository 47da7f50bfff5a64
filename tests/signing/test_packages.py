"""What is signed here, before the eyes of a second implementation: it verifies, and nothing near it does."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Callable
from hashlib import sha256
from types import SimpleNamespace

import pytest

from marketplace import keeping
from marketplace.models import Release, SigningKey
from tests.signing import independent
from tests.signing.conftest import pair

pytestmark = pytest.mark.django_db
VERIFICATION = ".verification.dify.json"
Files = list[tuple[str, bytes]]


@pytest.fixture
def release(released: Callable[..., Release]) -> Release:
    return released()


@pytest.fixture
def signed(release: Release) -> bytes:
    return keeping.read(release.package)


def parts(package: bytes) -> tuple[Files, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [(one.filename, archive.read(one)) for one in archive.infolist()], archive.comment


def packed(files: Files, comment: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


def test_it_verifies(signed: bytes, release: Release, release_key: SigningKey) -> None:
    assert independent.category(signed, release_key.public.encode()) == "community"
    assert release_key.public.startswith("-----BEGIN RSA PUBLIC KEY-----")
    assert independent.category(signed, pair(2)[1]) is None


def test_the_mark_is_the_last_entry_and_the_identifier_is_of_the_signed_package(
    signed: bytes, release: Release
) -> None:
    files, _ = parts(signed)
    assert files[-1] == (VERIFICATION, b'{"authorized_category":"community"}')
    assert release.checksum == independent.identifier_checksum(signed)
    assert release.unique_identifier == f"{release.plugin.plugin_id}:{release.version}@{release.checksum}"


@pytest.mark.parametrize(("category", "wire"), [("partner", "partner"), ("official", "partner")])
def test_each_category_is_one_that_dify_knows(released, release_key: SigningKey, category: str, wire: str) -> None:
    release = released(category=category)
    assert release.category == category
    assert independent.category(keeping.read(release.package), release_key.public.encode()) == wire


def test_no_category_is_langgenius_by_default(release_key: SigningKey) -> None:
    assert "langgenius" not in release_key.categories


def test_one_bit_of_any_content_counts(signed: bytes, release_key: SigningKey) -> None:
    files, comment = parts(signed)
    chance = random.Random(7)
    for number, (name, content) in enumerate(files):
        if not content:
            continue
        for _ in range(5):
            at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
            other = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
            changed = [*files[:number], (name, other), *files[number + 1 :]]
            assert independent.category(packed(changed, comment), release_key.public.encode()) is None, name


def test_the_order_counts(signed: bytes, release_key: SigningKey) -> None:
    files, comment = parts(signed)
    for number in range(len(files) - 1):
        if files[number][1] == files[number + 1][1]:
            continue
        changed = [*files[:number], files[number + 1], files[number], *files[number + 2 :]]
        assert independent.category(packed(changed, comment), release_key.public.encode()) is None


def test_every_bit_of_the_comment_counts(signed: bytes, release_key: SigningKey) -> None:
    """But for those that leave the same bytes and number: it is the signature and the time that are claimed.

    The last letter of base64 has bits that no byte holds, which decoders (Go's too) pass over.
    """

    def claimed(text: bytes) -> tuple[bytes, int] | None:
        try:
            claim = json.loads(text)
            return base64.b64decode(claim["signature"], validate=True), int(claim["time"])
        except (ValueError, KeyError, TypeError):
            return None

    files, comment = parts(signed)
    chance = random.Random(11)
    last = comment.index(b'==",') - 1
    for at in [last, *(chance.randrange(len(comment)) for _ in range(60))]:
        changed = comment[:at] + bytes([comment[at] ^ (1 << chance.randrange(8))]) + comment[at + 1 :]
        same = claimed(changed) == claimed(comment)
        assert (independent.category(packed(files, changed), release_key.public.encode()) is None) is not same


def test_the_category_counts(signed: bytes, release_key: SigningKey) -> None:
    files, comment = parts(signed)
    for mark in (b'{"authorized_category":"langgenius"}', b'{"authorized_category":"partner"}', b""):
        changed = [*files[:-1], *([(VERIFICATION, mark)] if mark else [])]
        assert independent.category(packed(changed, comment), release_key.public.encode()) is None


def test_files_added_or_taken_out_count(signed: bytes, release_key: SigningKey) -> None:
    files, comment = parts(signed)
    for changed in (files[1:], [*files, ("more.py", b"print()")], [("again.yaml", files[0][1]), *files]):
        assert independent.category(packed(changed, comment), release_key.public.encode()) is None


def test_changed_names_pass_the_signature_and_are_caught_by_the_identifier(
    signed: bytes, release: Release, release_key: SigningKey
) -> None:
    """The format's own gap (marketplace.md A.11), which is why the identifier is part of what we check."""
    files, comment = parts(signed)
    (one, first), (other, second) = files[0], files[1]
    renamed = packed([(other, first), (one, second), *files[2:]], comment)
    assert independent.category(renamed, release_key.public.encode()) == "community"
    assert independent.identifier_checksum(renamed) != release.checksum


def test_two_files_of_one_release_are_told_apart_by_the_log(signed: bytes, release: Release) -> None:
    """Whatever bit of the file is changed, also one that no signature covers, it is not the file that the log names."""
    files, comment = parts(signed)
    again = packed(files, comment)
    assert sha256(signed).hexdigest() == release.package
    assert again == signed or sha256(again).hexdigest() != release.package


def test_the_people_see_it(people: SimpleNamespace, release: Release) -> None:
    assert release.submission is not None
    assert release.submission.state == "released"
    assert release.submission.signing_request.state == "signed"
