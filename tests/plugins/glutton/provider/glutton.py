from typing import Any

from dify_plugin import ToolProvider


class GluttonProvider(ToolProvider):
    def _validate_credentials(self, credentials: dict[str, Any]) -> None:
        """There are none to check."""
