"""The marketplace beside us vouches for packages: its keys, and what it has against a signature. Settings name who is asked."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace import difypkg

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A release key of the marketplace. `fingerprint` is the SHA-256 of its PKCS#1 form in hex."""

    name: str
    key: difypkg.PublicKey

    @property
    def fingerprint(self) -> str:
        return self.key.fingerprint


def vouchers() -> list[Voucher]:
    """None where this runtime stands alone."""
    if not settings.RUNTIME_VOUCHERS:
        return []
    found = import_string(settings.RUNTIME_VOUCHERS)()
    return [Voucher(name, difypkg.load_public_key(pem)) for name, pem in found.values()]


def objection(voucher: Voucher, unique_identifier: str, *, category: str) -> str:
    """ "", or "changed", "revoked", "category": why the marketplace does not stand by this signature of its key."""
    ask = import_string(settings.RUNTIME_OBJECTIONS)
    return str(ask(voucher.fingerprint, unique_identifier, category=category))
