"""A package index over HTTP, for tests of what happens between uv and an index."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Index:
    """Serves one wheel, waiting `pace(number)` seconds before each quarter of a megabyte; `asked` is what was asked for."""

    def __init__(self, wheel: Path, pace: Callable[[int], float] = lambda _: 0) -> None:
        self.wheel, self.pace, self.asked = wheel, pace, list[str]()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._face())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple"

    def __enter__(self) -> "Index":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _face(self):
        index = self

        class Face(BaseHTTPRequestHandler):
            def log_message(self, *_arguments: object) -> None:
                pass

            def do_GET(self) -> None:
                index.asked.append(self.path)
                if self.path.endswith("/"):
                    return self.answer("text/html", f'<a href="/{index.wheel.name}">{index.wheel.name}</a>'.encode())
                if not self.path.endswith(".whl"):
                    return self.send_error(404)
                return self.answer("application/zip", index.wheel.read_bytes(), index.pace)

            def do_HEAD(self) -> None:
                self.do_GET()

            def answer(self, kind: str, body: bytes, pace: Callable[[int], float] = lambda _: 0) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                for number, start in enumerate(range(0, len(body), 1 << 18)):
                    time.sleep(pace(number))
                    try:
                        self.wfile.write(body[start : start + (1 << 18)])
                    except OSError:
                        return

        return Face
