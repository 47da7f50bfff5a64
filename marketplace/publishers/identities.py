"""Identity tokens of CI jobs (OpenID Connect): who signed them, for whom, and whether they are still good.

OpenID Connect Discovery 1.0 finds an issuer's keys, RFC 7517 is their form, RFC 7519 the token's. Only issuers that the
operator has listed (TRUSTED_ISSUERS) are ever asked for anything.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
from django.conf import settings

from marketplace.publishers.errors import NotAllowed, Refused

ALGORITHMS = ["RS256", "ES256"]
REQUIRED = ["iss", "aud", "exp", "iat", "jti"]
LEEWAY = 30  # seconds that clocks may differ
LONGEST_LIFE = 3600  # seconds from iat to exp; CI systems give minutes
LARGEST_ANSWER = 512 * 1024
LARGEST_TOKEN = 16 * 1024
KEYS_GOOD_FOR = 3600.0
ASK_AGAIN_AFTER = 30.0  # an unknown key id asks the issuer at most so often
TIMEOUT = httpx.Timeout(5.0)


@dataclass
class Keys:
    """What an issuer published, and when we asked."""

    asked: float = float("-inf")
    known: dict[str, jwt.PyJWK] = field(default_factory=dict)
    tried: float = float("-inf")
    refusal: Refused | None = None  # why the last try was in vain


_kept: dict[str, Keys] = {}
_lock = threading.Lock()


def claims_of(token: str, *, audience: str) -> dict[str, Any]:
    """The claims of an identity token that its issuer signed for us. Raises NotAllowed with what is wrong."""
    issuer, key_id = announced(token)
    try:
        key = key_of(issuer, key_id)
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": REQUIRED, "strict_aud": False},
        )
    except jwt.InvalidTokenError as error:
        raise NotAllowed("bad_identity", f"The identity token is refused: {reason(error, audience)}") from error
    if found["exp"] - found["iat"] > LONGEST_LIFE:
        raise NotAllowed("bad_identity", "The identity token is refused: it is good for more than an hour.")
    return found


def announced(token: str) -> tuple[str, str]:
    """The issuer and key id that a token says it is of, before anything is believed. Raises NotAllowed."""
    if len(token) > LARGEST_TOKEN:
        raise NotAllowed("bad_identity", "This is too long for an identity token.")
    try:
        head = jwt.get_unverified_header(token)
        body = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise NotAllowed("bad_identity", "This is no identity token (a JWT in three parts).") from error
    issuer, key_id = body.get("iss"), head.get("kid")
    if head.get("alg") not in ALGORITHMS:
        raise NotAllowed("bad_identity", f"Identity tokens must be signed with {' or '.join(ALGORITHMS)}.")
    if issuer not in settings.TRUSTED_ISSUERS:
        raise NotAllowed("unknown_issuer", f"This marketplace does not trust the issuer {str(issuer)[:200]}.")
    if not isinstance(key_id, str) or not key_id:
        raise NotAllowed("bad_identity", "The identity token does not say which key signed it (kid).")
    return str(issuer), key_id


def reason(error: jwt.InvalidTokenError, audience: str) -> str:
    """Our words for what the library found."""
    if isinstance(error, jwt.ExpiredSignatureError):
        return "it has expired. Ask the CI system for a new one."
    if isinstance(error, jwt.InvalidAudienceError):
        return f"it is meant for somebody else. Ask for one with the audience {audience}."
    if isinstance(error, jwt.InvalidSignatureError):
        return "its signature is not its issuer’s."
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"it lacks the claim {error.claim}."
    if isinstance(error, jwt.ImmatureSignatureError):
        return "it is not good yet. Compare the clocks of both machines."
    return "it is not as identity tokens are."


def key_of(issuer: str, key_id: str) -> jwt.PyJWK:
    """A key that the issuer publishes now. One that we do not know yet is asked for, not more often than twice a minute."""
    with _lock:
        kept = _kept.setdefault(issuer, Keys())
        age = time.monotonic() - kept.asked
        if age > KEYS_GOOD_FOR or (key_id not in kept.known and age > ASK_AGAIN_AFTER):
            ask(issuer, kept)
        found = kept.known.get(key_id)
    if found is None:
        raise NotAllowed("bad_identity", "The identity token is refused: its issuer publishes no such key.")
    return found


def ask(issuer: str, kept: Keys) -> None:
    """Asks for the keys; who did not answer is not asked again at once, since everybody waits meanwhile. Raises Refused."""
    if kept.refusal is not None and time.monotonic() - kept.tried < ASK_AGAIN_AFTER:
        raise Refused(kept.refusal.code, str(kept.refusal))
    kept.tried = time.monotonic()
    try:
        kept.known = published_keys(issuer)
    except Refused as refusal:
        kept.refusal = refusal
        raise
    kept.asked, kept.refusal = time.monotonic(), None


def published_keys(issuer: str) -> dict[str, jwt.PyJWK]:
    """The issuer's signing keys by id. Raises Refused: the issuer cannot be reached, or answers with something else."""
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as http:
        about = fetched(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        address = about.get("jwks_uri")
        if about.get("issuer") != issuer or not isinstance(address, str) or not is_as_safe(address, issuer):
            raise Refused("issuer", f"{issuer} describes itself in a way that cannot be trusted.")
        listed = fetched(http, address).get("keys")
    found = {}
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("kid") and one.get("use", "sig") == "sig":
            try:
                found[str(one["kid"])] = jwt.PyJWK(one, algorithm=algorithm_of(one))
            except (jwt.PyJWKError, jwt.InvalidKeyError):
                continue  # of a kind that we do not take
    return found


def algorithm_of(key: dict[str, Any]) -> str:
    """The one algorithm that this key may be used with, so that no token chooses another for it."""
    return "ES256" if key.get("kty") == "EC" else "RS256"


def is_as_safe(address: str, issuer: str) -> bool:
    """Whether keys come by a way no less safe than the issuer's own."""
    return urlsplit(address).scheme in ("https", urlsplit(issuer).scheme)


def fetched(http: httpx.Client, address: str) -> dict[str, Any]:
    try:
        with http.stream("GET", address, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            data = b""
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > LARGEST_ANSWER:
                    raise Refused("issuer", f"{address} answers with more than it should.")
        found = httpx.Response(200, content=data).json()
    except (httpx.HTTPError, ValueError) as error:
        raise Refused("issuer", f"{address} cannot be read now. Try again in a minute.") from error
    return found if isinstance(found, dict) else {}


def forget_keys() -> None:
    """Ask every issuer anew: for operators whose issuer has withdrawn a key."""
    with _lock:
        _kept.clear()
