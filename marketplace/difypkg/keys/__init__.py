"""Public keys that the ecosystem is known by."""

from functools import cache
from importlib.resources import files

from ..signing import PublicKey, load_public_key


@cache
def official_key() -> PublicKey:
    """The key that LangGenius signs packages of the official marketplace with (protocol 2)."""
    return load_public_key((files(__package__) / "langgenius.pem").read_bytes())
