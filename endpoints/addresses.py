"""Who calls: client, host and scheme as they were before the proxies that are trusted."""

import ipaddress
import re
from collections.abc import Iterable

from endpoints.http import Headers, header, host_of, is_address
from endpoints.limits import limits
from endpoints.rules import Network
from runtime.door import Visit

WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d*)?|([^:]*):\d*")


def within(address: str, listed: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks; IPv4 that travels as IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in listed if network.version == found.version)


def is_trusted(peer: str) -> bool:
    """Whether the peer is a proxy whose word counts: TRUST_PROXY trusts any, as with pages."""
    trusted = limits()
    return trusted.any_proxy or (bool(trusted.proxies) and within(peer, trusted.proxies))


def road(visit: Visit) -> tuple[str, bytes, str]:
    """Client, host and scheme of the caller; raises BadHost."""
    headers = visit.raw_headers
    fallback = b"" if visit.chunks else b"localhost"
    if not is_trusted(visit.client):
        return visit.client, host_of(headers, fallback), visit.scheme
    said = header(headers, b"x-forwarded-proto").split(b",")[-1].strip().lower()
    host = header(headers, b"x-original-host") or header(headers, b"x-forwarded-host").split(b",")[0].strip()
    named = [(b"host", host)] if host else headers
    scheme = said.decode() if said in (b"http", b"https") else visit.scheme
    return client_of(headers, visit.client), host_of(named, fallback), scheme


def client_of(headers: Headers, peer: str) -> str:
    """The nearest address that no trusted proxy has: what is left of it anybody may have written."""
    listed = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
    trusted = limits().proxies
    client = peer
    for said in reversed([part.strip() for part in listed.split(",") if part.strip()]):
        address = address_in(said)
        if address is None:
            break
        client = address
        if not within(client, trusted):
            break
    return client


def address_in(said: str) -> str | None:
    """The address of what a proxy said of its caller, some with a port: 192.0.2.1:80, [2001:db8::1]:80. None if it is none."""
    found = WITH_PORT.fullmatch(said)
    address = (found[1] or found[2]) if found else said
    return address if is_address(address) else None
