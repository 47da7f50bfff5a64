"""The reviewer's own signature over a decision, made by the room that keeps keys."""

from importlib.util import find_spec

from django.utils.module_loading import import_string

from marketplace.models import User

SIGNER = "marketplace.signing.sign_decision"


def signed(by: User | None, statement: str) -> tuple[str, str]:
    """Signature in base64 and the key's fingerprint; both empty for what a rule decided."""
    if by is None or find_spec("marketplace.signing") is None:
        return "", ""
    signature, fingerprint = import_string(SIGNER)(by, statement)
    return signature, fingerprint
