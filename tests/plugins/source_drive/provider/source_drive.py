from collections.abc import Mapping
from typing import Any

from dify_plugin.entities.datasource import DatasourceOAuthCredentials
from dify_plugin.errors.tool import ToolProviderCredentialValidationError
from dify_plugin.interfaces.datasource import DatasourceProvider
from werkzeug import Request


class SourceDriveProvider(DatasourceProvider):
    def _validate_credentials(self, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise ToolProviderCredentialValidationError("the key is bad")

    def _oauth_get_authorization_url(self, redirect_uri: str, system_credentials: Mapping[str, Any]) -> str:
        return f"https://drive.example.org/authorize?client_id={system_credentials['client_id']}&redirect_uri={redirect_uri}"

    def _oauth_get_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], request: Request
    ) -> DatasourceOAuthCredentials:
        return self._issue(request.args["code"])

    def _oauth_refresh_credentials(
        self, redirect_uri: str, system_credentials: Mapping[str, Any], credentials: Mapping[str, Any]
    ) -> DatasourceOAuthCredentials:
        return self._issue(f"{credentials['access_token']}-again")

    def _issue(self, token: str) -> DatasourceOAuthCredentials:
        return DatasourceOAuthCredentials(
            name="Ada",
            avatar_url="https://example.org/ada.png",
            credentials={"access_token": token},
            expires_at=2000000000,
        )
