"""Who answers what plugins call back: this system itself, or a Dify behind its inner API. One interface, two hosts."""

from collections.abc import AsyncGenerator
from typing import Any, Protocol

from runtime.session import Session


class Host(Protocol):
    """Answers every reverse call but storage, which is kept here whoever the host is."""

    def answer(self, session: Session, kind: str, request: dict[str, Any]) -> AsyncGenerator[bytes]:
        """The responses to a call as JSON texts, in order: one where the row says `struct`. Raises RuntimeFault.

        `session` is the caller's; `request` has been checked and holds every key of its row. A generator that is left
        early (close it) leaves nothing running behind it.
        """
        ...

    async def close(self) -> None:
        """Gives back what the host holds open."""
        ...
