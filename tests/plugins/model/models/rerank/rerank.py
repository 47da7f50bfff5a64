from collections.abc import Mapping, Sequence
from typing import Any

from dify_plugin import RerankModel
from dify_plugin.entities.model.rerank import (
    MultiModalRerankResult,
    RerankDocument,
    RerankResult,
)
from dify_plugin.entities.model.text_embedding import MultiModalContent
from dify_plugin.errors.model import CredentialsValidateFailedError, InvokeError


class FakeRerankModel(RerankModel):
    """The more words of the query a text has, the better."""

    def _invoke(
        self,
        model: str,
        credentials: dict[str, Any],
        query: str,
        docs: list[str],
        score_threshold: float | None = None,
        top_n: int | None = None,
        user: str | None = None,
    ) -> RerankResult:
        return RerankResult(model=model, docs=self._rank(query, docs, score_threshold, top_n))

    def _invoke_multimodal(
        self,
        model: str,
        credentials: dict[str, Any],
        query: MultiModalContent,
        docs: Sequence[MultiModalContent],
        score_threshold: float | None = None,
        top_n: int | None = None,
        user: str | None = None,
    ) -> MultiModalRerankResult:
        ranked = self._rank(query.content, [doc.content for doc in docs], score_threshold, top_n)
        return MultiModalRerankResult(model=model, docs=ranked)

    def _rank(
        self, query: str, docs: Sequence[str], score_threshold: float | None, top_n: int | None
    ) -> list[RerankDocument]:
        words = set(query.lower().split())
        scores = [len(words & set(doc.lower().split())) / max(len(words), 1) for doc in docs]
        ranked = [RerankDocument(index=i, text=docs[i], score=score) for i, score in enumerate(scores)]
        ranked = [doc for doc in ranked if doc.score >= (score_threshold or 0)]
        return sorted(ranked, key=lambda doc: doc.score, reverse=True)[: top_n or None]

    def validate_credentials(self, model: str, credentials: Mapping[str, Any]) -> None:
        if credentials.get("api_key") == "bad":
            raise CredentialsValidateFailedError(f"the key is bad for {model}")

    @property
    def _invoke_error_mapping(self) -> dict[type[InvokeError], list[type[Exception]]]:
        return {InvokeError: [Exception]}
