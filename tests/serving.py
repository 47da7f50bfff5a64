"""A web server of a test's own, that answers one JSON document with an ETag, and counts."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self


class Served:
    """`answer` is what it says from now on; `asked` counts whole answers, `unchanged` those without a body."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.asked = self.unchanged = 0
        served = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(served.answer).encode()
                mark = f'"{hashlib.sha256(body).hexdigest()}"'
                if self.headers.get("If-None-Match") == mark:
                    served.unchanged += 1
                    self.send_response(304)
                    self.end_headers()
                    return
                served.asked += 1
                self.send_response(200)
                self.send_header("ETag", mark)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Tests tell what went wrong themselves."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}/recalls"

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
