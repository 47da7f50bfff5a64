"""Another marketplace on a port of its own: it answers what ours answered before its releases were taken away here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marketplace.models import Plugin, Release, Submission
from tests.dify.client import Console, content


class Marketplace:
    """What it lists and hands out. Tests change it as they please."""

    def __init__(self) -> None:
        self.cards: dict[str, dict[str, Any]] = {}
        self.packages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.broken = False
        self.address = ""

    def move_there(self) -> None:
        """Everything that is listed here is listed there instead."""
        dify = Console(version="999.0.0")
        for card in dify.post("plugins/search/advanced", {"page": 1, "page_size": 1000})["plugins"]:
            self.cards[card["plugin_id"]] = card
        for release in Release.objects.all():
            address = f"plugins/download?unique_identifier={release.unique_identifier}"
            self.packages[release.unique_identifier] = content(dify.ask("GET", address))
        Plugin.objects.update(latest=None)
        Release.objects.all().delete()
        Submission.objects.all().delete()
        Plugin.objects.all().delete()

    def answer(self, path: str, asked: dict[str, Any]) -> Any:
        self.asked.append(path)
        cards = list(self.cards.values())
        if path.endswith("plugins/search/advanced"):
            size = asked["page_size"]
            start = (asked["page"] - 1) * size
            return {"plugins": cards[start : start + size], "total": len(cards)}
        return {"plugins": [card for card in cards if card["plugin_id"] in asked["plugin_ids"]]}


@contextmanager
def running() -> Iterator[Marketplace]:
    marketplace = Marketplace()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if marketplace.broken:
                self.say(500, b"{}")
            else:
                self.say(
                    200, json.dumps({"code": 0, "data": marketplace.answer(self.path, asked), "msg": "ok"}).encode()
                )

        def do_GET(self) -> None:
            identifier = parse_qs(urlsplit(self.path).query)["unique_identifier"][0]
            data = marketplace.packages.get(identifier)
            self.say(404 if data is None else 200, data or b"{}")

        def say(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    marketplace.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield marketplace
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
