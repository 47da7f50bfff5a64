"""What the log's own key signs: tree heads and review records."""

import base64

from marketplace.models import SigningKey
from marketplace.signing import keys, making


def key() -> SigningKey:
    return keys.of_server(SigningKey.Role.LOG)


def sign(text: str) -> tuple[str, SigningKey]:
    """Signature in base64, and the key that made it."""
    found = key()
    return base64.b64encode(making.signature(found, text.encode())).decode(), found
