from typing import Any

from dify_plugin import ToolProvider


class TextFactsProvider(ToolProvider):
    """It needs no account."""

    def _validate_credentials(self, credentials: dict[str, Any]) -> None:
        return
