"""The settings: from no environment at all, from a full one, and from one that is wrong."""

import runpy
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.environment import flag, integer, listing, text
from marketplace.secret_files import kept_secret
from tests import places

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """The settings as an environment of just these variables makes them."""

    def settings(**environment: str) -> dict[str, Any]:
        for name in places.variables():
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"DATA_DIR": str(tmp_path)} | environment).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(places.SETTINGS))

    return settings


# Without an environment.


def test_no_variable_is_needed(load: Load, tmp_path: Path) -> None:
    settings = load()
    assert settings["SERVER_PORT"] == 5002
    assert settings["EMBEDDED_WORKER"] is True
    assert settings["CELERY_BROKER_URL"].startswith("memory://")
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "patchbay.sqlite3")


def test_all_is_kept_below_one_folder(load: Load, tmp_path: Path) -> None:
    paths = {name: value for name, value in load().items() if isinstance(value, Path) and name != "BASE_DIR"}
    assert {name for name, path in paths.items() if not path.is_relative_to(tmp_path)} == set()


def test_secrets_are_generated_once_and_kept_to_their_owner(load: Load, tmp_path: Path) -> None:
    first, second = load(), load()
    for name in ("SECRET_KEY", "SERVER_KEY"):
        assert first[name] == second[name]
        assert len(first[name]) == 64
    assert first["SECRET_KEY"] != first["SERVER_KEY"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()}
    assert modes == {"secret_key": 0o600, "server_key": 0o600, "vault_key": 0o600, "signing_secret": 0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    found: list[str] = []
    gate = threading.Barrier(16)

    def read() -> None:
        gate.wait()
        found.append(kept_secret(tmp_path / "secrets", "key"))

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["key"]


# With one.


def test_a_given_secret_is_not_written_down(load: Load, tmp_path: Path) -> None:
    assert load(SECRET_KEY="a", SERVER_KEY="b", VAULT_KEY="c,d", SIGNING_SECRET="e")["VAULT_KEYS"] == ["c", "d"]
    assert not (tmp_path / "secrets").exists()


def test_an_empty_variable_counts_as_unset(load: Load) -> None:
    names = places.variables() - {"DATA_DIR"}
    settings = load(**dict.fromkeys(names, ""))
    assert settings["SERVER_PORT"] == 5002
    assert settings["FORCE_VERIFYING_SIGNATURE"] is True


def test_redis_moves_the_work_to_workers(load: Load) -> None:
    settings = load(REDIS_URL="redis://cache:6379/3", REDIS_KEY_PREFIX="ours")
    assert settings["EMBEDDED_WORKER"] is False
    assert settings["CELERY_BROKER_URL"] == "redis://cache:6379/3"
    assert settings["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"global_keyprefix": "ours:"}
    assert load(REDIS_URL="redis://cache", EMBEDDED_WORKER="true")["EMBEDDED_WORKER"] is True


def test_a_database_server_takes_the_place_of_the_file(load: Load) -> None:
    database = load(DATABASE_URL="postgres://me:word@db:5433/bay")["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", 5433, "bay")
    assert database["CONN_HEALTH_CHECKS"] is True
    assert "init_command" not in database.get("OPTIONS", {})


def test_writers_of_the_file_wait_for_each_other(load: Load) -> None:
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_a_relative_folder_is_below_where_it_was_started(load: Load, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(DATA_DIR="here")["DATA_DIR"] == tmp_path / "here"


def test_proxies_are_known_by_either_name(load: Load) -> None:
    assert load(http_proxy="http://small")["HTTP_PROXY"] == "http://small"
    assert load(http_proxy="http://small", HTTP_PROXY="http://large")["HTTP_PROXY"] == "http://large"


def test_only_a_trusted_proxy_may_say_that_a_request_was_safe(load: Load) -> None:
    assert load()["SECURE_PROXY_SSL_HEADER"] is None
    assert load(TRUST_PROXY="yes")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


DAEMON = {  # protocol.md 2, 3.7, 4 and 8.1: what Dify's daemon calls them, and its defaults
    "SERVER_PORT": 5002,
    "FORCE_VERIFYING_SIGNATURE": True,
    "ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES": True,
    "THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED": False,
    "PLUGIN_REMOTE_INSTALLING_PORT": 5003,
    "MAX_PLUGIN_PACKAGE_SIZE": 52_428_800,
    "PLUGIN_MAX_EXECUTION_TIMEOUT": 600,
    "PYTHON_ENV_INIT_TIMEOUT": 120,
    "PLUGIN_LOCAL_LAUNCHING_CONCURRENT": 2,
}


@pytest.mark.parametrize("name", DAEMON)
def test_names_and_defaults_of_the_daemon_hold(load: Load, name: str) -> None:
    assert load()[name] == DAEMON[name]


# A wrong one.


@pytest.mark.parametrize("name", ["SERVER_PORT", "PLUGIN_STOP_GRACE", "MAX_PLUGIN_PACKAGE_SIZE"])
@pytest.mark.parametrize("value", ["many", "1.5", "0x10"])
def test_what_is_no_number_is_named(load: Load, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"{name} must be a whole number, not '{value}'"):
        load(**{name: value})


@pytest.mark.parametrize("name", ["DEBUG", "FORCE_VERIFYING_SIGNATURE", "EMBEDDED_WORKER"])
def test_what_is_neither_true_nor_false_is_named(load: Load, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"{name} must be true or false, not 'maybe'"):
        load(**{name: "maybe"})


@pytest.mark.parametrize("value", ["[1]", "{", "word", '"text"'])
def test_what_is_no_object_is_named(load: Load, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MARKETPLACE_STORAGE_OPTIONS must be a JSON object"):
        load(MARKETPLACE_STORAGE_OPTIONS=value)


def test_packages_go_where_they_are_told_to(load: Load, tmp_path: Path) -> None:
    assert load()["STORAGES"]["marketplace"]["OPTIONS"] == {"location": str(tmp_path / "marketplace")}
    moved = load(MARKETPLACE_STORAGE="a.Bucket", MARKETPLACE_STORAGE_OPTIONS='{"bucket": "b"}')
    assert moved["STORAGES"]["marketplace"] == {"BACKEND": "a.Bucket", "OPTIONS": {"bucket": "b"}}


# The readers.


@pytest.mark.parametrize("value", ["true", "TRUE", "1", "t", "yes", "On"])
def test_ways_to_say_yes(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("X", value)
    assert flag("X", False) is True


@pytest.mark.parametrize("value", ["false", "False", "0", "f", "no", "OFF"])
def test_ways_to_say_no(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("X", value)
    assert flag("X", True) is False


def test_lists_have_no_empty_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " a, b ,,c,")
    assert listing("X") == ["a", "b", "c"]
    assert listing("UNSET") == []
    assert listing("UNSET", "*") == ["*"]


def test_defaults_hold_where_nothing_is_set() -> None:
    assert (text("UNSET"), text("UNSET", "x"), integer("UNSET", 3), flag("UNSET", True)) == ("", "x", 3, True)
