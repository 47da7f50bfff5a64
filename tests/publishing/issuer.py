"""An issuer of identity tokens as CI systems are one: an HTTP server with keys of its own."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

AUDIENCE = "patchbay-tests"
GITHUB = {
    "sub": "repo:acme/demo:environment:release",
    "repository": "acme/demo",
    "repository_id": "1001",
    "workflow_ref": "acme/demo/.github/workflows/release.yml@refs/tags/v1",
    "environment": "release",
    "event_name": "push",
    "sha": "c0ffee" * 6 + "abcd",
    "ref": "refs/tags/v1",
    "run_id": "77",
}
GITLAB = {
    "sub": "project_path:acme/demo:ref_type:branch:ref:main",
    "project_path": "acme/demo",
    "project_id": "1001",
    "ci_config_ref_uri": "gitlab.example.org/acme/demo//.gitlab-ci.yml@refs/heads/main",
    "environment": "release",
    "sha": "c0ffee",
    "ref": "main",
}


class Issuer:
    """What it publishes is `documents`, by path; it counts how often it is asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        self.asked = 0
        self.keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
            "rsa": rsa.generate_private_key(65537, 2048),
            "ec": ec.generate_private_key(ec.SECP256R1()),
        }
        self.published = dict(self.keys)

    def documents(self) -> dict[str, Any]:
        about = {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        return {
            "/.well-known/openid-configuration": about,
            "/keys": {"keys": [self.jwk(name) for name in self.published]},
        }

    def jwk(self, name: str) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name("ES256" if name == "ec" else "RS256")
        return {**algorithm.to_jwk(self.published[name].public_key(), as_dict=True), "kid": name, "use": "sig"}

    def token(self, claims: dict[str, Any] | None = None, *, key: str = "rsa", **changes: Any) -> str:
        now = int(time.time())
        body = {"iss": self.address, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 300, "jti": uuid.uuid4().hex}
        body |= GITHUB if claims is None else claims
        body = {name: value for name, value in (body | changes).items() if value is not ...}
        return jwt.encode(body, self.keys[key], algorithm="ES256" if key == "ec" else "RS256", headers={"kid": key})


def forged(token: str, **changes: Any) -> str:
    """The token with other claims under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changes
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature))


@contextmanager
def issuing() -> Iterator[Issuer]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            found = issuer.documents().get(self.path)
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    issuer = Issuer(server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
