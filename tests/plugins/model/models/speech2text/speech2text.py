from collections.abc import Mapping
from typing import IO, Any

from dify_plugin import Speech2TextModel
from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError


class FakeSpeech2TextModel(Speech2TextModel):
    """Takes the file for text."""

    def _invoke(self, model: str, credentials: dict[str, Any], file: IO[bytes], user: str | None = None) -> str:
        return file.read().decode("utf-8", "replace")

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeError: [Exception]}
