"""Signing in at a provider: to its page and back, with a state that is signed, good once, and for one person.

Plugins make up a state of their own or none. Ours takes its place on the way, and the plugin finds its own in the request that it
is handed, so that those which keep something in it work too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core import signing
from django.views.decorators.debug import sensitive_variables

from runtime.credentials.asking import ask
from runtime.credentials.places import Place
from runtime.credentials.refreshing import moment
from runtime.credentials.storing import FLOW_LASTS, change, client_values, keep
from runtime.errors import BadRequest, RuntimeFault
from runtime.models import Credential, OAuthFlow

SALT = "runtime.credentials.oauth"
PASSED_ON = ("User-Agent", "Accept", "Accept-Language")  # never cookies: they are of this server


@dataclass(frozen=True, slots=True)
class Returned:
    """What a state says when it comes back."""

    flow: UUID
    user: str
    slug: str


# The way out.


async def begin(
    place: Place, *, user: str, slug: str, redirect_uri: str, name: str = "", again: Credential | None = None
) -> str:
    """The address of the provider's page; raises RuntimeFault. `again` is signed in anew instead of adding another."""
    client = await sync_to_async(client_values)(place)
    data = {"provider": place.provider, "redirect_uri": redirect_uri, "system_credentials": client}
    answer = await ask(place, "oauth/get_authorization_url", data=data, user=user)
    address = urlsplit(str(answer.get("authorization_url") or ""))
    if address.scheme not in ("https", "http") or not address.netloc:
        raise RuntimeFault("The plugin gave no address to sign in at.")
    pairs = parse_qsl(address.query, keep_blank_values=True)
    flow = await OAuthFlow.objects.acreate(
        workspace_id=place.workspace_id,
        plugin_id=place.plugin_id,
        kind=place.kind,
        provider=place.provider,
        user_id=user,
        name=name,
        credential=again,
        redirect_uri=redirect_uri,
        state=dict(pairs).get("state", ""),
    )
    ours = ("state", signing.dumps([flow.pk.hex, user, slug], salt=SALT))
    query = urlencode([*(pair for pair in pairs if pair[0] != "state"), ours])
    return urlunsplit(address._replace(query=query))


# The way back.


def returned(state: str) -> Returned:
    """Raises BadRequest: not made here, or too old."""
    try:
        flow, user, slug = signing.loads(state, salt=SALT, max_age=FLOW_LASTS)
        return Returned(UUID(str(flow)), str(user), str(slug))
    except (signing.BadSignature, ValueError, TypeError):
        raise BadRequest("This sign-in was not begun here, or it took too long. Begin it again.") from None


def taken(came: Returned, *, user: str, workspace_id: str) -> OAuthFlow:
    """The flow, which is gone from now on; BadRequest when it is somebody else's, or has been here before."""
    rows = OAuthFlow.objects.filter(pk=came.flow, user_id=user, workspace_id=workspace_id)
    flow = rows.select_related("credential").first() if came.user == user else None
    if flow is None or not OAuthFlow.objects.filter(pk=flow.pk).delete()[0]:
        raise BadRequest("This sign-in has ended already, or somebody else began it. Begin it again.")
    return flow


@sensitive_variables("data", "answer", "pairs")
async def finish(flow: OAuthFlow, pairs: list[tuple[str, str]], headers: Mapping[str, str]) -> Credential:
    """Asks the plugin for the tokens and keeps them; `pairs` are the query of the callback. Raises RuntimeFault."""
    place = Place(flow.workspace_id, flow.plugin_id, flow.kind, flow.provider)
    pairs = [pair for pair in pairs if pair[0] != "state"] + ([("state", flow.state)] if flow.state else [])
    data = {
        "provider": flow.provider,
        "redirect_uri": flow.redirect_uri,
        "system_credentials": await sync_to_async(client_values)(place),
        "raw_http_request": raw_request(flow.redirect_uri, pairs, headers).hex(),
    }
    answer = await ask(place, "oauth/get_credentials", data=data, user=flow.user_id)
    return await sync_to_async(kept)(flow, place, answer)


def raw_request(redirect_uri: str, pairs: list[tuple[str, str]], headers: Mapping[str, str]) -> bytes:
    """The callback as HTTP/1.1 text (protocol.md 9.3): query in the order of its keys, one Host, no cookies."""
    address = urlsplit(redirect_uri)
    query = urlencode(sorted(pairs))
    lines = [f"GET {address.path}{'?' if query else ''}{query} HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name}: {one_line(headers[name])}" for name in PASSED_ON if headers.get(name)]
    return "\r\n".join([*lines, "", ""]).encode()


def one_line(text: str) -> str:
    return " ".join(text.split())


@sensitive_variables("answer", "values")
def kept(flow: OAuthFlow, place: Place, answer: dict[str, Any]) -> Credential:
    values, metadata = answer.get("credentials"), answer.get("metadata")
    if not isinstance(values, dict) or not values:
        raise RuntimeFault("The plugin gave no token.")
    expires_at = moment(answer.get("expires_at"))
    if flow.credential is not None:
        return change(flow.credential, values, expires_at=expires_at)
    known = str(metadata.get("name") or "")[:80] if isinstance(metadata, dict) else ""
    name = flow.name or known
    if Credential.objects.filter(**place.fields(), name=name).exists():
        name = ""
    return keep(
        place,
        values,
        name=name,
        type=Credential.Type.OAUTH2,
        redirect_uri=flow.redirect_uri,
        expires_at=expires_at,
    )
