"""Another marketplace, asked as a Dify would ask it: another Patchbay, or Dify's own."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(30.0, read=60.0)
PAGE = 100
MOST_PAGES = 500
LARGEST_ANSWER = 20_000_000  # bytes of JSON


class Unreachable(Exception):
    """It does not answer, or not as such a marketplace does: a sentence."""


class TooLarge(Exception):
    """A package is larger than packages may be here."""


class Upstream:
    """To be used as a context; `address` is what a Dify would have as MARKETPLACE_API_URL."""

    def __init__(self, address: str, *, as_dify: str) -> None:
        self.base = f"{address.rstrip('/')}/api/v1/"
        headers = {"X-Dify-Version": as_dify, "User-Agent": "Patchbay mirror"}
        self.http = httpx.Client(timeout=TIMEOUT, follow_redirects=True, max_redirects=5, headers=headers)

    def __enter__(self) -> "Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def cards(self) -> Iterator[dict[str, Any]]:
        """All plugins that it lists, oldest first: what comes while we read is found at the end."""
        for page in range(1, MOST_PAGES + 1):
            asked = {"page": page, "page_size": PAGE, "query": "", "sort_by": "created_at", "sort_order": "ASC"}
            found = self.asked("plugins/search/advanced", asked | {"category": "", "tags": [], "exclude": []})
            cards = listed(found, "plugins")
            yield from cards
            if len(cards) < PAGE:
                return

    def named(self, plugin_ids: list[str]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(plugin_ids), PAGE):
            some = plugin_ids[start : start + PAGE]
            yield from listed(self.asked("plugins/batch", {"plugin_ids": some}), "plugins")

    def asked(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            data = json.loads(self.posted(path, payload))["data"]
        except httpx.HTTPError as error:
            raise Unreachable(
                f"{self.base}{path} did not answer as it should: {error or type(error).__name__}."
            ) from error
        except (ValueError, KeyError, TypeError):
            data = None
        if not isinstance(data, dict):
            raise Unreachable(f"{self.base}{path} is no marketplace: its answer has no data. Check the address.")
        return data

    def posted(self, path: str, payload: dict[str, Any]) -> bytes:
        """The answer, as far as it is read: what is cut off is no JSON any more."""
        body = bytearray()
        with self.http.stream("POST", self.base + path, json=payload) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    break
        return bytes(body[:LARGEST_ANSWER])

    def package(self, identifier: str, *, limit: int) -> bytes:
        """The package, at most so many bytes. Raises Unreachable or TooLarge."""
        pieces, size = [], 0
        try:
            with self.http.stream(
                "GET", f"{self.base}plugins/download", params={"unique_identifier": identifier}
            ) as answer:
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        raise TooLarge(f"It is larger than {limit} bytes (MAX_PLUGIN_PACKAGE_SIZE).")
        except httpx.HTTPError as error:
            raise Unreachable(f"The package could not be fetched: {error or type(error).__name__}.") from error
        return b"".join(pieces)


def listed(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [one for one in found.get(key) or [] if isinstance(one, dict)]
