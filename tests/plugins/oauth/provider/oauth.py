import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dify_plugin import ToolProvider
from dify_plugin.entities.oauth import ToolOAuthCredentials
from dify_plugin.errors.tool import (
    ToolProviderCredentialValidationError,
    ToolProviderOAuthError,
)
from werkzeug import Request

HOUR = 3600


class OAuthProvider(ToolProvider):
    def _validate_credentials(self, credentials: dict[str, Any]) -> None:
        if not credentials.get("access_token") or credentials["access_token"] == "bad":
            raise ToolProviderCredentialValidationError("the token is not valid")

    def _oauth_get_authorization_url(self, redirect_uri: str, system_credentials: Mapping[str, Any]) -> str:
        query = {
            "client_id": system_credentials["client_id"],
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": system_credentials.get("scope") or "read",
        }
        return f"https://auth.example.org/authorize?{urlencode(query)}"

    def _oauth_get_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], request: Request
    ) -> ToolOAuthCredentials:
        if "error" in request.args:
            raise ToolProviderOAuthError(f"not authorized: {request.args['error']}")
        code = request.args.get("code")
        if not code:
            raise ToolProviderOAuthError("there is no code")
        return self._issue(f"token-of-{code}")

    def _oauth_refresh_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], credentials: Mapping[str, Any]
    ) -> ToolOAuthCredentials:
        return self._issue(f"{credentials['refresh_token']}-again")

    def _issue(self, token: str) -> ToolOAuthCredentials:
        credentials = {"access_token": token, "refresh_token": f"refresh-{token}"}
        return ToolOAuthCredentials(credentials=credentials, expires_at=int(time.time()) + HOUR)
