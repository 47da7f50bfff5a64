"""Who guesses passwords has to wait: wrong attempts are counted by account and address, by address, and by account."""

import hashlib
import ipaddress
import logging
import math
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

log = logging.getLogger(__name__)

WINDOW = 15 * 60  # seconds in which wrong attempts are counted, from the first one
# The last one is high: else anybody could keep an account's owner out.
MOST = {"account and address": 10, "address": 50, "account": 100}


def keys(request: HttpRequest, email: str) -> Iterator[tuple[str, int]]:
    """Each count's name in the cache, and how many it allows."""
    account, address = email.strip().casefold(), address_of(request)
    named = {"account and address": f"{account} {address}", "address": address, "account": account}
    for kind, most in MOST.items():
        mark = hashlib.sha256(f"{kind} {named[kind]}".encode()).hexdigest()
        yield f"sign-in:{mark}", most


def address_of(request: HttpRequest) -> str:
    """The caller's address; of IPv6 the network, since one household has a whole one."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:  # TRUST_PROXY: the last one listed is what our own proxy saw
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def seconds_to_wait(request: HttpRequest, email: str) -> int:
    """0 for who may try. A cache that is away keeps nobody out."""
    try:
        held = cache.get_many([name for name, _ in keys(request, email)])
    except Exception:
        log.exception("Wrong attempts to sign in cannot be counted")
        return 0
    ends = [held[name][1] for name, most in keys(request, email) if name in held and held[name][0] >= most]
    return math.ceil(max(max(ends) - time.time(), 1)) if ends else 0


def count(request: HttpRequest, email: str) -> None:
    """One more wrong attempt."""
    try:
        for name, most in keys(request, email):
            wrong, ends = cache.get(name) or (0, time.time() + WINDOW)
            cache.set(name, (wrong + 1, ends), max(ends - time.time(), 1))
            if wrong + 1 == most:
                log.warning("Somebody at %s has to wait before signing in again", address_of(request))
    except Exception:
        log.exception("Wrong attempts to sign in cannot be counted")


def forget(request: HttpRequest, email: str) -> None:
    """Somebody has signed in: his own slips from there no longer count."""
    try:
        cache.delete(next(keys(request, email))[0])
    except Exception:
        log.exception("Wrong attempts to sign in cannot be forgotten")
