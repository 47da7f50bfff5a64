"""The log through its doors: proofs over HTTP, the command, and the script that imports nothing of ours."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from marketplace import keeping, transparency
from marketplace.models import LogLeaf, LogNode, Release, ReviewRecord, SigningKey, TreeHead
from marketplace.signing import keys, making
from marketplace.transparency import log, merkle, verifying
from tests.places import ROOT

pytestmark = pytest.mark.django_db
SCRIPT = ROOT / "scripts" / "verify_log.py"


def told(count: int) -> None:
    for number in range(count):
        transparency.append("key", f"k{number}", {"n": number})
    log.sequence()


def ask(path: str, status: int = 200, **query: Any) -> Any:
    answer = Client().get(f"/transparency/{path}", query)
    assert answer.status_code == status, answer.content
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def head(**query: Any) -> dict[str, Any]:
    answer = ask("head", **query)
    key = SigningKey.objects.get(fingerprint=answer["key"])
    assert making.is_by(key, answer["head"].encode(), answer["signature"])
    said: dict[str, Any] = json.loads(answer["head"])
    return said


def test_every_leaf_is_proved(db: None) -> None:
    told(11)
    newest = head()
    for one in ask("leaves", count=50)["leaves"]:
        proof = ask("inclusion", position=one["position"], size=newest["size"])
        merkle.check_inclusion(
            merkle.leaf_hash(one["leaf"].encode()),
            one["position"],
            size=newest["size"],
            path=[bytes.fromhex(step) for step in proof["path"]],
            root=bytes.fromhex(newest["root"]),
        )


def test_heads_are_consistent_also_with_those_long_past(db: None) -> None:
    sizes = []
    for count in (1, 2, 5, 1, 8):
        told(count)
        sizes.append(head()["size"])
    heads = [head(size=size) for size in sizes]
    for old in heads:
        for new in heads:
            if old["size"] <= new["size"]:
                proof = ask("consistency", first=old["size"], second=new["size"])
                pair = [(one["size"], bytes.fromhex(one["root"])) for one in (old, new)]
                merkle.check_consistency(pair[0], pair[1], [bytes.fromhex(step) for step in proof["path"]])


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("inclusion", {}),
        ("inclusion", {"position": "-1", "size": 3}),
        ("inclusion", {"position": 3, "size": 3}),
        ("inclusion", {"position": 0, "size": 0}),
        ("inclusion", {"position": 0, "size": 10**12}),
        ("inclusion", {"position": "²", "size": 3}),
        ("inclusion", {"position": "9" * 30, "size": 3}),
        ("consistency", {"first": 3, "second": 2}),
        ("consistency", {"first": 1, "second": 10**9}),
        ("head", {"size": "many"}),
        ("leaves", {"start": "x"}),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(db: None, path: str, query: dict[str, Any]) -> None:
    told(3)
    assert ask(path, 400, **query)["error"]


def test_an_empty_log_says_so(db: None) -> None:
    assert "No head" in ask("head", 404)["error"]
    assert ask("leaves")["leaves"] == []
    assert ask("consistency", first=0, second=0)["path"] == []


def test_a_proof_takes_few_queries(db: None, django_assert_max_num_queries: Any) -> None:
    told(40)
    with django_assert_max_num_queries(12):
        ask("inclusion", position=21, size=log.size())


def test_the_whole_is_looked_through(released: Callable[..., Release]) -> None:
    released()
    call_command("transparency", "verify")


CHANGES: dict[str, Callable[[], object]] = {
    "a leaf": lambda: LogLeaf.objects.all().place(LogLeaf.objects.get(position=1).pk, body="{}"),
    "a leaf with its hash": lambda: LogLeaf.objects.all().place(
        LogLeaf.objects.get(position=1).pk, body="{}", leaf_hash=merkle.leaf_hash(b"{}").hex()
    ),
    "a subtree": lambda: LogNode.objects.filter(level=1, place=0).update(hash="0" * 64),
    "a subtree that is gone": lambda: LogNode.objects.filter(level=1, place=0).delete(),
    "a head": lambda: TreeHead.objects.all().place(log.size(), root="0" * 64),
    "a head's signature": lambda: TreeHead.objects.all().place(log.size(), signature="AAAA"),
    "the end cut off": lambda: LogLeaf.objects.all().place(LogLeaf.objects.latest("position").pk, position=None),
    "a record": lambda: ReviewRecord.objects.update(body="{}"),
    "another file of a release": lambda: Release.objects.update(package=keeping.keep(b"something else")),
    "another identifier": lambda: Release.objects.update(unique_identifier="acme/demo:0.0.1@" + "0" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_found(released: Callable[..., Release], change: Callable[[], object]) -> None:
    released()
    log.sequence()
    change()
    assert [*verifying.faults(), *verifying.release_faults()] != []


def test_a_log_written_anew_is_found_by_whoever_kept_a_head(db: None, tmp_path: Path) -> None:
    told(5)
    kept = tmp_path / "head.json"
    call_command("transparency", "head", "-o", str(kept))
    told(3)
    call_command("transparency", "verify", "--against", str(kept))
    with connection.cursor() as cursor:
        for model in (LogNode, LogLeaf, TreeHead):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    told(9)
    assert list(verifying.faults()) == []  # whole in itself
    with pytest.raises(CommandError):
        call_command("transparency", "verify", "--against", str(kept))


# From outside.


def script(address: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", str(SCRIPT), address, *map(str, arguments)]
    return subprocess.run(argv, check=False, capture_output=True, text=True, timeout=60)


def test_the_script_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text()
    assert "django" not in text.lower()
    assert "cryptography" not in text
    assert "from marketplace" not in text


@pytest.mark.django_db(transaction=True)
def test_the_script_proves_head_growth_and_package(released: Any, live_server: Any, tmp_path: Path) -> None:
    release = released()
    package, state = tmp_path / "demo.difypkg", tmp_path / "seen.json"
    package.write_bytes(keeping.read(release.package))
    log.sequence()
    key = tmp_path / "log.pem"
    key.write_text(keys.of_server("log").public)
    first = script(live_server.url, "--key", key, "--state", state, "--package", package)
    assert first.returncode == 0, first.stderr
    assert f"{release.unique_identifier} is leaf" in first.stdout
    told(4)
    second = script(live_server.url, "--key", key, "--state", state)
    assert "has only grown" in second.stdout, second.stderr

    package.write_bytes(package.read_bytes()[:-1] + b" ")
    assert "Not proved" in script(live_server.url, "--key", key, "--package", package).stderr
    state.write_text(json.dumps(json.loads(state.read_text()) | {"root": "0" * 64, "size": 3}))
    assert "is not the beginning" in script(live_server.url, "--key", key, "--state", state).stderr
    key.write_text(keys.of_server("recall").public)
    assert "not signed with the key" in script(live_server.url, "--key", key).stderr
