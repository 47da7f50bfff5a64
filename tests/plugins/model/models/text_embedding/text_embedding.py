from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from dify_plugin import TextEmbeddingModel
from dify_plugin.entities.model import EmbeddingInputType
from dify_plugin.entities.model.text_embedding import (
    EmbeddingUsage,
    MultiModalContent,
    MultiModalEmbeddingResult,
    TextEmbeddingResult,
)
from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError

WIDTH = 8


class FakeTextEmbeddingModel(TextEmbeddingModel):
    """Eight numbers a text, equal for equal texts."""

    def _invoke(
        self,
        model: str,
        credentials: dict[str, Any],
        texts: list[str],
        user: str | None = None,
        input_type: EmbeddingInputType = EmbeddingInputType.DOCUMENT,
    ) -> TextEmbeddingResult:
        usage = self._usage(sum(self.get_num_tokens(model, credentials, texts)))
        return TextEmbeddingResult(embeddings=[self._vector(text) for text in texts], usage=usage, model=model)

    def _invoke_multimodal(
        self,
        model: str,
        credentials: dict[str, Any],
        documents: list[MultiModalContent],
        user: str | None = None,
        input_type: EmbeddingInputType = EmbeddingInputType.DOCUMENT,
    ) -> MultiModalEmbeddingResult:
        vectors = [self._vector(document.content) for document in documents]
        return MultiModalEmbeddingResult(embeddings=vectors, usage=self._usage(len(documents)), model=model)

    def _vector(self, text: str) -> list[float]:
        return [byte / 255 for byte in sha256(text.encode()).digest()[:WIDTH]]

    def _usage(self, tokens: int) -> EmbeddingUsage:
        return EmbeddingUsage(
            tokens=tokens, total_tokens=tokens, unit_price=0, price_unit=0, total_price=0, currency="USD", latency=0.0
        )

    def get_num_tokens(self, model: str, credentials: dict[str, Any], texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeError: [Exception]}
