"""Publishing to a real host over HTTP: as somebody new by pages alone, by token, by a CI job, and in Dify's CI's words."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.browsing import TOKEN, Browser
from tests.listing import package_bytes
from tests.publishing.issuer import AUDIENCE, Issuer, issuing
from tests.servers import Host

PRIVACY = {"PRIVACY.md": b"Nothing is collected."}
STATES = {"received", "screening", "queued", "needs_info", "approved", "released"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture(scope="module")
def open_host(start_host: Callable[..., Host], issuer: Issuer) -> Host:
    """A host that anybody may sign up at, and that trusts the issuer of the tests."""
    return start_host(REGISTRATION="open", TRUSTED_ISSUERS=issuer.address, TRUSTED_AUDIENCE=AUDIENCE)


class Newcomer(Browser):
    """Somebody who has just signed up and made an organization."""

    def __init__(self, host: Host, handle: str) -> None:
        self.http = httpx.Client(base_url=host.url, timeout=60, trust_env=False)
        fields = {"name": handle.title(), "email": f"me@{handle}.example.org", "password": "a long enough phrase"}
        assert self.send("/sign-up", fields).headers["Location"] == "/publish/"
        made = self.send("/publish/new", {"handle": handle, "name": handle.title()})
        assert made.headers["Location"] == f"/publish/{handle}"
        self.handle = handle

    def token(self, plugin_name: str = "") -> str:
        fields = {"name": "laptop", "plugin_name": plugin_name, "days": "7"}
        found = re.search(r"pbt_[\w-]{43}", self.send(f"/publish/{self.handle}/tokens", fields).text)
        assert found is not None
        return found[0]


@pytest.fixture
def newcomer(open_host: Host) -> Iterator[Callable[[str], Newcomer]]:
    with ExitStack() as stack:

        def made(handle: str) -> Newcomer:
            me = Newcomer(open_host, handle)
            stack.callback(me.http.close)
            return me

        yield made


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the tests themselves run in CI."""
    for name in ("PATCHBAY_URL", "PATCHBAY_TOKEN", "PATCHBAY_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def plugin(*arguments: str) -> str:
    """What `manage.py plugin` prints; CommandError is what it says when it fails."""
    out = io.StringIO()
    call_command("plugin", *arguments, stdout=out)
    return out.getvalue()


def test_by_browser_from_an_account_to_a_submission(open_host: Host, newcomer: Callable[[str], Newcomer]) -> None:
    me = newcomer("by-browser")
    here = "/publish/by-browser/upload"
    csrf = TOKEN.search(me.page(here))
    assert csrf is not None
    files = {"file": ("demo.difypkg", package_bytes(PRIVACY, author="by-browser"))}
    headers = {"Referer": open_host.url}
    sent = me.http.post(here, data={"csrfmiddlewaretoken": csrf[1]}, files=files, headers=headers)
    draft = sent.headers["Location"]
    handed_in = me.send(draft, {"notes": "The first.", "channel": "stable", "rollout": "100"})
    assert handed_in.status_code == 302
    shown = me.page(draft)  # by now its screening may have begun, or ended
    assert "Waits for a" in shown or "Programs look at it now" in shown


def test_by_token_from_a_folder(
    open_host: Host, newcomer: Callable[[str], Newcomer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = newcomer("by-token")
    folder = tmp_path / "weather"
    made = ("init", str(folder), "--quick", "--author", "by-token", "--name", "weather", "--category", "tool")
    plugin(*made, "--description", "Weather")
    monkeypatch.setenv("PATCHBAY_URL", open_host.url)
    monkeypatch.setenv("PATCHBAY_TOKEN", me.token())
    with pytest.raises(CommandError, match="Say what is new"):
        plugin("publish", str(folder))
    (folder / "CHANGELOG.md").write_text("# Changes\n\n## 0.0.1\nIt knows the weather.\n\n## 0.0.0\nNothing.\n")
    said = plugin("publish", str(folder))
    assert "by-token/weather 0.0.1 is handed in" in said
    shown = me.page(page_in(said))
    assert "It knows the weather." in shown
    assert "token laptop" in shown


def page_in(said: str) -> str:
    found = re.search(r"/publish/submissions/[\w-]+", said)
    assert found is not None, said
    return found[0]


def test_what_is_refused_is_said_in_the_terminal(
    open_host: Host, newcomer: Callable[[str], Newcomer], tmp_path: Path
) -> None:
    file = tmp_path / "demo.difypkg"
    file.write_bytes(package_bytes({"PRIVACY.md": ...}, author="somebody"))
    to = ("publish", str(file), "--notes", "x", "--to")
    with pytest.raises(CommandError, match=r"you publish as refused(.|\n)*PRIVACY.md is missing"):
        plugin(*to, open_host.url, "--token", newcomer("refused").token())
    with pytest.raises(CommandError, match="not known here"):
        plugin(*to, open_host.url, "--token", "pbt_" + "A" * 43)
    with pytest.raises(CommandError, match="Give an upload token"):
        plugin(*to, open_host.url)
    with pytest.raises(CommandError, match="cannot be reached"):
        plugin(*to, "http://127.0.0.1:9", "--token", "t")


def test_a_ci_job_publishes_without_a_secret_what_was_not_there_yet(
    open_host: Host,
    newcomer: Callable[[str], Newcomer],
    issuer: Issuer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = newcomer("acme")
    trust = {"plugin_name": "demo", "issuer": issuer.address, "repository": "acme/demo"}
    trust |= {"workflow": "release.yml", "environment": "release"}
    assert me.send("/publish/acme/trusted", trust).status_code == 302
    file = tmp_path / "demo.difypkg"
    file.write_bytes(package_bytes(PRIVACY))
    to = ("publish", str(file), "--to", open_host.url, "--notes", "From CI.")
    with identities(issuer) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        said = plugin(*to)
    assert "https://github.com/acme/demo/actions/runs/77" in me.page(page_in(said))
    monkeypatch.setenv("PATCHBAY_ID_TOKEN", issuer.token(environment="x"))
    with pytest.raises(CommandError, match="No organization here trusts"):
        plugin(*to)


@contextmanager
def identities(issuer: Issuer) -> Iterator[dict[str, str]]:
    """The address at which GitHub's runners give jobs their identity, for whoever has the runner's secret."""

    class Runner(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == "Bearer runner" and f"audience={AUDIENCE}" in self.path
            self.send_response(200 if known else 403)
            self.end_headers()
            self.wfile.write(httpx.Response(200, json={"value": issuer.token()}).content)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Runner)
    thread = Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}/token?api-version=2"
    yield {"ACTIONS_ID_TOKEN_REQUEST_URL": address, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner"}
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_calls_of_difys_own_ci(open_host: Host, newcomer: Callable[[str], Newcomer]) -> None:
    token = newcomer("from-upstream").token("demo")
    with httpx.Client(base_url=f"{open_host.url}/api/v1", headers={"Authorization": f"Bearer {token}"}) as http:
        files = {"file": ("x.difypkg", package_bytes(PRIVACY, author="from-upstream"), "application/octet-stream")}
        sent = http.post("/plugins/inner-upload", data={"changelog": "New.", "forcely": "false"}, files=files)
        assert sent.status_code == 200, sent.text
        body = sent.json()
        assert body["code"] == 0
        checksum = body["data"]["version"]["checksum"]
        assert re.fullmatch(r"[0-9a-f]{64}", checksum)
        report = {
            "schema_version": 1,
            "producer": "ci",
            "produced_at": "2026-11-25T00:00:00Z",
            "dependencies": {"status": "ok"},
        }
        put = http.put(f"/plugin-artifacts/{checksum}/scan-report", json=report)
        assert put.status_code == 200, put.text
        assert http.put(f"/plugin-artifacts/{'0' * 64}/scan-report", json=report).status_code == 404
        assert http.put(f"/plugin-artifacts/{checksum}/scan-report", json={"schema_version": 2}).status_code == 400
        other = {"file": ("y.difypkg", package_bytes(PRIVACY, author="from-upstream", name="other"))}
        assert http.post("/plugins/inner-upload", data={"changelog": "x"}, files=other).status_code == 403


def test_what_the_api_says(open_host: Host, newcomer: Callable[[str], Newcomer]) -> None:
    me = newcomer("api-user")
    with httpx.Client(base_url=f"{open_host.url}/api/v1/publish") as http:
        nobody = http.post("", data={"notes": "x"})
        assert (nobody.status_code, nobody.json()["error"], nobody.headers["WWW-Authenticate"]) == (
            401,
            "no_token",
            "Bearer",
        )
        assert http.get("/oidc/audience").json()["data"] == {"audience": AUDIENCE}
        assert http.post("/oidc/exchange", content=b"[").status_code == 400
        assert http.post("/oidc/exchange", json={"token": "x"}).status_code == 403
        assert http.get("/nothing/here").status_code == 404
        http.headers["Authorization"] = f"Bearer {me.token()}"
        assert http.get("/whoami").json()["data"]["organization"] == "api-user"
        assert http.post("", data={"notes": "x"}).json()["error"] == "no_file"
        data = package_bytes(PRIVACY, author="api-user")
        made = send(http, data, notes="New.")
        assert (made.status_code, made.json()["msg"]) == (201, "ok")
        found = made.json()["data"]["submission"]
        assert found["state"] in STATES
        assert send(http, data, notes="New.").json()["data"]["submission"]["id"] == found["id"]
        assert http.get(f"/submissions/{found['id']}").json()["data"]["submission"]["plugin_id"] == "api-user/demo"
        unfit = send(http, package_bytes(author="api-user", version="0.0.2"), notes="New.")
        assert (unfit.status_code, unfit.json()["error"], len(unfit.json()["problems"])) == (422, "unfit", 1)
        assert send(http, data, notes="x", rollout="all").status_code == 400
        other = newcomer("somebody-else").token()
        hidden = http.get(f"/submissions/{found['id']}", headers={"Authorization": f"Bearer {other}"})
        assert hidden.status_code == 404


def send(http: httpx.Client, data: bytes, **fields: Any) -> httpx.Response:
    return http.post("", data=fields, files={"file": ("demo.difypkg", data)})
