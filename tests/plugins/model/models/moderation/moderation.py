from collections.abc import Mapping
from typing import Any

from dify_plugin import ModerationModel
from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError


class FakeModerationModel(ModerationModel):
    """A text with "evil" in it is not safe."""

    def _invoke(self, model: str, credentials: dict[str, Any], text: str, user: str | None = None) -> bool:
        return "evil" in text

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeError: [Exception]}
