"""Slack at the edge of the process: events signed as Slack signs them, and an API that plugins find through a proxy."""

import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "slack.com"


def signed(body: dict[str, Any], secret: str) -> dict[str, Any]:
    """A request as Slack sends it, for httpx."""
    content, stamp = json.dumps(body), str(int(time.time()))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:{content}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
    }
    return {"content": content, "headers": headers}


def mention(text: str, event_id: str = "Ev1") -> dict[str, Any]:
    event = {"type": "app_mention", "user": "U1", "text": f"<@U0BOT> {text}", "channel": "C1", "ts": "1.2"}
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": event, "event_id": event_id}


class Slack:
    """Its API, and the proxy on the way to it: all who ask for slack.com are told that this is it."""

    def __init__(self, folder: Path) -> None:
        self.posted: list[dict[str, Any]] = []
        self.certificate = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, folder / "key.pem")
        posted = self.posted

        class Api(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self) -> None:
                if self.path != f"{NAME}:443":
                    self.send_error(403)
                    return
                self.send_response(200)
                self.end_headers()
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                self.close_connection = False

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = json.loads(body) if body.startswith("{") else {k: v[0] for k, v in parse_qs(body).items()}
                posted.append({"path": self.path, "token": self.headers["Authorization"], **given})
                answer = json.dumps({"ok": True, "channel": given.get("channel"), "ts": "1.3"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def finish(self) -> None:
                super().finish()
                self.connection.close()

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        self.proxy = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving(folder: Path) -> Iterator[Slack]:
    slack = Slack(folder)
    thread = Thread(target=slack.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        slack.server.shutdown()
        slack.server.server_close()
        thread.join()


def certificate(folder: Path) -> Path:
    """A certificate for slack.com that vouches for itself; its key is beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    target = folder / "slack.pem"
    target.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return target
