"""As a Dify: another host trusts our key and installs what it finds here; a console shows a plugin in a frame of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.caller import Caller
from tests.dify import expected
from tests.places import new_folder
from tests.programs import free_port
from tests.servers import Host

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]
CONSOLE_PORT = free_port()
CONSOLE = f"http://localhost:{CONSOLE_PORT}"
VERSION = {"X-Dify-Version": "1.17.1"}
# What Dify's page does with the frame of a plugin (web/app/components/plugins/marketplace/detail-dialog).
PAGE = """<!DOCTYPE html><title>Console</title><p id="asked"></p>
<iframe id="frame" width="1000" height="700" src="{src}"></iframe>
<script>
const frame = document.getElementById("frame"), origin = new URL(frame.src).origin;
window.addEventListener("message", (event) => {{
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  if (event.data.type !== "dify-marketplace:install-plugin") return;
  const pluginUniqueIdentifier = event.data.pluginUniqueIdentifier;
  document.getElementById("asked").textContent = pluginUniqueIdentifier;
  const said = {{type: "dify-marketplace:install-plugin-status", pluginUniqueIdentifier, status: "success"}};
  frame.contentWindow.postMessage({{...said, status: "failed", pluginUniqueIdentifier: "another/plugin:1.0.0"}}, origin);
  setTimeout(() => frame.contentWindow.postMessage(said, origin), 200);
}});
</script>"""


@pytest.fixture(scope="module")
def market(start_host: Callable[..., Host], package_of: Callable[[str], Path]) -> Host:
    """A marketplace with one plugin, signed by its own key."""
    host = start_host(ADMIN_EMAIL="ada@example.org", DIFY_ORIGINS=CONSOLE)
    folder = new_folder()
    (folder / "echo.difypkg").write_bytes(package_of("echo").read_bytes())
    assert "1 released" in host.manage("import_plugins", str(folder))
    return host


@pytest.fixture
def dify(market: Host) -> Iterator[httpx.Client]:
    """Dify's own HTTP client, at the API of the marketplace."""
    with httpx.Client(base_url=f"{market.url}/api/v1/", headers=VERSION, timeout=30, trust_env=False) as client:
        yield client


def latest(dify: httpx.Client) -> str:
    answer = dify.post("plugins/batch", json={"plugin_ids": ["patchbay/echo"]})
    [plugin] = answer.json()["data"]["plugins"]
    return str(expected.full_plugin(plugin)["latest_package_identifier"])


def fetch(dify: httpx.Client, identifier: str, *, limit: int = 15_728_640) -> bytes:
    """As core/helper/download.py does it: HEAD, then a stream, with a limit on both."""
    plugin, _, version = identifier.partition("@")[0].rpartition(":")
    address = f"plugins/{plugin}/{version}/download"
    head = dify.head(address)
    assert head.status_code == 200
    assert int(head.headers["content-length"]) <= limit
    began = time.monotonic()
    with dify.stream("GET", address) as answer:
        pieces = answer.iter_bytes()
        data = next(pieces)
        assert time.monotonic() - began < 60
        data += b"".join(pieces)
    assert len(data) == int(head.headers["content-length"])
    return data


def trusted_key(market: Host) -> bytes:
    """As whoever runs the Dify fetches it, to mount it into the plugin daemon."""
    with httpx.Client(base_url=f"{market.url}/api/v1/", trust_env=False) as http:
        key = next(row for row in http.get("keys").json()["keys"] if row["role"] == "release")
        return http.get(f"keys/{key['fingerprint']}.pem").content


def test_a_host_that_trusts_our_key_installs_what_it_finds_here(
    market: Host, dify: httpx.Client, start_host: Callable[..., Host], call: Callable[..., Caller]
) -> None:
    identifier = latest(dify)
    data = fetch(dify, identifier)
    pem = new_folder() / "market.public.pem"
    pem.write_bytes(trusted_key(market))
    assert expected.package(data, [pem.read_bytes()]) == identifier
    other = start_host(
        FORCE_VERIFYING_SIGNATURE="true",
        THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED="true",
        THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS=str(pem),
    )
    file = pem.with_name("echo.difypkg")
    file.write_bytes(data)
    caller = call(other)
    assert caller.upload(file) == identifier
    caller.install(identifier)
    assert caller.texts("patchbay/echo", "echo", text="from the marketplace") == ["from the marketplace"]
    dify.post("stats/plugins/install_count", json={"unique_identifier": identifier}).raise_for_status()
    [plugin] = dify.post("plugins/batch", json={"plugin_ids": ["patchbay/echo"]}).json()["data"]["plugins"]
    assert plugin["install_count"] == 2
    other.stop()


def test_many_download_at_once_and_each_gets_the_whole(dify: httpx.Client) -> None:
    identifier = latest(dify)
    found: list[bytes] = []
    threads = [Thread(target=lambda: found.append(fetch(dify, identifier))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_preflight_over_the_network(dify: httpx.Client) -> None:
    asked = {
        "Origin": CONSOLE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-dify-version",
    }
    for path in ("plugins/search/advanced", "collections", "nothing/here"):
        answer = dify.options(path, headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")


@contextmanager
def console(page: str) -> Iterator[None]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", CONSOLE_PORT), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_console_frames_the_page_and_installs_what_its_button_asks_for(
    market: Host, dify: httpx.Client, browser: Browser
) -> None:
    source = quote(quote(CONSOLE, safe=""), safe="")
    address = (
        f"{market.url}/plugins/patchbay/echo?canInstall=true&installed=false&source={source}&theme=dark&view=modal"
    )
    context = browser.new_context()
    page = context.new_page()
    with console(PAGE.format(src=address)):
        page.goto(CONSOLE)
        button = page.frame_locator("#frame").locator("[data-handoff]")
        expect(button).to_contain_text("Install 0.0.1 at localhost")
        button.click()
        expect(button).to_contain_text("Installed")
        expect(page.locator("#asked")).to_have_text(latest(dify))
    context.close()


def test_another_site_cannot_frame_the_page(market: Host, browser: Browser) -> None:
    source = quote(quote("http://localhost:1", safe=""), safe="")
    context = browser.new_context()
    page = context.new_page()
    with console(PAGE.format(src=f"{market.url}/plugins/patchbay/echo?source={source}&view=modal")):
        page.goto(CONSOLE)
        page.wait_for_timeout(500)
        assert page.frame_locator("#frame").locator("main.market").count() == 0
    context.close()
