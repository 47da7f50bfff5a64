"""The settings that every request is held to, read once: Django's look-up of a setting costs more than the comparison."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from endpoints.rules import Network, networks


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds; `proxies` are the trusted ones, `any_proxy` trusts whoever calls."""

    head: int
    body: int
    first_byte: int
    total: int
    sandbox: bool
    proxies: tuple[Network, ...]
    any_proxy: bool


@cache
def limits() -> Limits:
    listed = settings.ENDPOINT_TRUSTED_PROXIES
    return Limits(
        head=settings.ENDPOINT_MAX_HEADER_SIZE,
        body=settings.ENDPOINT_MAX_BODY_SIZE,
        first_byte=settings.ENDPOINT_FIRST_BYTE_TIMEOUT,
        total=settings.ENDPOINT_TOTAL_TIMEOUT,
        sandbox=settings.ENDPOINT_SANDBOX,
        proxies=tuple(networks(listed)),
        any_proxy=not listed and bool(settings.SECURE_PROXY_SSL_HEADER),
    )


def read_again(**changed: Any) -> None:
    limits.cache_clear()


setting_changed.connect(read_again)
