"""What visitors have written, kept in the plugin's storage as JSON."""

import json
from typing import Any

KEY = "entries"
MOST = 100
LONGEST_NAME, LONGEST_TEXT = 60, 400


def read(storage: Any) -> list[dict[str, str]]:
    if not storage.exist(KEY):
        return []
    found = json.loads(storage.get(KEY))
    return found if isinstance(found, list) else []


def add(storage: Any, *, name: str, text: str) -> None:
    entry = {"name": name[:LONGEST_NAME], "text": text[:LONGEST_TEXT]}
    storage.set(KEY, json.dumps([entry, *read(storage)][:MOST]).encode())
