import secrets
import time
from collections.abc import Mapping
from typing import Any

from dify_plugin.entities import I18nObject, ParameterOption
from dify_plugin.entities.oauth import TriggerOAuthCredentials
from dify_plugin.entities.provider_config import CredentialType
from dify_plugin.entities.trigger import EventDispatch, Subscription, UnsubscribeResult
from dify_plugin.errors.trigger import (
    SubscriptionError,
    TriggerDispatchError,
    TriggerProviderCredentialValidationError,
    TriggerValidationError,
)
from dify_plugin.interfaces.trigger import Trigger, TriggerSubscriptionConstructor
from werkzeug import Request, Response

DOORS = {"front": "Front door", "back": "Back door"}
EVENTS = ("ring", "knock")
HOUR = 3600


class Bell(Trigger):
    def _dispatch_event(self, subscription: Subscription, request: Request) -> EventDispatch:
        """An event of "both" is a ring and a knock; one that nobody knows is answered, and starts nothing."""
        secret = subscription.properties.get("secret")
        if secret and request.headers.get("X-Bell-Secret") != secret:
            raise TriggerValidationError("the secret is wrong")
        payload = request.get_json(silent=True)
        if not isinstance(payload, dict):
            raise TriggerDispatchError("the body is not a JSON object")
        event = payload.get("event")
        events = list(EVENTS) if event == "both" else [event] if event in EVENTS else []
        response = Response(f"heard {event}", status=202, headers={"X-Bell": "heard"})
        return EventDispatch(user_id=str(payload.get("user", "")), events=events, response=response, payload=payload)


class BellConstructor(TriggerSubscriptionConstructor):
    def _validate_api_key(self, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise TriggerProviderCredentialValidationError("the key is bad")

    def _create_subscription(
        self,
        endpoint: str,
        parameters: Mapping[str, Any],
        credentials: Mapping[str, Any],
        credential_type: CredentialType,
    ) -> Subscription:
        if parameters.get("door") not in DOORS:
            raise SubscriptionError(f"there is no door {parameters.get('door')}", error_code="no_door")
        properties = {"secret": secrets.token_hex(8), "door": parameters["door"], "with": credential_type.value}
        expires = int(time.time()) + HOUR
        return Subscription(expires_at=expires, endpoint=endpoint, parameters=parameters, properties=properties)

    def _delete_subscription(
        self, subscription: Subscription, credentials: Mapping[str, Any], credential_type: CredentialType
    ) -> UnsubscribeResult:
        known = subscription.properties.get("door") in DOORS
        return UnsubscribeResult(success=known, message="gone" if known else "there was no such subscription")

    def _refresh_subscription(
        self, subscription: Subscription, credentials: Mapping[str, Any], credential_type: CredentialType
    ) -> Subscription:
        return subscription.model_copy(update={"expires_at": int(time.time()) + 2 * HOUR})

    def _fetch_parameter_options(
        self, parameter: str, credentials: Mapping[str, Any], credential_type: CredentialType
    ) -> list[ParameterOption]:
        if parameter != "door":
            raise ValueError(f"{parameter} has no options to fetch")
        return [ParameterOption(value=value, label=I18nObject(en_US=label)) for value, label in DOORS.items()]

    def _oauth_get_authorization_url(self, redirect_uri: str, system_credentials: Mapping[str, Any]) -> str:
        return f"https://bell.example.org/authorize?client_id={system_credentials['client_id']}&redirect_uri={redirect_uri}"

    def _oauth_get_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], request: Request
    ) -> TriggerOAuthCredentials:
        return TriggerOAuthCredentials(credentials={"access_token": request.args["code"]}, expires_at=2000000000)

    def _oauth_refresh_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], credentials: Mapping[str, Any]
    ) -> TriggerOAuthCredentials:
        token = f"{credentials['access_token']}-again"
        return TriggerOAuthCredentials(credentials={"access_token": token}, expires_at=2100000000)
