"""Settings that contradict each other are told at the start, with a way out; what fits together is not."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from marketplace import checks
from marketplace.difypkg import generate_keys
from tests import places

REDIS = {"REDIS_URL": "redis://nowhere", "EMBEDDED_WORKER": False}
POSTGRES = {"DATABASE_URL": "postgres://nowhere/patchbay"}
HOSTS = REDIS | POSTGRES | {"NODE_HOST": ["10.0.0.1"], "VAULT_KEYS": ["ab" * 32]}

CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"EMBEDDED_WORKER": False}, "E001"),
    ({"NODE_HOST": ["10.0.0.1"]}, "W002"),
    (HOSTS | {"DATABASE_URL": "sqlite:///here"}, "E003"),
    ({"SERVER_PORT": 0}, "E005"),
    ({"NODE_PORT": 70_000}, "E005"),
    ({"NODE_TLS_CERT": __file__}, "E026"),
    ({"REDIS_URL": "redis+cluster://one,two", "CELERY_BROKER_URL": ""}, "E027"),
    ({"SERVER_PORT": 5003}, "E006"),
    ({"DEBUG": True, "SERVER_HOST": "0.0.0.0"}, "W007"),
    ({"ENDPOINT_URL_TEMPLATE": "https://hooks.example.org/e/"}, "E048"),
    (
        {
            "THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED": True,
            "THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS": ["/nowhere.pem"],
        },
        "E008",
    ),
    ({"RECALL_KEYS": ["/nowhere.pem"]}, "E028"),
    ({"PLUGIN_REMOTE_INSTALLING_TLS_CERT": "/nowhere.pem"}, "E028"),
    ({"THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS": ["/nowhere.pem"]}, "W009"),
    ({"THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED": True}, "W010"),
    ({"PLUGIN_WHEELS_PATH": "/nowhere"}, "E011"),
    ({"PLUGIN_MEMORY_FLOOR": 3 << 30}, "W045"),
    ({"PLUGIN_PROCESS_LIMIT": 2}, "W046"),
    ({"PLUGIN_USERS": range(os.geteuid(), os.geteuid() + 1)}, "E047"),
    ({"PLUGIN_OFFLINE": True}, "W012"),
    ({"UV_PATH": "/nowhere/uv"}, "E013"),
    ({"PLUGIN_PYTHON": "/nowhere/python3"}, "E014"),
    ({"PLUGIN_CACHE_PATH": Path("/proc/self")}, "W015"),
    ({"WORKER_CONCURRENCY": 0}, "E016"),
    ({"PYTHON_ENV_INIT_TIMEOUT": 901}, "W017"),
    ({"SESSION_BUFFER_SIZE": 1}, "W018"),
    ({"MAX_BUNDLE_PACKAGE_SIZE": 1}, "W019"),
    ({"DIFY_INNER_API_URL": "http://dify"}, "W022"),
    ({"DIFY_INNER_API_KEY": "k"}, "W022"),
    ({"FILE_MAX_SIZE": 0}, "E016"),
    ({"VAULT_KEYS": ["short"]}, "E020"),
    ({"REGISTRATION": "all"}, "E040"),
    ({"LOOKALIKES": "no"}, "E041"),
    ({"TRUSTED_ISSUERS": ["http://ci.example.org"]}, "E042"),
]
FITTING: list[dict[str, Any]] = [
    {},
    REDIS,
    REDIS | POSTGRES,
    HOSTS,
    {"DEBUG": True},
    {"ENDPOINT_URL_TEMPLATE": "https://hooks.example.org/e/{hook_id}"},
    {"SERVER_HOST": "0.0.0.0"},
    {"SERVER_PORT": 5003, "PLUGIN_REMOTE_INSTALLING_ENABLED": False},
    {"PLUGIN_OFFLINE": True, "PLUGIN_WHEELS_PATH": "/"},
    {"PLUGIN_PYTHON": "3.12"},
    {"TRUSTED_ISSUERS": ["https://ci.example.org", "http://127.0.0.1:8000"]},
    {"DIFY_INNER_API_URL": "http://dify", "DIFY_INNER_API_KEY": "k"},
    {"PLUGIN_PYTHON": sys.executable, "UV_PATH": "sh"},
]


def said(settings: Any, changes: dict[str, Any]) -> list[str]:
    """Ids of what the checks say of changed settings, without the common part."""
    for name, value in changes.items():
        setattr(settings, name, value)
    return [str(message.id).removeprefix("patchbay.") for message in checks.check_settings(None)]


@pytest.mark.parametrize(("changes", "id"), CONTRADICTIONS, ids=[id for _, id in CONTRADICTIONS])
def test_a_contradiction_is_told(settings, changes, id) -> None:
    assert said(settings, changes) == [id]


@pytest.mark.parametrize("changes", FITTING, ids=lambda changes: " ".join(changes) or "defaults")
def test_what_fits_is_not_complained_about(settings, changes) -> None:
    assert said(settings, changes) == []


def test_hosts_need_the_same_secrets(settings, tmp_path) -> None:
    (tmp_path / "secret_key").write_text(f"{settings.SECRET_KEY}\n")
    (tmp_path / "server_key").write_text("the one that was generated before it was set\n")
    assert said(settings, HOSTS | {"SECRETS_DIR": tmp_path}) == ["E004"]


def test_hosts_need_the_same_vault_key(settings, tmp_path) -> None:
    (tmp_path / "vault_key").write_text("ab" * 32 + "\n")
    assert said(settings, HOSTS | {"SECRETS_DIR": tmp_path}) == ["E021"]
    assert said(settings, {"VAULT_KEYS": ["cd" * 32]}) == []


def test_a_key_that_was_made_for_signing_is_accepted(settings, tmp_path) -> None:
    private, public = generate_keys()
    for name, key in (("private.pem", private), ("public.pem", public)):
        (tmp_path / name).write_bytes(key)
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = True
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS = [str(tmp_path / "public.pem")]
    assert checks.check_settings(None) == []
    settings.THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS = [str(tmp_path / "private.pem")]
    assert [message.id for message in checks.check_settings(None)] == ["patchbay.E008"]


def test_every_id_is_tried_here_and_used_once() -> None:
    source = Path(checks.__file__).read_text()
    numbers = [
        int(number)
        for number in re.findall(r"(?:error|warning)\((\d+),|^\s*\((\d+),", source, re.M)
        for number in number
        if number
    ]
    assert len(numbers) == len(set(numbers))
    assert {int(id[1:]) for _, id in CONTRADICTIONS} | {4, 21} == set(numbers)


def test_messages_have_a_way_out(settings) -> None:
    for changes, _ in CONTRADICTIONS:
        for name, value in changes.items():
            setattr(settings, name, value)
    messages = checks.check_settings(None)
    assert messages
    assert all(message.hint for message in messages)


@pytest.mark.django_db
def test_django_knows_them(settings) -> None:
    settings.PLUGIN_WHEELS_PATH = "/nowhere"
    assert [message.id for message in run_checks()] == ["patchbay.E011"]


def test_an_error_stops_the_start(tmp_path) -> None:
    environment = places.clean_environment(DATA_DIR=str(tmp_path), EMBEDDED_WORKER="false")
    argv = [sys.executable, str(places.ROOT / "manage.py"), "run"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "(patchbay.E001) Nobody would run plugins" in done.stderr
    assert "HINT: Set REDIS_URL" in done.stderr
