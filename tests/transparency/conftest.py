"""The same people, keys and submissions as signing has."""

from tests.signing.conftest import approved, people, release_key, released, storage

__all__ = ["approved", "people", "release_key", "released", "storage"]
