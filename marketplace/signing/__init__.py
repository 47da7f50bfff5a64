"""Signing: reviewers sign decisions, and the release key signs only what carries the decisions that its risk asks for."""

from marketplace.signing.decisions import asks, proven, sign_decision, verify_decision
from marketplace.signing.errors import Locked, SigningFault
from marketplace.signing.releases import sign_approved, sign_edition

__all__ = [
    "Locked",
    "SigningFault",
    "asks",
    "proven",
    "sign_approved",
    "sign_decision",
    "sign_edition",
    "verify_decision",
]
