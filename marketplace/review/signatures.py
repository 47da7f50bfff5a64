"""The signature over a decision, made by the room that keeps keys: the reviewer's own, or the rules'."""

from django.utils.module_loading import import_string

from marketplace.models import User
from marketplace.review.errors import NotPossible

# By name: what signs releases looks into decisions, and so stands on the review.
SIGNER = "marketplace.signing.sign_decision"
FAULT = "marketplace.signing.SigningFault"


def signed(by: User | None, statement: str) -> tuple[str, str]:
    """Signature in base64 and the key's fingerprint. NotPossible: the reviewer's key has to be opened first."""
    try:
        signature, fingerprint = import_string(SIGNER)(by, statement)
    except import_string(FAULT) as fault:
        raise NotPossible(str(fault)) from fault
    return signature, fingerprint
