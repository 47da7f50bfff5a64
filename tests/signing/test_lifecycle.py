"""Rotation, revocation, restart and restore: no signed release becomes unverifiable, and the log only grows across all of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marketplace import keeping
from marketplace.difypkg import load_public_key, open_package
from marketplace.difypkg import verify as verified
from marketplace.models import LogLeaf, Release, SigningKey
from marketplace.signing import keys, releases, sign_approved
from marketplace.transparency import log, merkle, proofs, verifying
from tests import listing, places
from tests.signing.conftest import pair

pytestmark = pytest.mark.django_db


def key(number: int, **more: Any) -> SigningKey:
    given = {"role": "release", "name": f"Key {number}", "by": None, "categories": keys.CATEGORIES}
    return keys.take_in(pair(number)[0], **given | more)


class Life:
    """Releases made one after the other, and every head that was ever seen."""

    def __init__(self, approved: Callable[..., Any]) -> None:
        self.approved = approved
        self.heads: list[tuple[int, bytes]] = []
        self.releases: list[Release] = []

    def release(self) -> Release:
        source = listing.package_bytes(version=f"1.0.{len(self.releases)}")
        made = sign_approved(self.approved(source=source))
        assert made is not None
        self.releases.append(made)
        self.look()
        return made

    def look(self) -> None:
        log.sequence()
        head = proofs.head()
        assert head is not None
        said = json.loads(head["head"])
        self.heads.append((said["size"], bytes.fromhex(said["root"])))

    def is_whole(self) -> None:
        """Every release verifies with a published key; each head is the beginning of all later ones; nothing is amiss."""
        known = [
            load_public_key(pem) for pem in SigningKey.objects.filter(role="release").values_list("public", flat=True)
        ]
        for release in self.releases:
            with open_package(keeping.read(release.package)) as package:
                assert verified(package, known) is not None
                assert package.unique_identifier == release.unique_identifier
        for at, old in enumerate(self.heads):
            for new in self.heads[at:]:
                path = proofs.consistency(old[0], new[0])["path"]
                merkle.check_consistency(old, new, [bytes.fromhex(step) for step in path])
        assert [*verifying.faults(), *verifying.release_faults()] == []


@pytest.fixture
def life(approved: Callable[..., Any]) -> Life:
    return Life(approved)


def test_rotation_with_overlap(life: Life) -> None:
    first = key(1)
    life.release()
    second = key(2)
    assert signer(life.release()) == second  # the newer one signs, the older one is trusted still
    keys.retire(first, by=None)
    life.release()
    keys.retire(second, by=None)
    key(3)
    life.release()
    life.is_whole()
    assert len({signer(one).pk for one in life.releases}) == 3


def signer(release: Release) -> SigningKey:
    body = json.loads(LogLeaf.objects.get(kind="release", subject=release.unique_identifier).body)
    return SigningKey.objects.get(fingerprint=body["key"])


def test_revocation_of_each_kind_of_key(life: Life) -> None:
    first = key(1)
    life.release()
    for role in ("log", "recall"):
        keys.revoke(keys.of_server(role), by=None, reason="Precaution")
        life.look()
    keys.revoke(first, by=None, reason="Precaution")
    life.look()
    key(2)
    life.release()
    life.is_whole()
    assert SigningKey.objects.filter(role="log").count() == 2  # a new one signs the heads from then on


def test_a_lost_server_secret_signs_no_more_and_unproves_nothing(life: Life, settings: Any) -> None:
    key(1)
    life.release()
    submission = life.approved(source=listing.package_bytes(version="2.0.0"))
    settings.SIGNING_SECRETS = ["f" * 64]
    assert sign_approved(submission) is None
    assert "SIGNING_SECRET" in submission.signing_request.problem
    life.is_whole()


@pytest.fixture
def second_secret(settings: Any) -> None:
    """Another secret in front: new keys are sealed by it, old ones still open."""
    settings.SIGNING_SECRETS = ["e" * 64, *settings.SIGNING_SECRETS]


def test_the_servers_secret_is_rotated(life: Life, second_secret: None) -> None:
    key(1)
    life.release()
    life.is_whole()
    assert releases.resume() == 0


# Restart and restore, with processes and a database of their own.

PROGRAM = """
from tests import listing
from tests.signing.conftest import approve
from marketplace.models import Release, Submission, User
from marketplace.signing import sign_approved
ada = User.objects.filter(email="ada@example.org").first() or User.objects.create_user("ada@example.org", "x", is_reviewer=True)
submission = listing.submitted(listing.package_bytes(version="1.0.%d" % Release.objects.count()), state="approved")
approve(submission, ada)
release = sign_approved(submission)
assert release is not None, submission.signing_request.problem
"""


def test_restart_and_restore_from_a_backup() -> None:
    folder, backup = places.new_folder(), places.new_folder() / "copy"
    environment = places.clean_environment(DATA_DIR=str(folder))

    def manage(*arguments: str, fails: bool = False) -> str:
        argv = [sys.executable, os.fspath(places.ROOT / "manage.py"), *arguments]
        done = subprocess.run(argv, check=False, env=environment, cwd=places.ROOT, capture_output=True, text=True)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def release() -> None:
        manage("shell", "--no-imports", "-c", PROGRAM)

    early, late = Path(backup.parent, "early.json"), Path(backup.parent, "late.json")
    manage("migrate", "--verbosity=0")
    release()
    manage("transparency", "head", "-o", str(early))
    shutil.copytree(folder, backup)
    release()  # another process: nothing of the first one's memory is needed
    manage("transparency", "head", "-o", str(late))
    manage("transparency", "verify", "--against", str(early))
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    assert "whole, and so are all releases" in manage("transparency", "verify", "--against", str(early))
    release()
    manage("transparency", "verify", "--against", str(early))
    # What the backup did not hold is missed: who kept the later head can prove that it was there.
    assert "are not those that" in manage("transparency", "verify", "--against", str(late), fails=True)
