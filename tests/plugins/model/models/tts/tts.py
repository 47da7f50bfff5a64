from collections.abc import Generator, Mapping
from typing import Any

from dify_plugin import TTSModel
from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError


class FakeTTSModel(TTSModel):
    """The "audio" is the voice and the text, a piece a word."""

    def _invoke(
        self,
        model: str,
        tenant_id: str,
        credentials: dict[str, Any],
        content_text: str,
        voice: str,
        user: str | None = None,
    ) -> Generator[bytes, None, None]:
        yield f"{voice}:".encode()
        for word in content_text.split():
            yield f" {word}".encode()

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeError: [Exception]}
